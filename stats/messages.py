"""Messages sent and received over time, of some channels."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Min, QuerySet, Sum
from django.utils import timezone
from django.utils.formats import date_format

from channels.models import Channel
from sessions.models import CountedChange
from stats.models import CountBucket
from stats.queries import NOTHING, Counts, counts_by_channel, within
from stats.ranges import Range, Step

SUMS = {f"sum_{name}": Sum(name) for name in ("success", "failed", "received")}


@dataclass(frozen=True)
class Slot:
    """The counts of a part of the time; `label` is its begin in words."""

    begin: datetime
    label: str
    counts: Counts


def over_time(asked: Range, channels: Iterable[int]) -> list[Slot]:
    """All slots of the range, those without messages too. Two statements at most."""
    ids = list(channels)
    first = asked.first or _first_day(ids) or asked.end
    step = asked.step(first)
    counts = _by_slot(asked, step, ids)
    return [
        Slot(begin, date_format(begin, step.written), counts.get(begin, NOTHING))
        for begin in step.slots(first, asked.end)
    ]


def total_of(slots: Iterable[Slot]) -> Counts:
    return _sum([slot.counts for slot in slots])


def _sum(rows: list[Counts]) -> Counts:
    return Counts(*(sum(getattr(row, name) for row in rows) for name in ("success", "failed", "received")))


def by_channel(
    asked: Range, channels: QuerySet[Channel], *, most: int
) -> tuple[list[tuple[Channel, Counts]], Counts]:
    """Finds the channels with the most messages, and the counts of all others together.

    Of several with as many, the older one comes first.
    """
    counts = counts_by_channel(*asked.bounds, channels=channels.values_list("pk", flat=True))
    busiest = sorted(counts, key=lambda pk: (-counts[pk].total - counts[pk].received, pk))
    found = channels.defer("credentials").in_bulk(busiest[:most])
    others = _sum([counts[pk] for pk in busiest[most:]])
    return [(found[pk], counts[pk]) for pk in busiest[:most] if pk in found], others


def _by_slot(asked: Range, step: Step, channels: list[int]) -> dict[datetime, Counts]:
    counts: dict[datetime, Counts] = {}
    columns = ("slot", *SUMS)
    folded, waiting = (
        rows.objects.filter(channel__in=channels, **within(field, *asked.bounds))
        .order_by()
        .annotate(slot=step.cut(field))
        .values("slot")
        .annotate(**SUMS)
        .values_list(*columns)
        for rows, field in ((CountBucket, "starts_at"), (CountedChange, "at"))
    )
    for slot, success, failed, received in folded.union(waiting, all=True):
        counts[slot] = counts.get(slot, NOTHING).plus(success, failed, received)
    return counts


def _first_day(channels: list[int]) -> date | None:
    """On which anything was counted."""
    folded = CountBucket.objects.filter(channel__in=channels).aggregate(at=Min("starts_at"))["at"]
    waiting = CountedChange.objects.filter(channel__in=channels).aggregate(at=Min("at"))["at"]
    moments = [at for at in (folded, waiting) if at]
    return timezone.localdate(min(moments)) if moments else None
