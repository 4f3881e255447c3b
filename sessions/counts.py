"""Writes what changes the counts of sent and received messages, which `stats` folds into its buckets.

One row stands for all that a channel counts in a quarter hour of one transaction, so that a batch of texts
costs one row, not one a text; failures have one for each code and each beginning of numbers.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from channels.phone_numbers import country_of, prefix_of
from sessions.bulk import insert
from sessions.models import CountedChange

BUCKET = timedelta(minutes=15)
MEASURES = ("success", "failed", "received", "segments")  # what is summed; costs will be one more


def bucket_of(at: datetime) -> datetime:
    """The beginning of the quarter hour of UTC that a moment lies in."""
    at = at.astimezone(UTC)
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


class Failure(NamedTuple):
    """What failures are counted by beside their channel: all empty of what is no failure."""

    error_code: str = ""
    country: str = ""
    prefix: str = ""

    @classmethod
    def of(cls, error_code: str, contact: str) -> "Failure":
        return cls(error_code, country_of(contact), prefix_of(contact))


class Change(NamedTuple):
    """What a text changes in its channel's counts, at the moment that it counts at."""

    channel_id: int
    at: datetime
    success: int = 0
    failed: int = 0
    received: int = 0
    segments: int = 0
    failure: Failure = Failure()


def note(changes: Iterable[Change]) -> None:
    """Within the transaction that makes what is counted."""
    rows: dict[tuple[int, datetime, Failure], CountedChange] = {}
    for change in changes:
        key = change.channel_id, bucket_of(change.at), change.failure
        row = rows.get(key) or rows.setdefault(key, _row(change))
        for name in MEASURES:
            setattr(row, name, getattr(row, name) + getattr(change, name))
    insert(list(rows.values()))


def _row(change: Change) -> CountedChange:
    return CountedChange(channel_id=change.channel_id, at=change.at, **change.failure._asdict())
