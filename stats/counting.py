"""Folds the changes that sessions wrote into buckets, and counts everything anew to prove them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F

from channels.itsp.statuses import FAILURE, SUCCESS
from channels.models import Channel
from sessions.models import Attempt, CountedChange, Message
from stats.models import CountBucket, CountTotal

BUCKET = timedelta(minutes=15)
FOLD_BATCH = 10_000

Triple = tuple[int, int, int]  # success, failed, received
Sums = dict[tuple[int, datetime], Triple]  # by channel and bucket


def bucket_of(at: datetime) -> datetime:
    """The beginning of the quarter hour of UTC that a moment lies in."""
    at = at.astimezone(UTC)
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


def fold() -> int:
    """Adds waiting changes to their buckets and deletes them, in one transaction. Returns how many."""
    with transaction.atomic():
        changes = list(CountedChange.objects.select_for_update(skip_locked=True).order_by("pk")[:FOLD_BATCH])
        sums = _summed((one.channel_id, one.at, one.success, one.failed, one.received) for one in changes)
        for (channel, starts_at), counts in sorted(sums.items()):
            _add(CountBucket.objects.get_or_create(channel_id=channel, starts_at=starts_at)[0], counts)
            _add(CountTotal.objects.get_or_create(channel_id=channel)[0], counts)
        CountedChange.objects.filter(pk__in=[change.pk for change in changes]).delete()
    return len(changes)


def _add(row: CountBucket | CountTotal, counts: Triple) -> None:
    sums = {
        name: F(name) + count for name, count in zip(("success", "failed", "received"), counts, strict=True)
    }
    type(row).objects.filter(pk=row.pk).update(**sums)


def recount(channel: Channel) -> Sums:
    """The channel's buckets as its messages say, without a look at what was counted."""
    attempts = Attempt.objects.filter(
        channel=channel, status__in=SUCCESS | FAILURE, message__author__isnull=False
    )
    sent = (
        (channel.pk, at, int(status in SUCCESS), int(status in FAILURE), 0)
        for status, at in attempts.values_list("status", "counted_at").iterator()
        if at is not None
    )
    inbound = Message.objects.filter(channel=channel, kind=Message.Kind.INBOUND)
    received = ((channel.pk, at, 0, 0, 1) for at in inbound.values_list("created_at", flat=True).iterator())
    return _summed([*sent, *received])


def counted(channel: Channel) -> Sums:
    """The channel's buckets as they were counted, changes that wait to be folded included."""
    fields = ("channel_id", "success", "failed", "received")
    rows = [
        (*CountBucket.objects.filter(channel=channel).values_list("starts_at", *fields),),
        (*CountedChange.objects.filter(channel=channel).values_list("at", *fields),),
    ]
    sums = _summed((channel_id, at, *rest) for part in rows for at, channel_id, *rest in part)
    return {key: counts for key, counts in sums.items() if any(counts)}


def _summed(rows: Iterable[tuple[int, datetime, int, int, int]]) -> Sums:
    sums: defaultdict[tuple[int, datetime], Triple] = defaultdict(lambda: (0, 0, 0))
    for channel, at, *counts in rows:
        key = (channel, bucket_of(at))
        success, failed, received = (a + b for a, b in zip(sums[key], counts, strict=True))
        sums[key] = (success, failed, received)
    return dict(sums)
