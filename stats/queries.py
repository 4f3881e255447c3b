"""Reads the counts."""

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from operator import add
from typing import Any, NamedTuple

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce

from sessions.counts import MEASURES
from sessions.models import CountedChange
from stats.levels import parts_of
from stats.models import CountTotal

SUMS = {f"sum_{name}": Sum(name) for name in MEASURES}


class Counts(NamedTuple):
    """Messages of a channel in a period; `total` is all that were sent, successfully or not.

    The fields are those of `MEASURES`. `segments` are of the messages that were sent successfully.
    """

    success: int = 0
    failed: int = 0
    received: int = 0
    segments: int = 0

    @property
    def total(self) -> int:
        return self.success + self.failed

    def plus(self, other: Iterable[int]) -> "Counts":
        return Counts(*(a + b for a, b in zip(self, other, strict=True)))


NOTHING = Counts()


def counts_by_channel(
    since: datetime | None, until: datetime | None, *, channels: Iterable[int] | None = None
) -> dict[int, Counts]:
    """Counts from `since` up to, not including, `until` (None: without end); both begin a quarter hour.

    Of these channels, or of all; one without any is absent.
    """
    of_channels = {} if channels is None else {"channel__in": list(channels)}
    parts = [rows.filter(**of_channels) for rows in _parts(since, until)]
    return summed_by("channel_id", [(rows, "channel_id") for rows in parts])


def summed_by(name: str, parts: Iterable[tuple[QuerySet[Any], str]]) -> dict[Any, Counts]:
    """The sums of all parts by a field, which each of them calls by its own name.

    One statement, so that a change that is folded meanwhile is read once.
    """
    rows = [
        part.order_by()
        .annotate(**{f"by_{name}": F(field)})
        .values(f"by_{name}")
        .annotate(**SUMS)
        .values_list(f"by_{name}", *SUMS)
        for part, field in parts
    ]
    counts: dict[Any, Counts] = {}
    for key, *found in rows[0].union(*rows[1:], all=True):
        counts[key] = counts.get(key, NOTHING).plus(found)
    return counts


def count_of(column: str, since: datetime | None, until: datetime | None) -> Coalesce | CombinedExpression:
    """One of a channel's counts, to sort channels by."""
    amount = F("success") + F("failed") if column == "total" else F(column)
    sums: list[Coalesce | CombinedExpression] = [
        Coalesce(
            Subquery(
                rows.filter(channel=OuterRef("pk")).order_by().values("channel").values(sum=Sum(amount))
            ),
            0,
        )
        for rows in _parts(since, until)
    ]
    return reduce(add, sums)


def _parts(since: datetime | None, until: datetime | None) -> list[QuerySet[Any]]:
    if since is None and until is None:
        return [CountTotal.objects.all(), CountedChange.objects.all()]
    return [part.rows for part in parts_of(since, until)]
