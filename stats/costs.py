"""What texts cost: by time, by channel and number, by message queue."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import reduce
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet, Sum

from accounts.log_listing import midnight
from channels.models import Channel, Number
from routing.models import MessageQueue
from sessions import bulk
from sessions.charges import MEASURES
from sessions.models import ChargedChange
from sessions.models.charges import MICROS
from stats.messages import Slot, slot_of
from stats.models import ChargeBucket
from stats.ranges import Range

FOLD_BATCH = 10_000
_KEYS = ("channel_id", "starts_at", "number_id", "queue_id", "is_inbound", "currency")


@transaction.atomic
def fold() -> int:
    """Adds waiting changes to their buckets and deletes them. Returns how many."""
    changes = list(ChargedChange.objects.select_for_update(skip_locked=True).order_by("pk")[:FOLD_BATCH])
    sums: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * len(MEASURES))
    for one in changes:
        key = one.channel_id, one.at, one.number_id, one.queue_id, one.is_inbound, one.currency
        sums[key] = [total + getattr(one, name) for total, name in zip(sums[key], MEASURES, strict=True)]
    rows = [
        ChargeBucket(**dict(zip((*_KEYS, *MEASURES), (*key, *sums[key]), strict=True)))
        for key in sorted(sums)
    ]
    bulk.add(rows, keys=_KEYS, sums=MEASURES)
    ChargedChange.objects.filter(pk__in=[change.pk for change in changes]).delete()
    return len(changes)


@dataclass(frozen=True)
class Cost:
    """Of some texts. `prices` has a sum for each currency in which any was told."""

    texts: int = 0
    segments: int = 0
    parts: int = 0
    counted: int = 0
    priced: int = 0
    prices: dict[str, Decimal] = field(default_factory=dict)

    def plus(self, other: "Cost") -> "Cost":
        prices = {
            currency: self.prices.get(currency, Decimal(0)) + other.prices.get(currency, Decimal(0))
            for currency in sorted(self.prices.keys() | other.prices.keys())
        }
        return Cost(
            self.texts + other.texts,
            self.segments + other.segments,
            self.parts + other.parts,
            self.counted + other.counted,
            self.priced + other.priced,
            prices,
        )

    @property
    def known_percent(self) -> int | None:
        """Of how many texts in a hundred the price is told; 100 only of all. None of no texts."""
        return self.priced * 100 // self.texts if self.texts else None


NOTHING = Cost()


@dataclass(frozen=True)
class Costs:
    """`numbers`: by channel and its number. `queues`: None is of texts that went to an extension."""

    all: Cost
    times: list[tuple[Slot, Cost]]
    numbers: list[tuple[Channel, Number, Cost]]
    queues: list[tuple[MessageQueue | None, Cost]]


def costs_in(asked: Range, channels: "QuerySet[Channel]", slots: Sequence[Slot]) -> Costs:
    """`slots`: those of the range. Five statements."""
    rows = ChargeBucket.objects.filter(channel__in=channels.values("pk"))
    if asked.first is not None:
        rows = rows.filter(starts_at__gte=midnight(asked.first), starts_at__lt=midnight(asked.end))
    by_time = _times(rows, slots)
    everything = reduce(Cost.plus, (cost for _slot, cost in by_time), NOTHING)
    return Costs(everything, by_time, _numbers(rows), _queues(rows))


def _times(rows: "QuerySet[ChargeBucket]", slots: Sequence[Slot]) -> list[tuple[Slot, Cost]]:
    begins = [slot.begin for slot in slots]
    costs: dict[datetime, Cost] = defaultdict(lambda: NOTHING)
    for at, cost in _summed(rows, "starts_at"):
        begin = slot_of(begins, at)
        costs[begin] = costs[begin].plus(cost)
    return [(slot, costs[slot.begin]) for slot in slots]


def _numbers(rows: "QuerySet[ChargeBucket]") -> list[tuple[Channel, Number, Cost]]:
    costs = _by_key(_summed(rows, "channel_id", "number_id"))
    channels = Channel.objects.defer("credentials").in_bulk({channel for channel, _number in costs})
    numbers = Number.objects.in_bulk({number for _channel, number in costs})
    return _dearest_first(
        (channels[channel], numbers[number], cost)
        for (channel, number), cost in costs.items()
        if number in numbers
    )


def _queues(rows: "QuerySet[ChargeBucket]") -> list[tuple[MessageQueue | None, Cost]]:
    costs = _by_key(_summed(rows, "queue_id"))
    queues = MessageQueue.objects.in_bulk(costs)
    return _dearest_first((queues.get(queue), cost) for queue, cost in costs.items())


def _dearest_first(rows: Iterable[Any]) -> list[Any]:
    def weight(row: Any) -> tuple[Decimal, int]:
        return -sum(row[-1].prices.values(), Decimal(0)), -row[-1].texts

    return sorted(rows, key=weight)


def _by_key(rows: Iterable[tuple[Any, Cost]]) -> dict[Any, Cost]:
    costs: dict[Any, Cost] = defaultdict(lambda: NOTHING)
    for key, cost in rows:
        costs[key] = costs[key].plus(cost)
    return costs


def _summed(rows: "QuerySet[ChargeBucket]", *keys: str) -> Iterable[tuple[Any, Cost]]:
    """A row for each key, or several keys in a tuple, and currency."""
    sums = {f"sum_{name}": Sum(F(name)) for name in MEASURES}
    for row in rows.order_by().values_list(*keys, "currency").annotate(**sums):
        key = row[0] if len(keys) == 1 else tuple(row[: len(keys)])
        currency, (texts, segments, parts, counted, priced, micros) = row[len(keys)], row[len(keys) + 1 :]
        prices = {currency: Decimal(micros) / MICROS} if currency and (micros or priced) else {}
        yield key, Cost(texts, segments, parts, counted, priced, prices)
