"""The rows of the channel list: channels with their counts of a period, found and sorted by either."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, F, Min, Prefetch, Q, QuerySet

from accounts.listing import Query
from channels.itsp import ITSPS
from channels.itsp.set_up import CheckOutcome
from channels.models import Channel, Number
from channels.set_up.standing import Standing
from channels.standby import Standby, failed_checks, standbys_of
from sessions.lanes.figures import QueueMark, marks_of
from stats.periods import Bounds
from stats.queries import NOTHING, Counts, count_of

FIELDS = {"name": "name", "itsp": "itsp", "numbers": "first_number", "status": "status"}
COLUMNS = (*FIELDS, "success", "failed", "total", "received")


@dataclass(frozen=True)
class ChannelRow:
    channel: Channel
    numbers: list[str]
    counts: Counts
    mark: QueueMark | None = None
    failed_checks: int = 0  # of the set-up check
    standbys: list[Standby] = field(default_factory=list)  # of its numbers
    stands_by_for: int = 0  # numbers

    @property
    def standing(self) -> Standing:
        return Standing(self.channel, has_numbers=bool(self.numbers or self.stands_by_for))

    @property
    def standby_names(self) -> list[str]:
        return sorted({one.channel.name for one in self.standbys})

    @property
    def on_standby(self) -> int:
        """How many of its numbers send by their standby now."""
        return sum(one.sends for one in self.standbys)

    @property
    def without_help(self) -> int:
        """How many of its numbers have a standby that would not work."""
        return sum(one.outcome == CheckOutcome.FAIL for one in self.standbys)

    @property
    def itsp_name(self) -> str:
        return ITSPS[self.channel.itsp].name if self.channel.itsp in ITSPS else self.channel.itsp


def channel_ids(channels: QuerySet[Channel], query: Query, period: Bounds) -> QuerySet[Channel, int]:
    """The channels that match, in order; counts are those of the period."""
    found = _matching(channels, query.text)
    if query.column == "numbers":
        found = found.annotate(first_number=Min("numbers__address", filter=Q(numbers__archived_at=None)))
    by = F(FIELDS[query.column]) if query.column in FIELDS else count_of(query.column, *period)
    order = (by.desc(), "-pk") if query.descending else (by.asc(), "pk")
    return found.order_by(*order).values_list("pk", flat=True)


def _matching(found: QuerySet[Channel], text: str) -> QuerySet[Channel]:
    for word in text.split():
        numbers = Number.objects.live().filter(address__icontains=word)
        by_number = Q(pk__in=numbers.values("channel"))
        found = found.filter(Q(name__icontains=word) | Q(itsp__icontains=word) | by_number)
    return found


def rows_of(ids: Sequence[int], counts: dict[int, Counts]) -> list[ChannelRow]:
    live_numbers = Prefetch("numbers", Number.objects.live().order_by("address"), to_attr="live_numbers")
    live = Q(stands_by_for__archived_at=None, stands_by_for__isnull=False)
    stands_by_for = Count("stands_by_for", filter=live, distinct=True)
    marks = marks_of(ids)
    failed = failed_checks()
    found = Channel.objects.defer("credentials").annotate(failed_checks=failed, stands_by_for_n=stands_by_for)
    channels = found.prefetch_related(live_numbers).in_bulk(ids)
    standbys = _standbys_by_channel(channels.values())
    return [
        ChannelRow(
            channel=channels[pk],
            numbers=[number.address for number in channels[pk].live_numbers],
            counts=counts.get(pk, NOTHING),
            mark=marks.get(pk),
            failed_checks=channels[pk].failed_checks,
            standbys=standbys[pk],
            stands_by_for=channels[pk].stands_by_for_n,
        )
        for pk in ids
        if pk in channels
    ]


def _standbys_by_channel(channels: Iterable[Channel]) -> defaultdict[int, list[Standby]]:
    """Of their live numbers; asks nothing where none has one."""
    numbers: list[Number] = [number for channel in channels for number in channel.live_numbers]  # type: ignore[attr-defined]
    having = [number.pk for number in numbers if number.standby_id]
    found = defaultdict[int, list[Standby]](list)
    for one in standbys_of(Number.objects.filter(pk__in=having)):
        found[one.number.channel_id].append(one)
    return found
