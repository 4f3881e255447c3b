"""Writes what changes the counts of sent and received messages, which `stats` folds into its buckets.

One row stands for all that a channel counts in a quarter hour of one transaction, so that a batch of texts
costs one row, not one a text.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sessions.bulk import insert
from sessions.models import CountedChange

BUCKET = timedelta(minutes=15)


def bucket_of(at: datetime) -> datetime:
    """The beginning of the quarter hour of UTC that a moment lies in."""
    at = at.astimezone(UTC)
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


class Change(NamedTuple):
    """What a text changes in its channel's counts, at the moment that it counts at."""

    channel_id: int
    at: datetime
    success: int = 0
    failed: int = 0
    received: int = 0


def note(changes: Iterable[Change]) -> None:
    """Within the transaction that makes what is counted."""
    rows: dict[tuple[int, datetime], CountedChange] = {}
    for channel_id, at, success, failed, received in changes:
        key = channel_id, bucket_of(at)
        row = rows.get(key) or rows.setdefault(key, CountedChange(channel_id=channel_id, at=at))
        row.success += success
        row.failed += failed
        row.received += received
    insert(list(rows.values()))
