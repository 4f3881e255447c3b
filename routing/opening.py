"""When a message queue is open: by its opening hours and closed days, in its own zone."""

import zoneinfo
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from routing.models import MessageQueue, OpeningHours

MIDNIGHT = time(0)  # as the end of a span: the end of the day
MINUTE = timedelta(minutes=1)
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
        """The first moment of a day at which it opens; None without any, or if it is open from the eve on."""
        return min(self._openings(day), default=None)

    def opens_after(self, at: datetime) -> datetime | None:
        """When it opens next; None if it does not within some weeks."""
        today = at.astimezone(self.zone).date()
        for day in (today + timedelta(days=days) for days in range(DAYS_LOOKED)):
            if later := [opening for opening in self._openings(day) if opening > at]:
                return min(later)
        return None

    def _openings(self, day: date) -> list[datetime]:
        """In UTC. Hours may begin twice, or where clocks are put forward over their beginning."""
        times = {span.opens_at for span in self.hours if span.weekday == day.weekday()}
        begins = [self._moment(day, begin, fold) for begin in times for fold in (0, 1)]
        begins += [self._moment(day, MIDNIGHT), *self._changes(day)]
        return [at for at in begins if self.is_open(at) and not self.is_open(at - datetime.resolution)]

    def _changes(self, day: date) -> list[datetime]:
        """The minute at which clocks are changed, on a day that has one."""
        begin, end = self._moment(day, MIDNIGHT), self._moment(day + timedelta(days=1), MIDNIGHT)
        before = self._offset(begin - datetime.resolution)
        if self._offset(end) == before:
            return []
        minutes = [begin + timedelta(minutes=minute) for minute in range((end - begin) // MINUTE)]
        return minutes[bisect_left(minutes, True, key=lambda at: self._offset(at) != before) :][:1]

    def _offset(self, at: datetime) -> timedelta | None:
        return at.astimezone(self.zone).utcoffset()

    def _moment(self, day: date, clock: time, fold: int = 0) -> datetime:
        return datetime.combine(day, clock, tzinfo=self.zone).replace(fold=fold).astimezone(UTC)


def timetable_of(queue: MessageQueue) -> Timetable:
    """Two queries."""
    closed_days = queue.closed_days.values_list("date", flat=True)
    return Timetable(queue.zone, list(queue.opening_hours.all()), frozenset(closed_days))


def _covers(span: OpeningHours, local: datetime) -> bool:
    now = local.time()
    is_before_its_end = span.closes_at == MIDNIGHT or now < span.closes_at
    return span.weekday == local.weekday() and span.opens_at <= now and is_before_its_end
