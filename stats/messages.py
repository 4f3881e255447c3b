"""Messages sent and received over time, of some channels."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce

from django.db.models import Min, QuerySet
from django.utils import timezone

from accounts.log_listing import midnight
from channels.models import Channel
from sessions.models import CountedChange
from stats.levels import parts_of
from stats.models import CountBucket, CountDay
from stats.periods import DAY
from stats.queries import NOTHING, Counts, counts_by_channel, summed_by
from stats.ranges import Range


@dataclass(frozen=True)
class Slot:
    """The counts of a part of the time; `label` is its begin in words, by the reader's clock."""

    begin: datetime
    label: str
    counts: Counts


def over_time(asked: Range, channels: Iterable[int]) -> list[Slot]:
    """All slots of the range, those without messages too. One statement, for all time four."""
    ids = list(channels)
    first = asked.first or _first_day(ids) or asked.end
    step = asked.step(first)
    begins = list(step.slots(first, asked.end))
    counts = _by_slot(begins, (midnight(first), midnight(asked.end)), ids)
    return [Slot(begin, step.label_of(begin), counts.get(begin, NOTHING)) for begin in begins]


def total_of(slots: Iterable[Slot]) -> Counts:
    return _sum(slot.counts for slot in slots)


def _sum(rows: Iterable[Counts]) -> Counts:
    return reduce(Counts.plus, rows, NOTHING)


def by_channel(
    asked: Range, channels: QuerySet[Channel], *, most: int
) -> tuple[list[tuple[Channel, Counts]], Counts]:
    """Finds the channels with the most messages, and the counts of all others together.

    Of several with as many, the older one comes first.
    """
    counts = counts_by_channel(*asked.bounds, channels=channels.values_list("pk", flat=True))
    busiest = sorted(counts, key=lambda pk: (-counts[pk].total - counts[pk].received, pk))
    found = channels.defer("credentials").in_bulk(busiest[:most])
    others = _sum(counts[pk] for pk in busiest[most:])
    return [(found[pk], counts[pk]) for pk in busiest[:most] if pk in found], others


def total_before(asked: Range, channels: Iterable[int]) -> Counts | None:
    """What the period before comes to; None where there is none."""
    before = asked.before
    if before is None:
        return None
    return _sum(counts_by_channel(before.since, before.until, channels=channels).values())


def slot_of(begins: Sequence[datetime], at: datetime) -> datetime:
    """The begin of the slot that a moment lies in."""
    return begins[max(bisect_right(begins, at) - 1, 0)]


def _by_slot(
    begins: Sequence[datetime], span: tuple[datetime, datetime], channels: list[int]
) -> dict[datetime, Counts]:
    """The database adds up what begins together, and knows no zone; what lies in which slot is told here."""
    parts = parts_of(*span, cuts=begins[1:])
    of_channels = [(part.rows.filter(channel__in=channels), part.moment) for part in parts]
    slots: dict[datetime, Counts] = {}
    for at, counts in summed_by("moment", of_channels).items():
        begin = slot_of(begins, at)
        slots[begin] = slots.get(begin, NOTHING).plus(counts)
    return slots


def _first_day(channels: list[int]) -> date | None:
    """On which anything was counted."""
    day = CountDay.objects.filter(channel__in=channels).aggregate(at=Min("starts_at"))["at"]
    moments = [CountedChange.objects.filter(channel__in=channels).aggregate(at=Min("at"))["at"]]
    if day:
        of_day = CountBucket.objects.filter(channel__in=channels, starts_at__gte=day, starts_at__lt=day + DAY)
        moments.append(of_day.aggregate(at=Min("starts_at"))["at"])
    found = [at for at in moments if at]
    return timezone.localdate(min(found)) if found else None
