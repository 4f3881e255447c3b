"""The places of attempts in their lanes.

A lane's row lock guards the lane and all its attempts: take it first, then read them.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from channels.actions import note_contact, validity_clock
from channels.itsp.delivery import IN_FLIGHT, DeliveryStatus
from channels.models import Channel, Number
from pbx_messaging.logs import request_ids
from sessions import tracing
from sessions.bulk import write
from sessions.compiled import Compiled
from sessions.lanes import routes, turns, waits
from sessions.lanes.progress import Move, advance
from sessions.models import Attempt, Lane, Message, Priority

BATCH = 100
_TURN_FIELDS = ("head_priority", "head_agent", "head_rank")


def enqueue(
    message: Message,
    *,
    segments: int,
    priority: Priority,
    due_at: datetime | None = None,
    until_reply: bool = False,
    confirms: bool = False,
) -> Attempt:
    """Gives an outbound message its place at the end of its lane, in the transaction that accepts it.

    One with a time of its own gets its place when that has come.
    """
    session = message.session
    channel = session.number.sends_by
    lane = _locked_lane(session.number, session.contact, channel)
    note_contact(channel.pk, session.contact)
    now = timezone.now()
    attempt = Attempt.objects.create(
        message=message,
        lane=lane,
        channel=channel,
        status=DeliveryStatus.SCHEDULED if due_at else DeliveryStatus.QUEUED,
        priority=priority,
        segments=segments,
        created_at=now,
        due_at=due_at,
        until_reply=until_reply,
        confirms=confirms,
        queued_at=due_at or now,
        held_s=validity_clock.total_s(channel),
        request_id=request_ids.stored(),
    )
    if lane.channel_id != channel.pk and routes.may_go_over(lane):
        lane.channel = channel  # else `following` brings all that waits along
    if not due_at:
        _sit_down(lane, attempt)
    lane.save(update_fields=["head", "channel", *_TURN_FIELDS])
    tracing.note_answer(attempt)
    return attempt


def _locked_lane(number: Number, contact: str, channel: Channel) -> Lane:
    """It may be new, or be removed with the contact's last session while its lock is waited for."""
    while True:
        made, _ = Lane.objects.get_or_create(number=number, contact=contact, defaults={"channel": channel})
        if lane := Lane.objects.select_for_update(no_key=True).filter(pk=made.pk).first():
            return lane


def _sit_down(lane: Lane, attempt: Attempt) -> None:
    """An attempt that is new at the end of its lane; the lane comes forward where that waits for less."""
    if lane.head_id is None or attempt.priority < lane.head_priority:
        lane.head = lane.head or attempt
        lane.head_priority, lane.head_agent = attempt.priority, attempt.message.author_id or 0
        turns.line_up([lane])


def is_due() -> bool:
    """Whether there is something to do for `queue_due` or `release`."""
    now = timezone.now()
    return _scheduled_until(now).exists() or _held_until(now).exists()


def queue_due(*, now: datetime) -> int:
    """Gives scheduled attempts whose time has come their place; now they are answers. Returns how many."""
    due = _scheduled_until(now)
    ids = dict(due.order_by("due_at").values_list("pk", "lane")[:BATCH])
    with transaction.atomic():
        waits.lock_sessions_of(ids)
        locked = lock(ids.values())
        attempts = list(due.filter(pk__in=ids).select_related("message__session", "channel"))
        for attempt in attempts:
            attempt.queued_at, attempt.held_s = now, validity_clock.total_s(attempt.channel)
        advance([Move(attempt, DeliveryStatus.QUEUED) for attempt in attempts], at=now)
        reseat(locked)
        waits.answer_by(attempt.message for attempt in attempts)
    return len(attempts)


def _scheduled_until(now: datetime) -> QuerySet[Attempt]:
    return Attempt.objects.filter(status=DeliveryStatus.SCHEDULED, due_at__lte=now)


def _held_until(now: datetime) -> QuerySet[Lane]:
    return Lane.objects.filter(held_until__lte=now)


def lock(lanes: Iterable[int]) -> list[Lane]:
    """The lanes, locked in one order by everybody."""
    return _locked(list(lanes))


def reseat(lanes: Sequence[Lane]) -> None:
    """Puts each lane's oldest waiting attempt at its head, and lets go of what is no longer in flight.

    The caller holds the locks, and has moved the attempts before: both columns only repeat what the
    attempts' statuses say, so that claiming finds a head without a look into the queue behind it.
    """
    ids = [lane.pk for lane in lanes]
    first = {pk: first for pk, *first in _first_of(ids)}
    held = set(_in_flight([lane.in_flight_id for lane in lanes if lane.in_flight_id]))
    turns.line_up([lane for lane in lanes if _take_seat(lane, *first[lane.pk])])
    for lane in lanes:
        lane.in_flight_id = lane.in_flight_id if lane.in_flight_id in held else None
    write(lanes, "head", "in_flight", *_TURN_FIELDS)


def _seated(lanes: Collection[int]) -> QuerySet[Lane, tuple[int, int | None, int | None, int | None]]:
    """Each lane, its oldest waiting attempt, its highest waiting priority, who wrote the first of that."""
    waiting = Attempt.objects.filter(lane=OuterRef("pk"), status=DeliveryStatus.QUEUED)
    oldest = waiting.order_by("pk").values("pk")[:1]  # Min() would read the lane's whole queue
    highest = waiting.order_by("priority", "pk")
    found = Lane.objects.filter(pk__in=lanes).annotate(
        oldest=Subquery(oldest),
        priority=Subquery(highest.values("priority")[:1]),
        agent=Subquery(highest.values("message__author")[:1]),
    )
    return found.values_list("pk", "oldest", "priority", "agent")


_first_of = Compiled(_seated)
_locked = Compiled(
    lambda lanes: Lane.objects.select_for_update(no_key=True).filter(pk__in=lanes).order_by("pk")
)
_in_flight = Compiled(
    lambda ids: Attempt.objects.filter(pk__in=ids, status__in=IN_FLIGHT).values_list("pk", flat=True)
)


def _take_seat(lane: Lane, head: int | None, priority: int | None, agent: int | None) -> bool:
    """True if the lane lines up anew. What is given back, or moves up unsent, keeps the lane's turn."""
    had_turn = lane.head_id is not None and lane.head_id == lane.in_flight_id
    keeps = lane.head_id == head or (lane.head_id is not None and not had_turn)
    keeps = keeps and (lane.head_priority, lane.head_agent) == (priority, agent or 0)
    lane.head_id = head
    if head is None or priority is None:
        lane.head_rank = lane.head_rank if had_turn else 0
        return False
    if keeps:
        return False
    lane.head_priority, lane.head_agent = priority, agent or 0
    return True


def hold(lanes: Iterable[int], *, until: datetime) -> None:
    """Keeps anything of these lanes from being claimed before `until`. The caller holds their locks."""
    Lane.objects.filter(pk__in=list(lanes)).update(held_until=until)


def release(*, now: datetime) -> int:
    """Lets lanes go that were held until now; they line up anew. Returns how many."""
    due = _held_until(now).order_by("held_until").values_list("pk", flat=True)[:BATCH]
    with transaction.atomic():
        freed = [lane for lane in lock(due) if lane.held_until and lane.held_until <= now]
        Lane.objects.filter(pk__in=[lane.pk for lane in freed]).update(held_until=None, head_rank=0)
        waiting = [lane for lane in freed if lane.head_id]
        turns.line_up(waiting)
        write(waiting, "head_rank")
    return len(freed)


def waited_s(attempt: Attempt, channel: Channel, *, now: datetime) -> float:
    """Tells how long it has waited to be sent, less the time for which the channel was held meanwhile."""
    return (now - attempt.queued_at).total_seconds() - (channel.held_s - attempt.held_s)
