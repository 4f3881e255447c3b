"""When a message queue is open, in its own zone."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.models import ClosedDay, MessageQueue, OpeningHours
from routing.opening import Timetable, timetable_of
from tests.factories import make_queue

pytestmark = pytest.mark.django_db
NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def queue() -> MessageQueue:
    queue = make_queue()
    queue.time_zone = "America/New_York"
    return queue


def is_open(queue: MessageQueue, text: str) -> bool:
    """`text`: a moment on New York's clocks."""
    return timetable_of(queue).is_open(datetime.fromisoformat(text).replace(tzinfo=NEW_YORK))


def test_queue_without_hours_is_always_open_but_on_closed_days(queue: MessageQueue) -> None:
    ClosedDay.objects.create(queue=queue, date=date(2026, 12, 25), name="Christmas")
    moments = ("2026-12-24T23:59", "2026-12-25T00:00", "2026-12-25T23:59", "2026-12-26T00:00")
    assert [is_open(queue, moment) for moment in moments] == [True, False, False, True]


def test_spans_open_at_their_first_minute_and_close_at_their_last(queue: MessageQueue) -> None:
    for opens, closes in ((time(9), time(12)), (time(13), time(0))):  # until the end of the day
        OpeningHours.objects.create(queue=queue, weekday=0, opens_at=opens, closes_at=closes)
    monday = {"08:59": False, "09:00": True, "11:59": True, "12:00": False, "13:00": True, "23:59": True}
    assert {clock: is_open(queue, f"2026-11-23T{clock}") for clock in monday} == monday
    assert [is_open(queue, f"2026-11-{day}T10:00") for day in (22, 24)] == [False, False]


def test_hours_follow_the_zone_s_clocks_when_they_are_changed(queue: MessageQueue) -> None:
    for weekday in range(7):
        OpeningHours.objects.create(queue=queue, weekday=weekday, opens_at=time(9), closes_at=time(17))
    timetable = timetable_of(queue)
    for moment in (datetime(2026, 3, 7, 9, tzinfo=NEW_YORK), datetime(2026, 3, 8, 9, tzinfo=NEW_YORK)):
        utc = moment.astimezone(ZoneInfo("UTC"))  # 14:00, then 13:00
        assert [timetable.is_open(at) for at in (utc - timedelta(minutes=1), utc)] == [False, True]


NIGHTS = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/Havana", date(2026, 11, 1)),
    ("America/Santiago", date(2026, 4, 4)),
    ("America/Santiago", date(2026, 9, 6)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Asia/Kathmandu", date(2026, 4, 5)),
]
CLOCKS = [
    time(0),
    time(0, 30),
    time(1),
    time(1, 45),
    time(2),
    time(2, 30),
    time(3),
    time(9),
    time(23),
    time(23, 30),
]


@settings(deadline=None, max_examples=60)
@given(
    night=st.sampled_from(NIGHTS),
    spans=st.sets(
        st.tuples(st.integers(-1, 1), st.sampled_from(CLOCKS), st.sampled_from(CLOCKS)), max_size=4
    ),
    closed=st.sets(st.integers(-1, 1), max_size=1),
    since=st.integers(-24 * 60, 24 * 60),
)
def test_it_opens_at_the_first_minute_that_is_open_after_one_that_is_not(
    night: tuple[str, date], spans: set[tuple[int, time, time]], closed: set[int], since: int
) -> None:
    """Also where clocks leave the beginning of the hours out, or show it twice."""
    zone, day = ZoneInfo(night[0]), night[1]
    hours = [
        OpeningHours(weekday=(day.weekday() + n) % 7, opens_at=opens, closes_at=closes)
        for n, opens, closes in spans
        if opens < closes or closes == time(0)
    ]
    table = Timetable(zone, hours, frozenset(day + timedelta(days=n) for n in closed))
    at = datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC) + timedelta(minutes=since)
    minutes = [at + timedelta(minutes=n) for n in range(36 * 60)]
    opened = next((b for a, b in pairwise(minutes) if table.is_open(b) and not table.is_open(a)), None)
    told = table.opens_after(at)
    assert told == opened if opened else (told is None or told > minutes[-1])
