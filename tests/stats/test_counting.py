"""Counts: exact in every period, folded or not, and equal to a recount."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.itsp.delivery import FAILURE, SUCCESS, DeliveryStatus
from channels.models import Channel
from sessions import actions
from sessions.lanes import progress, seats
from sessions.models import Attempt, CountedChange, Lane
from stats import counting, recounting
from stats.queries import Counts, counts_by_channel
from tests.factories import CONTACT, Road, make_agent, make_queue, make_road

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def road(db: None) -> Road:
    agent = make_agent("1001")
    return make_road(make_queue(agent), agent)


def change(channel: Channel, at: datetime, **counts: int) -> None:
    CountedChange.objects.create(channel=channel, at=at, **counts)


@pytest.mark.parametrize("folded", [False, True])
def test_period_includes_its_beginning_and_not_its_end(road: Road, *, folded: bool) -> None:
    quarter = timedelta(minutes=15)
    change(road.channel, NOON - timedelta(microseconds=1), received=1)
    change(road.channel, NOON, received=10)
    change(road.channel, NOON + quarter - timedelta(microseconds=1), success=100)
    change(road.channel, NOON + quarter, failed=1000)
    if folded:
        assert counting.fold() == 4
        assert CountedChange.objects.count() == 0
    assert counts_by_channel(NOON, NOON + quarter) == {road.channel.pk: Counts(success=100, received=10)}
    for period in ((None, None), (NOON - timedelta(days=9), None)):  # the totals, and the buckets
        assert counts_by_channel(*period) == {road.channel.pk: Counts(100, 1000, 11)}
    assert counts_by_channel(None, None, channels=[road.channel.pk + 1]) == {}


def test_counts_are_the_same_while_they_are_folded(road: Road) -> None:
    for number in range(5):
        change(road.channel, NOON + timedelta(minutes=number), received=1)
    counting.fold()
    for number in range(5):
        change(road.channel, NOON + timedelta(minutes=number), received=1, success=1)
    assert counts_by_channel(NOON, None) == {road.channel.pk: Counts(success=5, received=10)}
    counting.fold()
    assert counts_by_channel(NOON, None) == {road.channel.pk: Counts(success=5, received=10)}


steps = st.lists(st.sampled_from([*SUCCESS, *FAILURE, DeliveryStatus.ACCEPTED, DeliveryStatus.UNKNOWN]))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories=st.lists(st.tuples(steps, st.booleans()), min_size=1, max_size=4))
def test_recount_equals_what_was_counted(
    road: Road, histories: list[tuple[list[DeliveryStatus], bool]]
) -> None:
    agent = road.number.initiators.get()
    for number, (history, fold) in enumerate(histories):
        message = actions.start_session(agent=agent, number=road.number, contact=CONTACT, body="Hi")
        attempt = Attempt.objects.select_related("message__session").get(message=message)
        for status in history:
            seats.lock([attempt.lane_id])
            progress.advance([progress.Move(attempt, status)], at=NOON + timedelta(minutes=7 * number))
        if fold:
            counting.fold()
    assert recounting.counted(road.channel) == recounting.recount(road.channel)
    assert Lane.objects.count() == 1
