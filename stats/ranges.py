"""The days that statistics are about, by a period's name or from one to another, and how they are divided."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.log_listing import day_field, midnight
from sessions.counts import BUCKET
from stats.levels import begin_of
from stats.periods import DAY, DAYS, Period

HOURS_MOST, DAYS_MOST = 2, 93  # days that are divided into hours, and into days; beyond them: months


class RangeForm(forms.Form):
    since, until = day_field(_("From")), day_field(_("To"))


@dataclass(frozen=True)
class Range:
    """From `first` up to, not including, `end`, in the reader's zone. `first` is None for all time."""

    first: date | None
    end: date
    period: Period | None = None  # None: days that somebody chose

    @classmethod
    def asked(cls, params: QueryDict, form: RangeForm, *, default: Period = Period.LAST_30_DAYS) -> "Range":
        """What the URL asks for; the default where it asks for nothing that can be read."""
        today = timezone.localdate()
        if form.is_valid() and (form.cleaned_data["since"] or form.cleaned_data["until"]):
            last = form.cleaned_data["until"] or today
            first = form.cleaned_data["since"] or last
            first, last = min(first, last), max(first, last)
            return cls(first, last + DAY)
        name = params.get("period", "")
        period = Period(name) if name in Period.values else default
        if period is Period.ALL:
            return cls(None, today + DAY, period)
        return cls(*DAYS[period](today), period)

    @property
    def last(self) -> date:
        return self.end - DAY

    @property
    def bounds(self) -> tuple[datetime | None, datetime | None]:
        if self.first is None:
            return None, None
        return midnight(self.first), midnight(self.end)

    @property
    def before(self) -> "Before | None":
        """The period before, as long; None of all time.

        Up to some months it is moved by whole weeks, since weekdays differ more than weeks do. What is not
        over yet is compared with as much of the period before.
        """
        if self.first is None:
            return None
        days = (self.end - self.first).days
        back = timedelta(days=-(-days // 7) * 7 if days <= DAYS_MOST else days)
        since, until = midnight(self.first - back), midnight(self.end - back)
        is_over = self.end <= timezone.localdate()
        if not is_over:
            now = timezone.localtime() - back  # by the clock on the wall
            until = min(until, max(since, begin_of(now, BUCKET)))
        return Before(self.first - back, self.end - back - DAY, since, until, is_whole=is_over)

    def step(self, first: date) -> "Step":
        days = (self.end - first).days
        if days <= HOURS_MOST:
            return Step("hour", "H:i" if days == 1 else "j M, H:i")
        return Step("day", "j M") if days <= DAYS_MOST else Step("month", "M Y")


@dataclass(frozen=True)
class Before:
    """From the day `first` to the day `last`; `is_whole`: not only up to the time of day that it is now."""

    first: date
    last: date
    since: datetime
    until: datetime
    is_whole: bool


@dataclass(frozen=True)
class Step:
    """A slot of a chart: how long it is, and how its begin is written."""

    name: str
    written: str

    def slots(self, first: date, end: date) -> Iterator[datetime]:
        """The begins of all slots, in UTC; the day on which clocks go forward has 23 hours."""
        if self.name == "hour":
            moment, after = midnight(first), midnight(end)
            while moment < after:
                yield moment
                moment += timedelta(hours=1)
            return
        day = first.replace(day=1) if self.name == "month" else first
        while day < end:
            yield midnight(day)
            day = (
                (day.replace(day=28) + timedelta(days=4)).replace(day=1)
                if self.name == "month"
                else day + DAY
            )

    def label_of(self, begin: datetime) -> str:
        """By the reader's clock; an hour that comes twice has the zone's name of that time with it."""
        local = timezone.localtime(begin)
        label = date_format(local, self.written)
        return f"{label} {local:%Z}" if self.name == "hour" and _is_twice(local) else label


def _is_twice(local: datetime) -> bool:
    """Whether clocks that are put back show the time twice."""
    first, second = (local.replace(fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second
