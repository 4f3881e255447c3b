"""How attempts get on: their status moves, they are counted, their messages and pages learn of it.

Under the locks of their lanes: see `seats.lock`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from channels.itsp.delivery import FAILURE, IN_FLIGHT, REPORTED, SUCCESS, DeliveryStatus
from channels.itsp.said import by_itsp
from channels.itsp.texts import Charge
from channels.models import Channel
from pbx_messaging.metrics.series import TEXTS_OUT
from sessions import charges, counts, events
from sessions.bulk import write
from sessions.compiled import Compiled
from sessions.models import Attempt

TAKEN = REPORTED | SUCCESS | {DeliveryStatus.UNDELIVERED}  # the ITSP has taken it, and may ask money for it
_MOVED_FIELDS = (
    "status",
    "itsp_message_id",
    "error_code",
    "reason",
    "claimed_at",
    "check_at",
    "counted_at",
    "queued_at",
    "held_s",
)

_latest_of = Compiled(
    lambda messages: (
        Attempt.objects.filter(message__in=messages)
        .order_by()
        .values("message")
        .annotate(last=Max("pk"))
        .values_list("last", flat=True)
    )
)


@dataclass(frozen=True)
class Move:
    """What is known of an attempt now. It was read under its lane's lock, with message and session."""

    attempt: Attempt
    status: DeliveryStatus
    itsp_message_id: str | None = None
    error_code: str = ""
    reason: str = ""
    at: datetime | None = None  # when it was reported, if not at the time of all
    charge: Charge = charges.NOTHING_TOLD


@dataclass(frozen=True)
class Counted:
    """What an attempt counts as; a failure by its error."""

    success: bool
    failed: bool
    error_code: str

    @classmethod
    def of(cls, attempt: Attempt) -> "Counted":
        failed = attempt.status in FAILURE
        return cls(attempt.status in SUCCESS, failed, attempt.error_code if failed else "")


def advance(moves: Sequence[Move], *, at: datetime) -> list[Attempt]:
    """Moves attempts forward, never back; counts them, tells their messages and whoever looks on.

    Returns those that moved. Under the locks of their lanes. A move to QUEUED gives back what was refused
    unprocessed.
    """
    moved, changes, left = [], [], []
    for move in _with_causes(moves):
        was, was_taken = Counted.of(move.attempt), move.attempt.status in TAKEN
        if _move(move):
            moved.append(move.attempt)
            changes += _count(move.attempt, was, move.at or at)
            left += [] if was_taken or move.attempt.status not in TAKEN else [move.attempt]
    write(_each_once(move.attempt for move in moves), *_MOVED_FIELDS)
    counts.note(changes)
    charges.note(
        [charges.Text(_place(attempt), attempt.segments) for attempt in left],
        [_told(move) for move in moves if move.charge != charges.NOTHING_TOLD],
    )
    moved = _each_once(moved)
    _tell_messages(moved)
    if moved and settings.METRICS_TOKEN:
        transaction.on_commit(partial(_count_states, [(one.channel_id, one.status) for one in moved]))
    return moved


def _place(attempt: Attempt) -> charges.Place:
    return charges.Place.of(attempt.message, attempt.channel_id, at=attempt.claimed_at or attempt.queued_at)


def _told(move: Move) -> charges.Told:
    attempt = move.attempt
    return charges.Told(_place(attempt), attempt.message, attempt.itsp_message_id or "", move.charge)


def _with_causes(moves: Sequence[Move]) -> list[Move]:
    """An ITSP's errors are kept by their codes: words are made of them for whoever reads them."""
    of_errors = {move.attempt.channel_id for move in moves if move.error_code}
    itsps = dict(Channel.objects.filter(pk__in=of_errors).values_list("pk", "itsp")) if of_errors else {}
    return [
        replace(move, reason=by_itsp(itsps[move.attempt.channel_id], move.error_code, move.reason))
        if move.error_code
        else move
        for move in moves
    ]


def _count_states(states: Iterable[tuple[int, str]]) -> None:
    for channel_id, status in states:
        TEXTS_OUT.add(channel_id, status)


def _each_once(attempts: Iterable[Attempt]) -> list[Attempt]:
    """Several moves may be of one attempt."""
    return list({attempt.pk: attempt for attempt in attempts}.values())


def _move(move: Move) -> bool:
    """Applies a move to the attempt in memory. False if it tells nothing new."""
    attempt, status = move.attempt, move.status
    attempt.itsp_message_id = attempt.itsp_message_id or move.itsp_message_id
    given_back = status is DeliveryStatus.QUEUED and attempt.status in IN_FLIGHT
    if status.rank <= DeliveryStatus(attempt.status).rank and not given_back:
        return False
    attempt.status, attempt.error_code, attempt.reason = status, move.error_code, move.reason
    if status in SUCCESS and move.error_code:  # of an earlier try at the carrier's: it got there in the end
        attempt.error_code = attempt.reason = ""
    attempt.check_at = _check_at(attempt, status)
    if given_back:
        attempt.claimed_at = None
    return True


def _check_at(attempt: Attempt, status: DeliveryStatus) -> datetime | None:
    """When to ask the ITSP what became of it, if nobody tells us before."""
    now = timezone.now()
    if status is DeliveryStatus.UNKNOWN:
        # Our clock may have jumped: nobody calls it absent while whoever claimed it may be sending it.
        ended_at = now + timedelta(seconds=settings.ITSP_TIMEOUT_S + settings.CLAIM_MARGIN_S)
        return max((attempt.claimed_at or now) + timedelta(seconds=settings.RECONCILE_AFTER_S), ended_at)
    if status in REPORTED:
        return now + timedelta(hours=settings.LOOK_UP_AFTER_H)
    return None


def _count(attempt: Attempt, was: Counted, at: datetime) -> list[counts.Change]:
    """The changes in the counts, booked at the moment that the attempt first counted.

    Only what agents write counts as sent. A failure that is a success now, or another failure, is taken back.
    """
    now = Counted.of(attempt)
    if attempt.message.author_id is None or now == was:
        return []
    attempt.counted_at = attempt.counted_at or at
    place, contact = (attempt.channel_id, attempt.counted_at), attempt.message.session.contact
    sent = int(now.success) - int(was.success)
    changes = [counts.Change(*place, success=sent, segments=sent * attempt.segments)] if sent else []
    for one, count in ((was, -1), (now, 1)):
        if one.failed:
            failure = counts.Failure.of(one.error_code, contact)
            changes.append(counts.Change(*place, failed=count, failure=failure))
    return changes


def _tell_messages(attempts: Sequence[Attempt]) -> None:
    """Repeats the status of each message's latest attempt on the message."""
    latest = set(_latest_of([attempt.message_id for attempt in attempts]))
    messages = []
    for attempt in attempts:
        if attempt.pk in latest:
            message = attempt.message
            message.status = attempt.status
            message.error_code, message.reason = attempt.error_code, attempt.reason
            messages.append(message)
    write(messages, "status", "error_code", "reason")
    events.record_all(events.EventKind.STATUS, {message.session for message in messages})
