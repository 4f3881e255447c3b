"""Which rows say what was counted in a time: days where whole days lie in it, then hours, then quarter hours.

A year is then some hundred rows of a channel in place of thirty-five thousand.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from sessions.counts import BUCKET
from sessions.models import CountedChange
from stats.models import Bucket, CountBucket, CountDay, CountHour

Interval = tuple[datetime, datetime]  # from, up to but not including

LEVELS: tuple[tuple[type[Bucket], timedelta], ...] = (
    (CountDay, timedelta(days=1)),
    (CountHour, timedelta(hours=1)),
    (CountBucket, BUCKET),
)
BEGINNING, END = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Part:
    """Rows that are summed, and the name of their moment."""

    rows: QuerySet[Any]
    moment: str


def begin_of(at: datetime, length: timedelta) -> datetime:
    """The beginning of the day, hour or quarter hour of UTC that a moment lies in."""
    at = at.astimezone(UTC)
    return at - (at - BEGINNING) % length


def parts_of(since: datetime | None, until: datetime | None, cuts: Iterable[datetime] = ()) -> list[Part]:
    """Rows that together say what was counted from `since` up to `until`, changes not folded yet among them.

    No row reaches across one of the `cuts`; all moments begin a quarter hour.
    """
    span = since or BEGINNING, until or END
    moments = sorted({*span, *cuts})
    parts = [
        Part(model._default_manager.filter(_within("starts_at", whole)), "starts_at")
        for model, whole in _levels(span, moments)
    ]
    return [*parts, Part(CountedChange.objects.filter(_within("at", [span])), "at")]


def _levels(span: Interval, moments: Sequence[datetime]) -> Iterator[tuple[type[Bucket], list[Interval]]]:
    rest = [span]
    for model, length in LEVELS:
        cut = _merged(
            (max(begin, start), min(begin + length, end))
            for start, end in rest
            for moment in moments
            if start <= moment <= end and (begin := begin_of(moment, length)) != moment and begin < end
        )
        if whole := _without(rest, cut):
            yield model, whole
        rest = cut


def _merged(intervals: Iterable[Interval]) -> list[Interval]:
    merged: list[Interval] = []
    for begin, end in sorted(set(intervals)):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif begin < end:
            merged.append((begin, end))
    return merged


def _without(intervals: Iterable[Interval], cut: Sequence[Interval]) -> list[Interval]:
    """What `cut`, in the order of time, leaves of them."""
    left = []
    for begin, end in intervals:
        for out_begin, out_end in cut:
            if begin <= out_begin < end:
                left.append((begin, out_begin))
                begin = out_end
        left.append((begin, end))
    return [one for one in left if one[0] < one[1]]


def _within(field: str, intervals: Iterable[Interval]) -> Q:
    found = Q()
    for begin, end in intervals:
        found |= Q(**{f"{field}__gte": begin, f"{field}__lt": end})
    return found
