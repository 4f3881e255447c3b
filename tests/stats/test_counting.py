"""Counts: exact in every period, folded or not, and equal to a recount."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.itsp.delivery import FAILURE, SUCCESS, DeliveryStatus
from channels.models import Channel
from sessions import actions
from sessions.lanes import progress, seats
from sessions.models import Attempt, CountedChange, Lane
from stats import counting, recounting
from stats.failures import failures_in
from stats.levels import parts_of
from stats.models import CountBucket, CountDay, CountHour
from stats.queries import Counts, counts_by_channel
from stats.ranges import Range
from tests.factories import CONTACT, Road, make_agent, make_queue, make_road

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def road(db: None) -> Road:
    agent = make_agent("1001")
    return make_road(make_queue(agent), agent)


def failed_in(channel: Channel) -> int:
    """As the statistics' tables by code, carrier and country each add up."""
    asked = Range(None, NOON.date() + timedelta(days=1))
    tables = failures_in(asked, [channel.pk])
    sums = {sum(row.failed for row in rows) for rows in (tables.codes, tables.carriers, tables.countries)}
    assert len(sums) == 1
    return sums.pop()


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


CODES = ("30003", "30005", "")
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
        for place, status in enumerate(history):
            seats.lock([attempt.lane_id])
            code = CODES[place % len(CODES)] if status in FAILURE else ""
            at = NOON + timedelta(minutes=7 * number)
            progress.advance([progress.Move(attempt, status, error_code=code)], at=at)
        if fold:
            counting.fold()
    assert recounting.counted(road.channel) == recounting.recount(road.channel)
    assert recounting.compared(road.channel) == []
    found = counts_by_channel(None, None).get(road.channel.pk, Counts())
    assert failed_in(road.channel) == found.failed
    assert Lane.objects.count() == 1


moments = st.integers(0, 4 * 24 * 9).map(lambda n: NOON + n * timedelta(minutes=15))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(counted=st.lists(moments, max_size=12), span=st.tuples(moments, moments), cuts=st.lists(moments))
def test_days_hours_and_quarter_hours_say_what_the_changes_said(
    road: Road, counted: list[datetime], span: tuple[datetime, datetime], cuts: list[datetime]
) -> None:
    """In any time, and with each row on one side of each cut."""
    for model in (CountBucket, CountHour, CountDay, CountedChange):
        model._default_manager.all().delete()
    since, until = sorted(span)
    for at in counted:
        change(road.channel, at, received=1)
    counting.fold()
    rows = [
        (at, received)
        for part in parts_of(since, until, [cut for cut in cuts if since < cut < until])
        for at, received in part.rows.values_list(part.moment, "received")
    ]
    for begin, end in pairwise(sorted({since, until, *(cut for cut in cuts if since < cut < until)})):
        assert sum(n for at, n in rows if begin <= at < end) == sum(begin <= at < end for at in counted)


def test_a_year_is_read_by_days(road: Road) -> None:
    """But for the hours around midnights of a zone that is not UTC's."""
    for hours in range(0, 24 * 30, 5):
        change(road.channel, NOON + timedelta(hours=hours), received=1)
    counting.fold()
    midnight = datetime(2026, 11, 30, 18, 30, tzinfo=UTC)  # in Kolkata
    parts = parts_of(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), [midnight])
    assert {part.rows.model: part.rows.count() for part in parts} == {
        CountDay: 30,
        CountHour: 5,
        CountBucket: 0,
        CountedChange: 0,
    }
