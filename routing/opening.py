"""When a message queue is open: by its opening hours and closed days, in its own zone."""

import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from routing.models import MessageQueue, OpeningHours

MIDNIGHT = time(0)  # as the end of a span: the end of the day
DAYS_LOOKED = 22  # three weeks of closed days, and one more


@dataclass(frozen=True)
class Timetable:
    """Read once, asked as often as wanted. Without any hours it is open on all but the closed days."""

    zone: zoneinfo.ZoneInfo
    hours: Sequence[OpeningHours]
    closed_days: frozenset[date]

    def is_open(self, at: datetime) -> bool:
        local = at.astimezone(self.zone)
        if local.date() in self.closed_days:
            return False
        return not self.hours or any(_covers(span, local) for span in self.hours)

    def opens_on(self, day: date) -> datetime | None:
        """The beginning of its first hours on a day; None without any, or if they go on from the eve."""
        return min(self._begins(day), default=None)

    def opens_after(self, at: datetime) -> datetime | None:
        """The next beginning of hours; None if there is none within some weeks."""
        today = at.astimezone(self.zone).date()
        for day in (today + timedelta(days=days) for days in range(DAYS_LOOKED)):
            if later := [begin for begin in self._begins(day) if begin > at]:
                return min(later)
        return None

    def _begins(self, day: date) -> list[datetime]:
        """Of the hours of a day, but not of those that only go on after midnight."""
        if day in self.closed_days:
            return []
        eve = day - timedelta(days=1)
        goes_on = eve not in self.closed_days and any(
            span.weekday == eve.weekday() and span.closes_at == MIDNIGHT for span in self.hours
        )
        times = [span.opens_at for span in self.hours if span.weekday == day.weekday()]
        begins = [begin for begin in times if not (goes_on and begin == MIDNIGHT)]
        return [datetime.combine(day, begin, tzinfo=self.zone).astimezone(UTC) for begin in begins]


def timetable_of(queue: MessageQueue) -> Timetable:
    """Two queries."""
    closed_days = queue.closed_days.values_list("date", flat=True)
    return Timetable(queue.zone, list(queue.opening_hours.all()), frozenset(closed_days))


def _covers(span: OpeningHours, local: datetime) -> bool:
    now = local.time()
    is_before_its_end = span.closes_at == MIDNIGHT or now < span.closes_at
    return span.weekday == local.weekday() and span.opens_at <= now and is_before_its_end
