"""Reads the counts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce

from sessions.models import CountedChange
from stats.models import CountBucket, CountTotal


class Counts(NamedTuple):
    """Messages of a channel in a period; `total` is all that were sent, successfully or not."""

    success: int = 0
    failed: int = 0
    received: int = 0

    @property
    def total(self) -> int:
        return self.success + self.failed

    def plus(self, success: int, failed: int, received: int) -> "Counts":
        return Counts(self.success + success, self.failed + failed, self.received + received)


NOTHING = Counts()


def counts_by_channel(
    since: datetime | None, until: datetime | None, *, channels: Iterable[int] | None = None
) -> dict[int, Counts]:
    """Counts from `since` up to, not including, `until` (None: without end); both begin a quarter hour.

    Of these channels, or of all; one without any is absent. One statement, so that a change that is folded
    meanwhile is read once.
    """
    of_channels = {} if channels is None else {"channel__in": list(channels)}
    columns = ("channel_id", "sum_success", "sum_failed", "sum_received")
    sums = {f"sum_{name}": Sum(name) for name in ("success", "failed", "received")}
    stored = _folded(since, until).filter(**of_channels).order_by().values("channel_id").annotate(**sums)
    changes = CountedChange.objects.filter(**of_channels, **within("at", since, until))
    waiting = changes.order_by().values("channel_id").annotate(**sums)
    counts: dict[int, Counts] = {}
    for channel_id, *found in stored.values_list(*columns).union(waiting.values_list(*columns), all=True):
        counts[channel_id] = counts.get(channel_id, NOTHING).plus(*found)
    return counts


def count_of(column: str, since: datetime | None, until: datetime | None) -> CombinedExpression:
    """One of a channel's counts, to sort channels by."""
    amount = F("success") + F("failed") if column == "total" else F(column)
    changes = CountedChange.objects.filter(**within("at", since, until))
    parts = [
        Coalesce(
            Subquery(
                rows.filter(channel=OuterRef("pk")).order_by().values("channel").values(sum=Sum(amount))
            ),
            0,
        )
        for rows in (_folded(since, until), changes)
    ]
    return parts[0] + parts[1]


def _folded(since: datetime | None, until: datetime | None) -> QuerySet[Any]:
    if since is None and until is None:
        return CountTotal.objects.all()
    return CountBucket.objects.filter(**within("starts_at", since, until))


def within(field: str, since: datetime | None, until: datetime | None) -> dict[str, datetime]:
    bounds = {f"{field}__gte": since, f"{field}__lt": until}
    return {name: moment for name, moment in bounds.items() if moment is not None}
