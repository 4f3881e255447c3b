"""Counts all messages anew, says where the counts differ from them, and mends that.

It may run while messages come and go: everything is read from one snapshot, and what is mended is added.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from django.db import connection, transaction
from django.db.models import Sum

from channels.itsp.delivery import FAILURE, SUCCESS
from channels.models import Channel
from sessions.models import Attempt, CountedChange, Message
from stats.counting import FIELDS, Sums, Triple, add, summed
from stats.models import CountBucket, CountTotal

NONE: Triple = (0, 0, 0)


@dataclass(frozen=True)
class Difference:
    """It is in the quarter hour of a channel from `starts_at`, or in its total if that is None."""

    starts_at: datetime | None
    counted: Triple
    found: Triple

    @property
    def missing(self) -> Triple:
        success, failed, received = (b - a for a, b in zip(self.counted, self.found, strict=True))
        return success, failed, received


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
    return summed(chain(sent, received))


def counted(channel: Channel) -> Sums:
    """The channel's buckets as they were counted, changes that wait to be folded included."""
    rows = [
        (*CountBucket.objects.filter(channel=channel).values_list("starts_at", "channel_id", *FIELDS),),
        (*CountedChange.objects.filter(channel=channel).values_list("at", "channel_id", *FIELDS),),
    ]
    sums = summed((channel_id, at, *counts) for part in rows for at, channel_id, *counts in part)
    return {key: counts for key, counts in sums.items() if any(counts)}


def differences(channel: Channel) -> list[Difference]:
    """Where the channel's counts are not what its messages say, in the order of time."""
    with transaction.atomic():
        if connection.vendor == "postgresql":  # a transaction of SQLite sees one state anyway
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        were, are = counted(channel), recount(channel)
        total = _triple(CountTotal.objects.filter(channel=channel).values_list(*FIELDS).first() or NONE)
        buckets = CountBucket.objects.filter(channel=channel)
        folded = _triple(buckets.aggregate(**{name: Sum(name) for name in FIELDS}).values())
    found = [
        Difference(key[1], were.get(key, NONE), are.get(key, NONE))
        for key in sorted(were.keys() | are.keys())
        if were.get(key, NONE) != are.get(key, NONE)
    ]
    return found + ([Difference(None, total, folded)] if total != folded else [])


def mend(channel: Channel, found: list[Difference]) -> None:
    """Adds what is missing to the quarter hours and to the total, as `fold` adds changes."""
    with transaction.atomic():
        for one in found:
            if one.starts_at is not None:
                bucket, _new = CountBucket.objects.get_or_create(channel=channel, starts_at=one.starts_at)
                add(bucket, one.missing)
            add(CountTotal.objects.get_or_create(channel=channel)[0], one.missing)


def _triple(counts: Iterable[int | None]) -> Triple:
    success, failed, received = (count or 0 for count in counts)
    return success, failed, received
