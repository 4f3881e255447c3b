"""Folds the changes that sessions wrote into buckets."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import models, transaction

from sessions import bulk
from sessions.counts import BUCKET, MEASURES, Failure
from sessions.models import CountedChange
from stats import carriers
from stats.levels import LEVELS, begin_of
from stats.models import CountTotal, FailureBucket, PrefixCarrier, RemovedFailure

FOLD_BATCH = 10_000
ROWS_OF_A_STATEMENT = 1_000

Amounts = tuple[int, ...]  # of each of MEASURES
Sums = dict[tuple[int, datetime], Amounts]  # by channel and quarter hour
NONE: Amounts = (0,) * len(MEASURES)


class FailureKey(NamedTuple):
    channel_id: int
    starts_at: datetime
    failure: Failure


Failures = dict[FailureKey, int]


def fold() -> int:
    """Adds waiting changes to their buckets and deletes them, in one transaction. Returns how many."""
    with transaction.atomic():
        changes = list(CountedChange.objects.select_for_update(skip_locked=True).order_by("pk")[:FOLD_BATCH])
        add(summed((one.channel_id, one.at, *_amounts(one)) for one in changes))
        add_failures(failures_of(changes))
        CountedChange.objects.filter(pk__in=[change.pk for change in changes]).delete()
    return len(changes)


def add(sums: Sums) -> None:
    """To the quarter hours, and to the hours, days and totals in which they are."""
    totals: dict[int, Amounts] = defaultdict(lambda: NONE)
    for (channel, _starts_at), amounts in sums.items():
        totals[channel] = plus(totals[channel], amounts)
    for model, length in LEVELS:
        by_begin: Sums = defaultdict(lambda: NONE)
        for (channel, starts_at), amounts in sums.items():
            key = channel, begin_of(starts_at, length)
            by_begin[key] = plus(by_begin[key], amounts)
        add_to(model, ("channel_id", "starts_at"), by_begin)
    add_to(CountTotal, ("channel_id",), {(channel,): amounts for channel, amounts in totals.items()})


def add_to(model: type[models.Model], keys: tuple[str, ...], sums: Mapping[Any, Amounts]) -> None:
    """In the order of the keys, so that nobody waits for one who waits for them."""
    rows = [
        model(**dict(zip((*keys, *MEASURES), (*key, *sums[key]), strict=True)))
        for key in sorted(sums)
        if any(sums[key])
    ]
    _add(rows, keys, MEASURES)


def add_failures(failures: Failures, *, to: type[models.Model] = FailureBucket) -> None:
    rows = [
        to(channel_id=key.channel_id, starts_at=key.starts_at, failed=n, **key.failure._asdict())
        for key, n in sorted(failures.items())
        if n
    ]
    _add(rows, ("channel_id", "starts_at", *Failure._fields), ("failed",))
    carriers.ask_for({key.failure.prefix for key, n in failures.items() if n and key.failure.prefix})


@transaction.atomic
def forget_prefix(prefix: str) -> None:
    """Counts the failures of numbers that begin so among those whose beginning is not known."""
    CountedChange.objects.filter(prefix=prefix).update(prefix="")
    for model in (FailureBucket, RemovedFailure):
        rows = model._default_manager.filter(prefix=prefix)
        failures: Failures = defaultdict(int)
        for row in rows.select_for_update():
            failures[FailureKey(row.channel_id, row.starts_at, Failure(row.error_code, row.country))] += (
                row.failed
            )
        add_failures(failures, to=model)
        rows.delete()
    PrefixCarrier.objects.filter(prefix=prefix).delete()


def _add(rows: list[Any], keys: tuple[str, ...], sums: tuple[str, ...]) -> None:
    for start in range(0, len(rows), ROWS_OF_A_STATEMENT):
        bulk.add(rows[start : start + ROWS_OF_A_STATEMENT], keys=keys, sums=sums)


def summed(rows: Iterable[tuple[Any, ...]]) -> Sums:
    """Of (channel, moment, amounts…) by quarter hour."""
    sums: Sums = defaultdict(lambda: NONE)
    for channel, at, *amounts in rows:
        key = (channel, begin_of(at, BUCKET))
        sums[key] = plus(sums[key], amounts)
    return dict(sums)


def failures_of(changes: Iterable[CountedChange]) -> Failures:
    failures: Failures = defaultdict(int)
    for one in changes:
        if one.failed:
            failure = Failure(one.error_code, one.country, one.prefix)
            failures[FailureKey(one.channel_id, begin_of(one.at, BUCKET), failure)] += one.failed
    return dict(failures)


def plus(one: Iterable[int], other: Iterable[int]) -> Amounts:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _amounts(row: CountedChange) -> Amounts:
    return tuple(getattr(row, name) for name in MEASURES)
