"""Until when a session is snoozed, as the page proposes it: by the clock on the reader's wall."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise

LATER, MORNING = timedelta(hours=3), time(9)
QUARTER = timedelta(minutes=15)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Preset(NamedTuple):
    words: str | StrPromise
    icon: str
    until: datetime

    @property
    def value(self) -> str:
        return self.until.isoformat()


def presets(*, now: datetime, zone: tzinfo) -> list[Preset]:
    """Later today, unless it is late in the evening; tomorrow morning; next week, which is not tomorrow."""
    today = now.astimezone(zone).date()
    tomorrow, monday = today + timedelta(days=1), today + timedelta(days=7 - today.weekday())
    later = _up_to_a_quarter(now + LATER)
    found = [Preset(gettext_lazy("Tomorrow morning"), "bi-sunrise", _morning_of(tomorrow, zone))]
    if later.astimezone(zone).date() == today:
        found.insert(0, Preset(gettext_lazy("Later today"), "bi-clock", later))
    if monday != tomorrow:
        found.append(Preset(gettext_lazy("Next week"), "bi-calendar-week", _morning_of(monday, zone)))
    return found


def _morning_of(day: date, zone: tzinfo) -> datetime:
    """Nine by the wall's clock, also on a day on which clocks change."""
    return datetime.combine(day, MORNING, tzinfo=zone).astimezone(UTC)


def _up_to_a_quarter(at: datetime) -> datetime:
    """In UTC, where hours are always as long: in a zone, Python adds them on the wall's clock."""
    return at.astimezone(UTC) + (EPOCH - at.astimezone(UTC)) % QUARTER


def until_words(at: datetime) -> str:
    """The time of today and tomorrow, and the day with it of what is later."""
    local, today = timezone.localtime(at), timezone.localtime().date()
    clock = date_format(local, "H:i")
    if local.date() == today:
        return clock
    if local.date() == today + timedelta(days=1):
        return _("tomorrow, %(time)s") % {"time": clock}
    return date_format(local, "D j M, H:i" if local.year == today.year else "j M Y, H:i")
