"""Today's counts, and those of the same weekday a week ago up to the same time of day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.log_listing import midnight
from accounts.models import User
from channels.access import recorded_channels_of
from sessions.counts import bucket_of
from stats.queries import NOTHING, Counts, counts_by_channel

WEEK = timedelta(days=7)
LABELS: dict[str, Promise | str] = {
    "received": _("Received"),
    "success": _("Sent"),
    "failed": _("Failed"),
}


@dataclass(frozen=True)
class Figure:
    """`now`: today up to this moment; `so_far` and `before` up to the last full quarter of an hour."""

    name: str
    label: str
    now: int
    so_far: int
    before: int

    @property
    def percent(self) -> int | None:
        """By how much it is more than a week ago; None where there was nothing to compare with."""
        return round(100 * (self.so_far - self.before) / self.before) if self.before else None

    @property
    def fewer(self) -> int:
        """The percentage without its sign."""
        return abs(self.percent or 0)


@dataclass(frozen=True)
class Today:
    """`until`: the end of what is compared."""

    figures: list[Figure]
    until: datetime
    week_ago: datetime

    @property
    def has_any(self) -> bool:
        return any(one.now or one.before for one in self.figures)


def today_of(user: User) -> Today:
    """By the buckets of quarter hours that all counts are kept in, of the channels that the user sees."""
    ids = list(recorded_channels_of(user).order_by().values_list("pk", flat=True))
    day, until = timezone.localdate(), timezone.localtime(bucket_of(timezone.now()))
    begin, begin_before = midnight(day), midnight(day - WEEK)
    until = max(until, begin)
    until_before = until - WEEK  # by the clock on the wall, which may have been changed since
    now, so_far = _sum(ids, begin, None), _sum(ids, begin, until)
    before = _sum(ids, begin_before, until_before)
    figures = [
        Figure(name, str(label), getattr(now, name), getattr(so_far, name), getattr(before, name))
        for name, label in LABELS.items()
    ]
    return Today(figures, until, begin_before)


def _sum(ids: Sequence[int], since: datetime, until: datetime | None) -> Counts:
    found = counts_by_channel(since, until, channels=ids).values() if ids else ()
    return Counts(*(map(sum, zip(*found, strict=True)))) if found else NOTHING
