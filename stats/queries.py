"""Reads the counts."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from sessions.models import CountedChange
from stats.models import CountBucket


@dataclass(frozen=True)
class Counts:
    """Messages of a channel in a period; `total` is all that were sent, successfully or not."""

    success: int = 0
    failed: int = 0
    received: int = 0

    @property
    def total(self) -> int:
        return self.success + self.failed


def counts_by_channel(since: datetime | None, until: datetime | None) -> dict[int, Counts]:
    """Counts from `since` up to, not including, `until` (None: without end); both begin a quarter hour.

    One statement, so that a change that is folded meanwhile is read once. A channel without any is absent.
    """
    bucket_period = _period("starts_at", since, until)
    change_period = _period("at", since, until)
    columns = ("channel_id", "sum_success", "sum_failed", "sum_received")
    sums = {f"sum_{name}": Sum(name) for name in ("success", "failed", "received")}
    folded = CountBucket.objects.filter(**bucket_period).order_by().values("channel_id").annotate(**sums)
    waiting = CountedChange.objects.filter(**change_period).order_by().values("channel_id").annotate(**sums)
    counts: dict[int, Counts] = {}
    for channel_id, success, failed, received in folded.values_list(*columns).union(
        waiting.values_list(*columns), all=True
    ):
        known = counts.get(channel_id, Counts())
        counts[channel_id] = Counts(known.success + success, known.failed + failed, known.received + received)
    return counts


def _period(field: str, since: datetime | None, until: datetime | None) -> dict[str, datetime]:
    bounds = {f"{field}__gte": since, f"{field}__lt": until}
    return {name: moment for name, moment in bounds.items() if moment is not None}
