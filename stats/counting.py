"""Folds the changes that sessions wrote into buckets."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F

from sessions.counts import bucket_of
from sessions.models import CountedChange
from stats.models import CountBucket, CountTotal

FOLD_BATCH = 10_000
FIELDS = ("success", "failed", "received")

Triple = tuple[int, int, int]  # success, failed, received
Sums = dict[tuple[int, datetime], Triple]  # by channel and bucket


def fold() -> int:
    """Adds waiting changes to their buckets and deletes them, in one transaction. Returns how many."""
    with transaction.atomic():
        changes = list(CountedChange.objects.select_for_update(skip_locked=True).order_by("pk")[:FOLD_BATCH])
        sums = summed((one.channel_id, one.at, one.success, one.failed, one.received) for one in changes)
        for (channel, starts_at), counts in sorted(sums.items()):
            add(CountBucket.objects.get_or_create(channel_id=channel, starts_at=starts_at)[0], counts)
            add(CountTotal.objects.get_or_create(channel_id=channel)[0], counts)
        CountedChange.objects.filter(pk__in=[change.pk for change in changes]).delete()
    return len(changes)


def add(row: CountBucket | CountTotal, counts: Triple) -> None:
    sums = {name: F(name) + count for name, count in zip(FIELDS, counts, strict=True)}
    type(row).objects.filter(pk=row.pk).update(**sums)


def summed(rows: Iterable[tuple[int, datetime, int, int, int]]) -> Sums:
    sums: defaultdict[tuple[int, datetime], Triple] = defaultdict(lambda: (0, 0, 0))
    for channel, at, *counts in rows:
        key = (channel, bucket_of(at))
        success, failed, received = (a + b for a, b in zip(sums[key], counts, strict=True))
        sums[key] = (success, failed, received)
    return dict(sums)
