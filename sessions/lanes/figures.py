"""How the queue of a channel fares, for administrators. Reading costs the same however long the queue is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.utils import timezone
from redis import RedisError

from channels import pacing
from channels.itsp.delivery import DeliveryStatus
from channels.models import Channel
from channels.pacing import PacingState
from sessions.models import Attempt, Priority

WINDOW_S = 10  # over which the rate is taken
COUNTED_MOST = 100_000  # waiting attempts that are counted
DEPTH_MOST = 10_000  # of each state, where they are counted for all channels again and again
DEPTH_STATES = (  # each has an index of a channel's
    DeliveryStatus.QUEUED,
    DeliveryStatus.SENDING,
    DeliveryStatus.UNKNOWN,
)
ERRORS_SHOWN = 10
OLD = timedelta(minutes=1)  # a queue that waits longer is marked in the channel list


@dataclass(frozen=True)
class SendingState:
    """`used_rate`: per second, in the channel's unit. `pacing`: None while the limiter is away."""

    waiting: int
    by_priority: dict[Priority, int]
    scheduled: int
    oldest_at: datetime | None
    used_rate: float
    pacing: PacingState | None
    in_flight: int
    unknown: int
    errors: list[Attempt]

    @property
    def is_beyond(self) -> bool:
        return self.waiting > COUNTED_MOST

    @property
    def shown_by_priority(self) -> list[tuple[str, int]]:
        """In words, where several priorities wait or another than that of answers."""
        if set(self.by_priority) <= {Priority.ANSWER}:
            return []
        return [(str(priority.label), count) for priority, count in self.by_priority.items()]

    @property
    def oldest_s(self) -> float:
        return (timezone.now() - self.oldest_at).total_seconds() if self.oldest_at else 0.0


@dataclass(frozen=True)
class QueueMark:
    """What the channel list says of a queue that needs a look."""

    unknown: int = 0  # attempts without a clear answer
    held: int = 0  # texts that wait while the channel is paused or failing
    oldest_s: float | None = None  # None if nothing waits for long

    @property
    def is_beyond(self) -> bool:
        return self.held > COUNTED_MOST


@dataclass(frozen=True)
class Depth:
    """How many texts of a channel are in each state that is on its way, of the first that are counted."""

    counts: dict[str, int]
    oldest_s: float


def depths_of(channel_ids: Iterable[int]) -> dict[int, Depth]:
    """Of channels, however long their queues are."""
    on_their_way = Attempt.objects.filter(channel=OuterRef("pk")).order_by()
    oldest = Subquery(
        on_their_way.filter(status=DeliveryStatus.QUEUED).order_by("queued_at").values("queued_at")[:1]
    )
    counted = {
        f"{status}_texts": _CountOf(on_their_way.filter(status=status).values("pk")[:DEPTH_MOST])
        for status in DEPTH_STATES
    }
    now, depths = timezone.now(), {}
    for channel in (
        Channel.objects.filter(pk__in=list(channel_ids))
        .annotate(oldest_at=oldest, **counted)
        .values("id", "oldest_at", *counted)
    ):
        counts = {str(status): channel[f"{status}_texts"] for status in DEPTH_STATES}
        oldest_at = channel["oldest_at"]
        depths[channel["id"]] = Depth(counts, (now - oldest_at).total_seconds() if oldest_at else 0.0)
    return depths


def state_of(channel: Channel) -> SendingState:
    attempts = Attempt.objects.filter(channel=channel)
    queued = attempts.filter(status=DeliveryStatus.QUEUED)
    by_priority = _by_priority(queued)
    return SendingState(
        waiting=sum(by_priority.values()),
        by_priority=by_priority,
        scheduled=attempts.filter(status=DeliveryStatus.SCHEDULED).count(),
        oldest_at=queued.order_by("queued_at").values_list("queued_at", flat=True).first(),
        used_rate=_used_rate(channel),
        pacing=_pacing_of(channel),
        in_flight=attempts.filter(status=DeliveryStatus.SENDING).count(),
        unknown=attempts.filter(status=DeliveryStatus.UNKNOWN).count(),
        errors=list(_errors_of(channel)[:ERRORS_SHOWN]),
    )


def _by_priority(queued: QuerySet[Attempt]) -> dict[Priority, int]:
    """How many wait of each priority of which any does; of the first that are counted at all."""
    first = queued.order_by()[: COUNTED_MOST + 1]
    counts = first.aggregate(**{one.name: Count("pk", filter=Q(priority=one)) for one in Priority})
    return {one: counts[one.name] for one in Priority if counts[one.name]}


def marks_of(channel_ids: Iterable[int]) -> dict[int, QueueMark]:
    """Finds the channels whose queue needs a look; the others are not there."""
    unknown = Attempt.objects.filter(channel__in=list(channel_ids), status=DeliveryStatus.UNKNOWN)
    counts = dict(unknown.order_by().values_list("channel").annotate(count=Count("pk")))
    now, marks = timezone.now(), {}
    for pk, oldest_at, held in _waiting(channel_ids):
        old = oldest_at is not None and now - oldest_at >= OLD
        if old or held or counts.get(pk):
            oldest_s = (now - oldest_at).total_seconds() if old and oldest_at else None
            marks[pk] = QueueMark(counts.get(pk, 0), held, oldest_s)
    return marks


class _CountOf(Subquery):
    """How many rows a subquery has; it says itself how many it counts at most."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def _waiting(channel_ids: Iterable[int]) -> QuerySet[Channel, tuple[int, datetime | None, int]]:
    """Since when the oldest text of each channel waits, and how many do, where none of them can leave."""
    waiting = Attempt.objects.filter(channel=OuterRef("pk"), status=DeliveryStatus.QUEUED)
    oldest = Subquery(waiting.order_by("queued_at").values("queued_at")[:1])
    is_held = Q(paused_at__isnull=False) | Q(status=Channel.Status.FAILING)
    held = Case(When(is_held, then=_CountOf(waiting.order_by().values("pk")[: COUNTED_MOST + 1])), default=0)
    channels = Channel.objects.filter(pk__in=list(channel_ids))
    return channels.annotate(oldest_at=oldest, held=held).values_list("pk", "oldest_at", "held")


def _used_rate(channel: Channel) -> float:
    since = timezone.now() - timedelta(seconds=WINDOW_S)
    claimed = Attempt.objects.filter(channel=channel, claimed_at__gte=since)
    counts_segments = channel.rate_unit == Channel.RateUnit.SEGMENTS
    what = Sum("segments", output_field=IntegerField()) if counts_segments else Count("pk")
    return float(claimed.aggregate(used=what)["used"] or 0) / WINDOW_S


def _errors_of(channel: Channel) -> QuerySet[Attempt]:
    """The latest first; what people took back is no error."""
    troubled = Attempt.objects.filter(channel=channel).exclude(reason="")
    troubled = troubled.exclude(status=DeliveryStatus.CANCELLED)
    return troubled.select_related("lane__number").order_by("-pk")


def _pacing_of(channel: Channel) -> PacingState | None:
    try:
        return pacing.states([(channel.pk, channel.sending_rate)])[channel.pk]
    except RedisError:
        return None
