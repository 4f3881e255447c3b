"""An operator proves the counts, and mends them, while messages come and go."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from channels.itsp.delivery import DeliveryStatus
from sessions import actions
from sessions.lanes import progress, seats
from sessions.models import Attempt, CountedChange
from stats import counting
from stats.models import CountBucket, CountTotal
from stats.queries import Counts, counts_by_channel
from tests.factories import CONTACT, Road, make_agent, make_queue, make_road
from tests.stats.test_counting import NOON

pytestmark = pytest.mark.django_db(transaction=True)  # a snapshot needs a transaction of its own


@pytest.fixture
def road() -> Road:
    """A channel with one text that was sent, counted and folded."""
    agent = make_agent("1001")
    road = make_road(make_queue(agent), agent)
    send(road)
    counting.fold()
    return road


def send(road: Road) -> None:
    agent = road.number.initiators.get()
    message = actions.start_session(agent=agent, number=road.number, contact=CONTACT, body="Hi")
    attempt = Attempt.objects.select_related("message__session").get(message=message)
    with transaction.atomic():
        seats.lock([attempt.lane_id])
        progress.advance([progress.Move(attempt, DeliveryStatus.SENT)], at=NOON)


def recount(*options: str) -> str:
    said = StringIO()
    call_command("recount", *options, stdout=said)
    return said.getvalue()


def complaints() -> list[str]:
    """What a check says, line by line; its failure is the last."""
    said = StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("recount", "--check", stdout=said)
    assert failed.value.returncode == 1
    return [*said.getvalue().splitlines(), str(failed.value)]


def test_right_counts_pass_folded_or_not(road: Road) -> None:
    send(road)
    assert CountedChange.objects.count() == 1
    assert recount("--check") == recount() == "All counts are right.\n"
    assert CountedChange.objects.count() == 1


def test_difference_is_named_left_alone_by_a_check_and_mended_without(road: Road) -> None:
    send(road)
    CountBucket.objects.update(success=0, received=3)
    CountTotal.objects.update(success=0, received=3)
    name = f"{road.channel.name} (channel {road.channel.pk})"
    line = (
        f"{name}, quarter hour from 2026-11-22 12:00 UTC: "
        "counted 1 sent, 0 failed, 3 received, there are 2 sent, 0 failed, 0 received"
    )
    assert complaints() == [line, "Counts that differ: 1. Without --check they are mended."]
    assert CountBucket.objects.get().received == 3
    assert recount() == f"{line}\nCounts that were mended: 1.\n"
    assert recount("--check") == "All counts are right.\n"
    counting.fold()
    assert counts_by_channel(NOON, None) == counts_by_channel(None, None)
    assert counts_by_channel(None, None) == {road.channel.pk: Counts(success=2)}


def test_lost_bucket_and_wrong_total_are_mended(road: Road) -> None:
    CountBucket.objects.all().delete()
    CountTotal.objects.update(success=7)
    lines = complaints()
    assert [line.partition(", ")[2].partition(":")[0] for line in lines[:-1]] == [
        "quarter hour from 2026-11-22 12",
        "total",
    ]
    recount()
    assert recount("--check") == "All counts are right.\n"
    assert counts_by_channel(None, None) == {road.channel.pk: Counts(success=1)}
