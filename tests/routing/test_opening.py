"""When a message queue is open, in its own zone."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from routing.models import ClosedDay, MessageQueue, OpeningHours
from routing.opening import timetable_of
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
