"""In which order a channel's waiting texts will leave, if nothing comes in between."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

from django.db.models import F, IntegerField, QuerySet, Subquery
from django.db.models.expressions import OuterRef

from channels.itsp.delivery import DeliveryStatus
from channels.models import Channel
from sessions.lanes.turns import Rota, rotas
from sessions.models import Attempt, Lane

_NEWER = 1 << 62  # than any attempt's id


@dataclass
class Line:
    """A lane that moves: how many of its texts wait, and how many slots each takes, as its first one does."""

    lane_id: int
    number_id: int
    priority: int
    agent: int
    rank: int
    head: int
    waiting: int
    slots: int


class CountOf(Subquery):
    """How many rows a query has that is cut off somewhere."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def departures(channel: Channel, asked: Collection[int], *, most: int) -> Iterator[Line]:
    """The lane of each text that leaves, in their order. `asked`: lanes that count although they stand still.

    Reads the first `most` lanes, and of each up to as many texts.
    """
    waiting = Lane.objects.filter(channel=channel, head__isnull=False)
    first = waiting.filter(in_flight=None, held_until=None)
    first = first.order_by("head_priority", "head_rank", "head")[:most]
    flying = Attempt.objects.filter(channel=channel, status=DeliveryStatus.SENDING)
    others = waiting.filter(pk__in={*asked, *flying.values_list("lane", flat=True)})
    lines = {line.lane_id: line for lanes in (first, others) for line in _lines(channel, lanes, most)}
    return in_order(rotas([channel])[channel], lines.values())


def in_order(rota: Rota, lines: Iterable[Line]) -> Iterator[Line]:
    """As claims take them; behind a text that left, its lane lines up anew."""
    queues: defaultdict[int, list[tuple[int, int, Line]]] = defaultdict(list)
    last: defaultdict[tuple[int, int], int] = defaultdict(int)
    newer = count(_NEWER)
    for line in lines:
        heappush(queues[line.priority], (line.rank, line.head, line))
        last[line.priority, line.agent] = max(last[line.priority, line.agent], line.rank)
    while queues:
        priority = rota.next_of(queues)
        rank, _head, line = heappop(queues[priority])
        rota.take(priority, set(queues), rank=rank, slots=line.slots)
        yield line
        line.waiting -= 1
        if line.waiting > 0:
            own = (priority, line.agent)
            last[own] = max(last[own], rota.reached[priority] - 1) + line.slots
            heappush(queues[priority], (last[own], next(newer), line))
        elif not queues[priority]:
            del queues[priority]


def _lines(channel: Channel, lanes: QuerySet[Lane], most: int) -> Iterator[Line]:
    queued = Attempt.objects.filter(lane=OuterRef("pk"), status=DeliveryStatus.QUEUED).order_by()
    counted = lanes.annotate(waiting=CountOf(queued.values("pk")[:most]), segments=F("head__segments"))
    counts_segments = channel.rate_unit == Channel.RateUnit.SEGMENTS
    for pk, number, priority, agent, rank, head, waiting, segments in counted.values_list(
        "pk", "number", "head_priority", "head_agent", "head_rank", "head", "waiting", "segments"
    ):
        if waiting:
            yield Line(pk, number, priority, agent, rank, head, waiting, segments if counts_segments else 1)
