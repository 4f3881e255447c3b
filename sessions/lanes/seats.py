"""The places of attempts in their lanes.

A lane's row lock guards the lane and all its attempts: take it first, then read them.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from channels.actions import note_contact, validity_clock
from channels.itsp.base import DeliveryStatus
from channels.models import Channel
from sessions.bulk import write
from sessions.lanes.progress import IN_FLIGHT, Move, advance
from sessions.models import Attempt, Lane, Message

BATCH = 100


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
        lane.channel = channel  # else `following` brings what is before it along
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
    ids = list(lanes)
    if not ids:  # or building the question costs what asking it does
        return []
    return list(Lane.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))


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
