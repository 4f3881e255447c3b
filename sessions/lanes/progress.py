"""How attempts get on: their status moves, they are counted, their messages and pages learn of it.

Under the locks of their lanes: see `seats.lock`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from channels.itsp.delivery import FAILURE, IN_FLIGHT, REPORTED, SUCCESS, DeliveryStatus
from sessions import counts, events
from sessions.bulk import write
from sessions.compiled import Compiled
from sessions.models import Attempt

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


def advance(moves: Sequence[Move], *, at: datetime) -> list[Attempt]:
    """Moves attempts forward, never back; counts them, tells their messages and whoever looks on.

    Returns those that moved. Under the locks of their lanes. A move to QUEUED gives back what was refused
    unprocessed.
    """
    moved, changes = [], []
    for move in moves:
        was = move.attempt.status
        if _move(move):
            moved.append(move.attempt)
            changes += _count(move.attempt, was, move.at or at)
    write(_each_once(move.attempt for move in moves), *_MOVED_FIELDS)
    counts.note(changes)
    moved = _each_once(moved)
    _tell_messages(moved)
    return moved


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


def _outcome(status: str) -> tuple[int, int]:
    """(success, failed) that an attempt in this status counts as."""
    return int(status in SUCCESS), int(status in FAILURE)


def _count(attempt: Attempt, was: str, at: datetime) -> list[counts.Change]:
    """The change in the counts, booked at the moment that the attempt first counted.

    Only what agents write counts as sent.
    """
    if attempt.message.author_id is None:
        return []
    success, failed = _outcome(attempt.status)
    success_was, failed_was = _outcome(was)
    if (success, failed) == (success_was, failed_was):
        return []
    attempt.counted_at = attempt.counted_at or at
    return [
        counts.Change(
            attempt.channel_id,
            attempt.counted_at,
            success=success - success_was,
            failed=failed - failed_was,
        )
    ]


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
