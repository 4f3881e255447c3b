"""What is asked all the time must not read a channel's whole past, nor its whole queue: indexes and costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from channels.itsp.delivery import DeliveryStatus
from pbx_messaging.redis import redis_client
from routing.models import Extension
from sessions import actions
from sessions.lanes import standing, turns
from sessions.models import Attempt, Lane, Priority
from sessions.sending import claiming, picking
from tests.factories import Road

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.mark.parametrize(
    ("asked", "order", "index"),
    [
        ({"status": DeliveryStatus.SENDING}, (), "attempt_claimed"),
        ({"status": DeliveryStatus.QUEUED}, (), "attempt_oldest"),
        ({"status": DeliveryStatus.QUEUED, "queued_at__lte": NOW}, ("queued_at", "pk"), "attempt_oldest"),
        ({"status": DeliveryStatus.UNKNOWN}, (), "attempt_unknown"),
        ({"status": DeliveryStatus.UNCERTAIN}, (), "attempt_uncertain"),
        ({"claimed_at__gte": NOW}, (), "attempt_claims"),
        ({"counted_at__gte": NOW}, (), "attempt_counted"),
    ],
)
def test_question_about_a_channel_uses_its_index(
    road: Road, asked: dict[str, object], order: tuple[str, ...], index: str
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL decides by its statistics")
    plan = Attempt.objects.filter(channel=road.channel, **asked).order_by(*order).explain()
    assert f"USING INDEX {index} " in plan


def test_last_errors_use_their_index(road: Road) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL decides by its statistics")
    troubled = Attempt.objects.filter(channel=road.channel).exclude(reason="").order_by("-pk")
    assert "USING INDEX attempt_with_reason " in troubled.explain()


def test_lost_claims_are_found_among_those_in_flight(road: Road) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL decides by its statistics")
    lost = Attempt.objects.filter(status=DeliveryStatus.SENDING, claimed_at__lt=NOW)
    assert "USING INDEX attempt_claimed" in lost.explain()


# --- the queue ---


def pile_up(agent: Extension, road: Road, ranks: range) -> None:
    """So many contacts for whom a text of low priority waits; all are the same message's, for speed."""
    message = actions.start_session(
        agent=agent, number=road.number, contact="+14155550000", body="Hello", priority=Priority.BULK
    )
    common = {"head_priority": Priority.BULK, "head_agent": agent.pk, "channel": road.channel}
    lanes = Lane.objects.bulk_create(
        Lane(number=road.number, contact=f"+1415{rank:07}", head_rank=rank, **common) for rank in ranks
    )
    waiting = {"segments": 1, "priority": Priority.BULK, "created_at": NOW, "queued_at": NOW}
    Attempt.objects.bulk_create(
        Attempt(message=message, lane=lane, channel=road.channel, **waiting) for lane in lanes
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_sessions_lane SET head_id = (SELECT MIN(id) FROM messaging_sessions_attempt"
            " WHERE lane_id = messaging_sessions_lane.id) WHERE head_id IS NULL"
        )
        cursor.execute("ANALYZE")
    redis_client().hset(f"pace:{road.channel.pk}", "next", 0)


def test_claiming_reads_the_first_lanes_by_their_index(road: Road, agents: list[Extension]) -> None:
    pile_up(agents[0], road, range(2, 3_000))
    lanes = picking.claimable(road.channel).order_by("head_priority", "head_rank", "head")
    plan = lanes.filter(head_priority__gt=0).values_list("head", "head_priority")[:3].explain()
    assert "lane_claimable" in plan
    assert "sort" not in plan.lower()
    assert "temp b-tree" not in plan.lower()


def test_lining_up_finds_an_agents_last_rank_by_its_index(road: Road, agents: list[Extension]) -> None:
    pile_up(agents[0], road, range(2, 3_000))
    of_agent = Lane.objects.filter(
        channel=road.channel, head_priority=Priority.BULK, head_agent=agents[0].pk, head_rank__gt=0
    )
    plan = of_agent.order_by("-head_rank").values_list("head_rank")[:1].explain()
    assert "lane_of_agent" in plan
    assert "sort" not in plan.lower()
    lane = Lane.objects.get(contact="+14155550000")
    turns.line_up([lane])
    assert lane.head_rank == 3_000


def test_claims_and_places_cost_as_many_queries_however_many_wait(
    road: Road, agents: list[Extension]
) -> None:
    def queries() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as claimed:
            assert len(claiming.claim({road.channel.pk: 1})) == 1
        with CaptureQueriesContext(connection) as placed:
            standing.places_of([Attempt.objects.filter(status=DeliveryStatus.QUEUED).latest("pk")])
        Attempt.objects.filter(status=DeliveryStatus.SENDING).update(status=DeliveryStatus.ACCEPTED)
        return len(claimed), len(placed)

    pile_up(agents[0], road, range(2, 7))
    with_few = queries()
    pile_up(agents[0], road, range(7, 3_000))
    assert queries() == with_few
