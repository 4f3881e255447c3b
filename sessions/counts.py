"""Writes what changes the counts of sent and received messages, which `stats` folds into its buckets.

One row stands for all that a channel counts in a quarter hour of one transaction, so that a batch of texts
costs one row, not one a text.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sessions.models import CountedChange

BUCKET = timedelta(minutes=15)


def bucket_of(at: datetime) -> datetime:
    """The beginning of the quarter hour of UTC that a moment lies in."""
    at = at.astimezone(UTC)
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


def note(changes: Iterable[CountedChange]) -> None:
    """Within the transaction that makes what is counted."""
    sums: dict[tuple[int, datetime], CountedChange] = {}
    for change in changes:
        total = sums.setdefault((change.channel_id, bucket_of(change.at)), change)
        if total is not change:
            total.success += change.success
            total.failed += change.failed
            total.received += change.received
    CountedChange.objects.bulk_create(sums.values())
