"""The outbound queue's bookkeeping: places in lanes, and how attempts get on.

A lane's row lock guards the lane and all its attempts: take it first, then read them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max, OuterRef, Subquery
from django.utils import timezone

from channels.actions import note_contact, validity_clock
from channels.itsp.base import FAILURE, SUCCESS, DeliveryStatus
from channels.models import Channel
from sessions import events
from sessions.models import Attempt, CountedChange, Lane, Message
from sessions.writing import write

BATCH = 100
IN_FLIGHT = frozenset({DeliveryStatus.SENDING, DeliveryStatus.UNKNOWN})
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


@dataclass(frozen=True)
class Move:
    """What is known of an attempt now. It was read under its lane's lock, with message and session."""

    attempt: Attempt
    status: DeliveryStatus
    itsp_message_id: str | None = None
    error_code: str = ""
    reason: str = ""


def enqueue(message: Message, *, segments: int, due_at: datetime | None = None) -> Attempt:
    """Gives an outbound message its place at the end of its lane, in the transaction that accepts it.

    One with a time of its own gets its place when that has come.
    """
    session = message.session
    channel = session.number.channel
    lane, _ = Lane.objects.get_or_create(
        number=session.number, contact=session.contact, defaults={"channel": channel}
    )
    lane = Lane.objects.select_for_update(no_key=True).get(pk=lane.pk)
    note_contact(channel.pk, session.contact)
    now = timezone.now()
    attempt = Attempt.objects.create(
        message=message,
        lane=lane,
        channel=channel,
        status=DeliveryStatus.SCHEDULED if due_at else DeliveryStatus.QUEUED,
        segments=segments,
        created_at=now,
        due_at=due_at,
        queued_at=due_at or now,
        held_s=validity_clock.total_s(channel),
    )
    if not (lane.head_id or lane.in_flight_id):
        lane.channel = channel  # else `moving` brings what is before it along
    lane.head = lane.head or (None if due_at else attempt)
    lane.save(update_fields=["head", "channel"])
    return attempt


def queue_due(*, now: datetime) -> int:
    """Gives scheduled attempts whose time has come their place. Returns how many."""
    due = Attempt.objects.filter(status=DeliveryStatus.SCHEDULED, due_at__lte=now)
    ids = dict(due.order_by("due_at").values_list("pk", "lane")[:BATCH])
    with transaction.atomic():
        locked = lock(ids.values())
        attempts = list(due.filter(pk__in=ids).select_related("message__session", "channel"))
        for attempt in attempts:
            attempt.queued_at, attempt.held_s = now, validity_clock.total_s(attempt.channel)
        advance([Move(attempt, DeliveryStatus.QUEUED) for attempt in attempts], at=now)
        reseat(locked)
    return len(attempts)


def lock(lanes: Iterable[int]) -> list[Lane]:
    """The lanes, locked in one order by everybody."""
    return list(Lane.objects.select_for_update(no_key=True).filter(pk__in=list(lanes)).order_by("pk"))


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
            changes += _count(move.attempt, was, at)
    write([move.attempt for move in moves], *_MOVED_FIELDS)
    CountedChange.objects.bulk_create(changes)
    _tell_messages(moved)
    return moved


def reseat(lanes: Sequence[Lane]) -> None:
    """Puts each lane's oldest waiting attempt at its head, and lets go of what is no longer in flight."""
    ids = [lane.pk for lane in lanes]
    waiting = Attempt.objects.filter(lane=OuterRef("pk"), status=DeliveryStatus.QUEUED).order_by("pk")
    oldest = Subquery(waiting.values("pk")[:1])  # Min() would read the lane's whole queue
    heads = dict(Lane.objects.filter(pk__in=ids).annotate(oldest=oldest).values_list("pk", "oldest"))
    holds = Attempt.objects.filter(pk__in=[lane.in_flight_id for lane in lanes], status__in=IN_FLIGHT)
    held = set(holds.values_list("pk", flat=True))
    for lane in lanes:
        lane.head_id = heads.get(lane.pk)
        lane.in_flight_id = lane.in_flight_id if lane.in_flight_id in held else None
    write(lanes, "head", "in_flight")


def hold(lanes: Iterable[int], *, until: datetime) -> None:
    """Nothing of these lanes is claimed before; their order stays. Under their locks."""
    Lane.objects.filter(pk__in=list(lanes)).update(held_until=until)


def release(*, now: datetime) -> int:
    """Lets lanes go that were held until now. Returns how many."""
    return Lane.objects.filter(held_until__lte=now).update(held_until=None)


def waited_s(attempt: Attempt, channel: Channel, *, now: datetime) -> float:
    """For how long it has waited to be sent, without the time that the channel was held meanwhile."""
    return (now - attempt.queued_at).total_seconds() - (channel.held_s - attempt.held_s)


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
    if status in {DeliveryStatus.ACCEPTED, DeliveryStatus.SENT}:
        return now + timedelta(hours=settings.LOOK_UP_AFTER_H)
    return None


def _outcome(status: str) -> tuple[int, int]:
    """(success, failed) that an attempt in this status counts as."""
    return int(status in SUCCESS), int(status in FAILURE)


def _count(attempt: Attempt, was: str, at: datetime) -> list[CountedChange]:
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
        CountedChange(
            channel_id=attempt.channel_id,
            at=attempt.counted_at,
            success=success - success_was,
            failed=failed - failed_was,
        )
    ]


def _tell_messages(attempts: Sequence[Attempt]) -> None:
    """Repeats the status of each message's latest attempt on the message."""
    ids = [attempt.message_id for attempt in attempts]
    of_these = Attempt.objects.filter(message__in=ids).order_by()
    latest = set(of_these.values("message").annotate(last=Max("pk")).values_list("last", flat=True))
    messages = []
    for attempt in attempts:
        if attempt.pk in latest:
            message = attempt.message
            message.status = attempt.status
            message.error_code, message.reason = attempt.error_code, attempt.reason
            messages.append(message)
    write(messages, "status", "error_code", "reason")
    events.record_all(events.EventKind.STATUS, {message.session for message in messages})
