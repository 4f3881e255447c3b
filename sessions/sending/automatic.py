"""A text that PBX writes by itself, in a session that the transaction has locked."""

from django.db import transaction
from django.utils import timezone

from channels.itsp.delivery import DeliveryStatus
from channels.models import Number
from channels.segments import segmentation
from sessions import standstill
from sessions.lanes import seats
from sessions.models import Lane, Message, MessagingSession, Priority
from sessions.nudges import nudge
from sessions.opt_outs import ledger


def write(session: MessagingSession, number: Number, body: str, *, confirms: bool = False) -> Message | None:
    """None where the channel takes no texts, or the contact wants none, unless it `confirms` just that.

    What the lists show of the session stays what a person wrote last: it is that which waits.
    """
    if number.channel.disabled_at or (not confirms and _is_opted_out(session, number)):
        return None
    message = Message.objects.create(
        session=session,
        kind=Message.Kind.OUTBOUND,
        created_at=timezone.now(),
        body=body,
        status=DeliveryStatus.QUEUED,
    )
    priority = Priority.ANSWER if confirms else Priority.AUTOMATIC
    segments = segmentation(body).segments
    attempt = seats.enqueue(message, segments=segments, priority=priority, confirms=confirms)
    standstill.doubt_repeated(attempt.lane_id, session)
    transaction.on_commit(lambda: nudge("sessions.tasks.drain"))
    return message


def _is_opted_out(session: MessagingSession, number: Number) -> bool:
    """Under the lane's lock, so that no opt-out comes between this and the queue."""
    lane, _created = Lane.objects.get_or_create(
        number=number, contact=session.contact, defaults={"channel": number.channel}
    )
    seats.lock([lane.pk])
    return ledger.is_opted_out(number, session.contact)
