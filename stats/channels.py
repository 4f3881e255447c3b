"""The rows of the channel list: channels with their counts of a period, found and sorted by either."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Min, Prefetch, Q, QuerySet

from accounts.listing import Query
from channels.itsp import ITSPS
from channels.itsp.set_up import CheckOutcome
from channels.models import Channel, Number
from channels.set_up.standing import Standing
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

    @property
    def standing(self) -> Standing:
        return Standing(self.channel, has_numbers=bool(self.numbers))

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
    failed = Count("set_up_results", filter=Q(set_up_results__outcome=CheckOutcome.FAIL))
    marks = marks_of(ids)
    found = Channel.objects.defer("credentials").annotate(failed_checks=failed)
    channels = found.prefetch_related(live_numbers).in_bulk(ids)
    return [
        ChannelRow(
            channel=channels[pk],
            numbers=[number.address for number in channels[pk].live_numbers],
            counts=counts.get(pk, NOTHING),
            mark=marks.get(pk),
            failed_checks=channels[pk].failed_checks,
        )
        for pk in ids
        if pk in channels
    ]
