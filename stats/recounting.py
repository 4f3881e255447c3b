"""Counts all messages anew, says where the counts differ from them, and mends that.

It may run while messages come and go: everything is read from one snapshot, and what is mended is added.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.db import connection, models, transaction
from django.db.models import QuerySet

from channels.itsp.delivery import FAILURE, SUCCESS
from channels.models import Channel
from sessions.counts import BUCKET, MEASURES, Failure
from sessions.models import Attempt, CountedChange, Message, MessagingSession
from stats.counting import (
    NONE,
    Amounts,
    FailureKey,
    Failures,
    Sums,
    add_failures,
    add_to,
    failures_of,
    plus,
    summed,
)
from stats.levels import LEVELS, begin_of
from stats.models import (
    CountBucket,
    CountDay,
    CountHour,
    CountTotal,
    FailureBucket,
    RemovedBucket,
    RemovedFailure,
)
from stats.models import Failures as FailureRows

LENGTHS: dict[type[models.Model], timedelta] = dict(LEVELS)
ORDER: tuple[type[models.Model], ...] = (*LENGTHS, CountTotal)  # `fold`'s, or each would wait for the other
ANONYMOUS = MessagingSession.Kept.ANONYMOUS
_COUNTED = Attempt.objects.filter(
    status__in=SUCCESS | FAILURE, message__author__isnull=False, counted_at__isnull=False
)
_RECEIVED = Message.objects.filter(kind=Message.Kind.INBOUND, channel__isnull=False)
SUMMED_UP = (CountHour, CountDay, CountTotal)  # of quarter hours


@dataclass(frozen=True)
class Difference:
    """In a row of `model` that begins at `starts_at`; in the channel's total if that is None."""

    model: type[models.Model]
    starts_at: datetime | None
    counted: Amounts
    found: Amounts

    @property
    def missing(self) -> Amounts:
        return plus(self.found, (-n for n in self.counted))


@dataclass(frozen=True)
class FailureDifference:
    """In the failures of a quarter hour with one code and one beginning of numbers."""

    key: FailureKey
    counted: int
    found: int


@dataclass(frozen=True)
class Recount:
    """What a channel's messages say."""

    sums: Sums
    failures: Failures = field(default_factory=dict)


def recount(channel: Channel) -> Recount:
    """Without a look at what was counted."""
    attempts = _COUNTED.filter(channel=channel).exclude(message__session__kept=ANONYMOUS)
    inbound = _RECEIVED.filter(channel=channel).exclude(session__kept=ANONYMOUS)
    found = _counted_of(attempts, inbound)
    removed = RemovedBucket.objects.filter(channel=channel).values_list("channel_id", "starts_at", *MEASURES)
    sums = summed(chain(((*key, *amounts) for key, amounts in found.sums.items()), removed))
    failures: Failures = defaultdict(int, found.failures)
    _add_failures(RemovedFailure, channel, failures)
    return Recount({key: amounts for key, amounts in sums.items() if any(amounts)}, failures)


def note_removed(sessions: "QuerySet[MessagingSession]", messages: "QuerySet[Message]") -> None:
    """What a recount must add, once these messages of these sessions are gone. In their transaction.

    A session that is anonymous counts no more by itself.
    """
    of_named = messages.filter(session__in=sessions).exclude(session__kept=ANONYMOUS)
    ids = list(of_named.values_list("pk", flat=True))
    gone = _counted_of(_COUNTED.filter(message__in=ids), _RECEIVED.filter(pk__in=ids))
    add_to(RemovedBucket, ("channel_id", "starts_at"), gone.sums)
    add_failures(gone.failures, to=RemovedFailure)


def _counted_of(attempts: "QuerySet[Attempt]", inbound: "QuerySet[Message]") -> Recount:
    failures: Failures = defaultdict(int)
    one = (0, 0, 1, 0)
    received = ((*row, *one) for row in inbound.values_list("channel", "created_at").iterator())
    return Recount(summed(chain(_sent(attempts, failures), received)), failures)


def _sent(attempts: "QuerySet[Attempt]", failures: Failures) -> Iterator[tuple[Any, ...]]:
    """(channel, moment, amounts…) of all attempts that count; the failures are added to those given."""
    columns = ("channel", "status", "counted_at", "segments", "error_code", "message__session__contact")
    for channel, status, at, segments, error_code, contact in attempts.values_list(*columns).iterator():
        if status in SUCCESS:
            yield channel, at, 1, 0, 0, segments
        else:
            yield channel, at, 0, 1, 0, 0
            failures[FailureKey(channel, begin_of(at, BUCKET), Failure.of(error_code, contact))] += 1


def _add_failures(model: type[FailureRows], channel: Channel, failures: Failures) -> None:
    for row in model._default_manager.filter(channel=channel):
        failure = Failure(row.error_code, row.country, row.prefix)
        failures[FailureKey(channel.pk, row.starts_at, failure)] += row.failed


def counted(channel: Channel) -> Recount:
    """The channel's quarter hours as they were counted, changes that wait to be folded included."""
    changes = list(CountedChange.objects.filter(channel=channel))
    folded = CountBucket.objects.filter(channel=channel).values_list("channel_id", "starts_at", *MEASURES)
    waiting = ((one.channel_id, one.at, *(getattr(one, name) for name in MEASURES)) for one in changes)
    sums = summed(chain(folded, waiting))
    failures: Failures = defaultdict(int, failures_of(changes))
    _add_failures(FailureBucket, channel, failures)
    return Recount(
        {key: amounts for key, amounts in sums.items() if any(amounts)},
        {key: n for key, n in failures.items() if n},
    )


def differences(channel: Channel) -> list[Difference | FailureDifference]:
    """Where the channel's counts are not what its messages say, of one state, in the order of time."""
    with transaction.atomic():
        if connection.vendor == "postgresql":  # a transaction of SQLite sees one state anyway
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return compared(channel)


def compared(channel: Channel) -> list[Difference | FailureDifference]:
    """The same within a transaction of the caller's.

    What is summed up of quarter hours is compared with these, so that each fault is told where it is.
    """
    were, are = counted(channel), recount(channel)
    folded = CountBucket.objects.filter(channel=channel).values_list("channel_id", "starts_at", *MEASURES)
    quarters = summed(folded)
    stored = {model: _stored(model, channel) for model in SUMMED_UP}
    found: list[Difference | FailureDifference] = list(
        _compared(
            CountBucket,
            {at: n for (_channel, at), n in were.sums.items()},
            {at: n for (_channel, at), n in are.sums.items()},
        )
    )
    for model, rows in stored.items():
        sums: dict[Any, Amounts] = defaultdict(lambda: NONE)
        for (_channel, at), amounts in quarters.items():
            sums[_begin(model, at)] = plus(sums[_begin(model, at)], amounts)
        found += _compared(model, rows, sums)
    for key in sorted(were.failures.keys() | are.failures.keys()):
        one = FailureDifference(key, were.failures.get(key, 0), are.failures.get(key, 0))
        found += [one] if one.counted != one.found else []
    return found


def _begin(model: type[models.Model], at: datetime | None) -> datetime | None:
    """Of the row in which a quarter hour is summed up; None for the total."""
    return begin_of(at, LENGTHS[model]) if at and model in LENGTHS else None


def _compared(
    model: type[models.Model], were: dict[Any, Amounts], are: dict[Any, Amounts]
) -> Iterator[Difference]:
    for at in sorted(were.keys() | are.keys(), key=lambda at: at or datetime.min):
        one = Difference(model, at, were.get(at, NONE), are.get(at, NONE))
        if one.counted != one.found:
            yield one


def _stored(model: type[models.Model], channel: Channel) -> dict[Any, Amounts]:
    """The amounts of a channel's rows by their beginning, None for its total."""
    begins = model in LENGTHS
    columns = ["starts_at", *MEASURES] if begins else MEASURES
    rows = model._default_manager.filter(channel=channel).values_list(*columns)
    return {row[0] if begins else None: row[-len(MEASURES) :] for row in rows}


def mend(channel: Channel, found: Iterable[Difference | FailureDifference]) -> None:
    """Adds what is missing, as `fold` adds changes: of a quarter hour also to what it is summed up in."""
    missing: dict[Any, dict[Any, Amounts]] = defaultdict(lambda: defaultdict(lambda: NONE))
    failures: Failures = {}
    for one in found:
        if isinstance(one, FailureDifference):
            failures[one.key] = one.found - one.counted
            continue
        for model in (one.model, *SUMMED_UP) if one.model is CountBucket else (one.model,):
            begin = _begin(model, one.starts_at)
            missing[model][begin] = plus(missing[model][begin], one.missing)
    with transaction.atomic():
        for model in ORDER:
            sums = missing[model]
            keys = ("channel_id", "starts_at") if model in LENGTHS else ("channel_id",)
            add_to(model, keys, {(channel.pk, begin)[: len(keys)]: n for begin, n in sums.items()})
        add_failures(failures)
