"""Which of a channel's texts leaves next: a priority's share, fair turns, and order in a lane, at once."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice, ItspError
from channels.itsp.texts import Accepted
from channels.models import Channel
from pbx_messaging.redis import redis_client
from routing.models import Extension
from sessions import actions
from sessions.lanes import seats
from sessions.lanes.turns import Rota
from sessions.models import Attempt, Lane, Message, Priority
from sessions.sending import claiming
from tests.factories import Road, make_road

pytestmark = pytest.mark.django_db


@pytest.fixture
def fast(agents: list[Extension]) -> Road:
    """A channel at the highest rate, which grants at once; all agents may begin sessions from it."""
    return make_fast(agents)


def make_fast(agents: list[Extension]) -> Road:
    road = make_road(agents[0], *agents, rate=225)
    redis_client().hset(f"pace:{road.channel.pk}", "next", 0)
    return road


def post(
    agent: Extension, road: Road, contact: int, priority: Priority = Priority.API, body: str = "Hello"
) -> Message:
    address = f"+1415555{contact:04}"
    return actions.start_session(
        agent=agent, number=road.number, contact=address, body=body, priority=priority
    )


def claim_next(road: Road) -> claiming.Claim | None:
    return next(iter(claiming.claim({road.channel.pk: 1})), None)


def settle(claim: claiming.Claim, outcome: Accepted | ItspError | None = None) -> None:
    claiming.settle([claiming.Result(claim, outcome or Accepted(f"SM{claim.attempt_id:032}"))])


def leaving(road: Road) -> Iterator[str]:
    """The contacts in the order in which texts leave, by their last digits."""
    while claim := claim_next(road):
        settle(claim)
        yield claim.sms.recipient[-4:].lstrip("0")


def left(road: Road, count: int) -> list[str]:
    return list(islice(leaving(road), count))


# --- between priorities ---


def test_answer_leaves_within_two_slots_whatever_waits(fast: Road, agents: list[Extension]) -> None:
    for contact in range(60):
        post(agents[0], fast, 100 + contact, Priority.BULK)
    assert left(fast, 20) == [str(100 + contact) for contact in range(20)]
    underway = claim_next(fast)
    post(agents[1], fast, 7, Priority.ANSWER)
    assert "7" in left(fast, 2)
    assert underway is not None


def test_priorities_leave_in_their_order(fast: Road, agents: list[Extension]) -> None:
    for priority in reversed(Priority):
        post(agents[0], fast, priority, priority)
    assert left(fast, 9) == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(("share", "every"), [(0.1, 10), (0.25, 4), (0.5, 2)])
def test_low_priority_has_its_share_while_answers_wait(
    fast: Road, agents: list[Extension], settings: Settings, share: float, every: int
) -> None:
    settings.LOW_PRIORITY_SHARE = share
    for contact in range(1, 3 * every):
        post(agents[0], fast, contact, Priority.ANSWER)
    for contact in range(3):
        post(agents[1], fast, 1000 + contact)
    order = left(fast, 3 * every)
    low = [place for place, contact in enumerate(order, 1) if len(contact) == 4]
    assert low == [every, 2 * every, 3 * every]


def test_without_a_share_low_priorities_wait(fast: Road, agents: list[Extension], settings: Settings) -> None:
    settings.LOW_PRIORITY_SHARE = 0.0
    post(agents[0], fast, 99)
    for contact in range(1, 16):
        post(agents[0], fast, contact, Priority.ANSWER)
    assert left(fast, 20)[-1] == "99"


def test_share_is_of_slots_where_segments_count() -> None:
    rota, taken = Rota({}, {}), Counter[int]()
    for _ in range(1000):
        waiting = {Priority.ANSWER, Priority.API}
        priority = rota.next_of(waiting)
        slots = 5 if priority == Priority.API else 1
        rota.take(priority, waiting, rank=0, slots=slots)
        taken[priority] += slots
    assert taken[Priority.API] / taken.total() == pytest.approx(0.1, abs=0.01)


@example_settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(
    waiting=st.lists(st.sets(st.sampled_from(Priority)), min_size=80, max_size=80),
    low=st.sampled_from(Priority),
)
def test_no_priority_starves_whatever_comes_and_goes(waiting: list[set[int]], low: Priority) -> None:
    rota, longest, since = Rota({}, {}), 0, 0
    for others in waiting:
        priorities = {*others, low}
        priority = rota.next_of(priorities)
        rota.take(priority, priorities, rank=0, slots=1)
        since = 0 if priority == low else since + 1
        longest = max(longest, since)
    assert longest < 5 * 10


# --- within a priority ---


def test_agent_with_many_texts_and_colleague_with_few_take_turns(fast: Road, agents: list[Extension]) -> None:
    for contact in range(100, 130):
        post(agents[0], fast, contact, Priority.ANSWER)
    assert left(fast, 10) == [str(contact) for contact in range(100, 110)]
    post(agents[1], fast, 1, Priority.ANSWER)
    post(agents[1], fast, 2, Priority.ANSWER)
    assert left(fast, 6) == ["1", "110", "2", "111", "112", "113"]


def test_who_writes_whenever_one_left_gets_no_more_than_his_turns(
    fast: Road, agents: list[Extension]
) -> None:
    for contact in range(100, 120):
        post(agents[0], fast, contact)
    order: list[str] = []
    for contact in range(1, 6):
        post(agents[1], fast, contact)
        order += left(fast, 1)
        while order[-1] != str(contact):
            order += left(fast, 1)
    assert order == ["100", "1", "101", "2", "102", "3", "103", "4", "104", "5"]


def test_texts_to_one_contact_take_turns_like_those_to_many(fast: Road, agents: list[Extension]) -> None:
    for _ in range(4):
        post(agents[0], fast, 1)
    for contact in (11, 12, 13, 14):
        post(agents[1], fast, contact)
    assert left(fast, 8) == ["1", "11", "1", "12", "1", "13", "1", "14"]


def test_long_texts_take_as_many_turns_where_segments_count(fast: Road, agents: list[Extension]) -> None:
    Channel.objects.update(rate_unit="segments")
    for contact in (1, 2):
        post(agents[0], fast, contact, body="x" * 400)
    for contact in range(11, 17):
        post(agents[1], fast, contact)
    assert left(fast, 8) == ["11", "12", "1", "13", "14", "15", "2", "16"]


def test_what_the_itsp_gives_back_keeps_its_turn(fast: Road, agents: list[Extension]) -> None:
    for contact in range(1, 6):
        post(agents[0], fast, contact)
    claim = claim_next(fast)
    assert claim is not None
    settle(claim, ItspError(Advice.RETRY, "Too many.", retry_after_s=0.01))
    redis_client().hset(f"pace:{fast.channel.pk}", "paused_until", 0)
    assert left(fast, 5) == ["1", "2", "3", "4", "5"]


def test_lane_that_was_held_lines_up_anew(fast: Road, agents: list[Extension]) -> None:
    for contact in range(1, 4):
        post(agents[0], fast, contact)
    Lane.objects.update(held_until=timezone.now())
    for contact in range(11, 14):
        post(agents[1], fast, contact)
    assert left(fast, 2) == ["11", "12"]
    assert seats.release(now=timezone.now()) == 3
    post(agents[2], fast, 21)
    assert left(fast, 5) == ["1", "21", "2", "13", "3"]


# --- what waits behind others in its lane ---


def test_answer_brings_its_lane_along_and_no_more(fast: Road, agents: list[Extension]) -> None:
    for contact in (1, 2, 3):
        post(agents[0], fast, contact, body="Posted")
        post(agents[0], fast, contact, body="Posted after it")
    session = Message.objects.filter(session__contact__endswith="3")[0].session
    actions.reply(session, agent=agents[0], body="An answer")
    post(agents[0], fast, 3, body="Posted behind it")
    assert left(fast, 8) == ["3", "3", "3", "1", "2", "3", "1", "2"]
    assert of_lane("3") == ["Posted", "Posted after it", "An answer", "Posted behind it"]


def of_lane(contact: str) -> list[str]:
    attempts = Attempt.objects.filter(lane__contact__endswith=contact).order_by("claimed_at")
    return [attempt.message.body for attempt in attempts.select_related("message")]


# --- all of it ---

PRIORITIES = (Priority.ANSWER, Priority.API, Priority.BULK)
ATTEMPTED = st.sampled_from([(DeliveryStatus.ACCEPTED, 0, 0), (DeliveryStatus.QUEUED, 0, 0)])
POSTED = st.tuples(st.sampled_from(PRIORITIES), st.integers(0, 2), st.integers(0, 1))


@example_settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(POSTED, POSTED, ATTEMPTED), min_size=5, max_size=30))
def test_order_is_kept_in_lanes_and_agents_take_turns(
    agents: list[Extension], steps: list[tuple[int | str, int, int]]
) -> None:
    with transaction.atomic():
        queue = Watched(make_fast(agents))
        for what, agent, contact in steps:
            if isinstance(what, Priority):
                post(agents[agent], queue.road, 100 * what + 10 * agent + contact, what)
            else:
                queue.send(give_back=what == DeliveryStatus.QUEUED)
        while queue.send():
            pass
        assert not Attempt.objects.filter(status=DeliveryStatus.QUEUED).exists()
        for order in queue.by_lane.values():
            assert order == sorted(order)
        transaction.set_rollback(True)


class Watched:
    """A channel's queue of which each text that leaves is noted, and who waited for it."""

    def __init__(self, road: Road) -> None:
        self.road = road
        self.by_lane: defaultdict[int, list[int]] = defaultdict(list)
        self.since: dict[tuple[int, int], Counter[int]] = {}  # others' turns while an agent waits for his

    def send(self, *, give_back: bool = False) -> bool:
        """One text leaves. False if none waits."""
        waiting = set(Lane.objects.exclude(head=None).values_list("head_priority", "head_agent"))
        claim = claim_next(self.road)
        if claim is None:
            return False
        lane = Lane.objects.get(pk=claim.lane_id)
        if give_back:
            settle(claim, ItspError(Advice.RETRY, "Too many.", retry_after_s=0.01))
            redis_client().hset(f"pace:{self.road.channel.pk}", "paused_until", 0)
            return True
        settle(claim)
        self.by_lane[claim.lane_id].append(claim.attempt_id)
        self.since = {whose: self.since.get(whose, Counter()) for whose in waiting}
        for (priority, agent), turns in self.since.items():
            if priority == lane.head_priority and agent != lane.head_agent:
                turns[lane.head_agent] += 1
                assert turns[lane.head_agent] <= 2
        self.since.pop((lane.head_priority, lane.head_agent), None)
        return True
