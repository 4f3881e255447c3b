"""Times of what is put off, a text or a session: those that the page proposes, and how they are said.

By the clock on the reader's wall, and within a message queue's opening hours where it has them. A time that
clocks leave out becomes the one an hour later; of one that comes twice it is the first.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise

from routing.models import MessageQueue
from routing.opening import Timetable, timetable_of

SOON, MORNING, EVENING = timedelta(hours=1), time(9), time(18)
QUARTER = timedelta(minutes=15)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
NIGHT_ENDS, NIGHT_BEGINS = 8, 21  # hours, of whoever gets a text


class Preset(NamedTuple):
    words: str | StrPromise
    icon: str
    until: datetime

    @property
    def value(self) -> str:
        return self.until.isoformat()


def presets_of(queue: MessageQueue | None) -> list[Preset]:
    """For whoever reads the page, now. Two queries, where there is a queue."""
    timetable = timetable_of(queue) if queue else None
    return presets(now=timezone.now(), zone=timezone.get_current_timezone(), timetable=timetable)


def presets(*, now: datetime, zone: tzinfo, timetable: Timetable | None = None) -> list[Preset]:
    """In their order. Of two that mean the same time it is the first; none is while the queue is closed."""
    found: dict[datetime, Preset] = {}
    for preset in sorted(_proposed(now, zone, timetable), key=lambda one: one.until):
        if preset.until > now and (timetable is None or timetable.is_open(preset.until)):
            found.setdefault(preset.until, preset)
    return list(found.values())


def _proposed(now: datetime, zone: tzinfo, timetable: Timetable | None) -> Iterator[Preset]:
    today = now.astimezone(zone).date()
    tomorrow, monday = today + timedelta(days=1), today + timedelta(days=7 - today.weekday())
    yield Preset(gettext_lazy("In 1 hour"), "bi-clock", _up_to_a_quarter(now + SOON))
    if timetable and not timetable.is_open(now) and (opens := timetable.opens_after(now)):
        yield Preset(gettext_lazy("When the queue opens"), "bi-door-open", opens)
    evening = _on_the_wall(today, EVENING, zone)
    if evening >= now + SOON:
        yield Preset(gettext_lazy("This evening"), "bi-moon", evening)
    if at := _morning_of(tomorrow, zone, timetable):
        yield Preset(gettext_lazy("Tomorrow morning"), "bi-sunrise", at)
    if monday != tomorrow and (at := _morning_of(monday, zone, timetable)):
        yield Preset(gettext_lazy("Monday morning"), "bi-calendar-week", at)


def _morning_of(day: date, zone: tzinfo, timetable: Timetable | None) -> datetime | None:
    """When the queue opens on that day; nine o'clock where it is open all night. None if it is closed."""
    nine = _on_the_wall(day, MORNING, zone)
    if timetable is None or not timetable.hours:
        return nine
    return timetable.opens_on(day) or (nine if timetable.is_open(nine) else None)


def _on_the_wall(day: date, clock: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def _up_to_a_quarter(at: datetime) -> datetime:
    """In UTC, where hours are always as long: in a zone, Python adds them on the wall's clock."""
    return at.astimezone(UTC) + (EPOCH - at.astimezone(UTC)) % QUARTER


def until_words(at: datetime, zone: tzinfo | None = None) -> str:
    """The time of today and tomorrow, and the day with it of what is later; for the reader, or in a zone."""
    local, today = timezone.localtime(at, zone), timezone.localtime(None, zone).date()
    clock = date_format(local, "H:i")
    if local.date() == today:
        return clock
    if local.date() == today + timedelta(days=1):
        return _("tomorrow, %(time)s") % {"time": clock}
    return date_format(local, "D j M, H:i" if local.year == today.year else "j M Y, H:i")


def is_at_night(at: datetime, zone: tzinfo) -> bool:
    """Whether a text would wake whoever lives in the zone."""
    return not NIGHT_ENDS <= at.astimezone(zone).hour < NIGHT_BEGINS
