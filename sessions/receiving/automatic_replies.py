"""The reply that a message queue gives by itself while it is closed: once per session, never to a machine."""

import re
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from channels.itsp.base import InboundSms
from channels.itsp.delivery import DeliveryStatus
from channels.models import Number
from channels.phone_numbers import is_e164
from channels.segments import segmentation
from routing.models import MessageQueue
from routing.opening import timetable_of
from sessions.lanes import seats
from sessions.models import Lane, Message, MessagingSession, Priority
from sessions.nudges import nudge
from sessions.opt_outs import ledger
from sessions.opt_outs.words import is_keyword

LOOP = timedelta(hours=1)  # two machines that answer each other are silent for so long
_WORDS_OF_MACHINES = re.compile(
    r"\b(auto(mated|matic)?[- ]?(reply|response|message)|out of (the )?office|do not reply|no-?reply)\b", re.I
)


def may_reply(session: MessagingSession) -> bool:
    """Whether there is a reply that was not given yet. Costs no query where the session's queue is known."""
    queue = session.queue
    return not session.auto_replied_at and queue is not None and bool(queue.closed_reply)


def reply_if_closed(session: MessagingSession, number: Number, sms: InboundSms, *, at: datetime) -> None:
    """In the transaction that stores the text, which locks the session. Most texts cost no query here."""
    queue = session.queue
    if queue is None or not may_reply(session):
        return
    if _is_of_a_machine(sms, queue) or not _is_closed(queue, at) or _was_answered(session):
        return
    if not number.channel.disabled_at and not _is_opted_out(session, number):
        _send(session, queue.closed_reply)


def _is_of_a_machine(sms: InboundSms, queue: MessageQueue) -> bool:
    """A short code, a name, a keyword that the ITSP answers, one of our own numbers, an automatic reply."""
    if not is_e164(sms.sender) or is_keyword(sms):
        return True
    if sms.body.strip() == queue.closed_reply.strip() or _WORDS_OF_MACHINES.search(sms.body):
        return True
    return Number.objects.live().filter(address=sms.sender).exists()


def _is_closed(queue: MessageQueue, at: datetime) -> bool:
    """When the text came, and still: one that was kept back may be processed at another time of the day."""
    timetable = timetable_of(queue)
    return not (timetable.is_open(at) or timetable.is_open(timezone.now()))


def _was_answered(session: MessagingSession) -> bool:
    """By an agent in this session, or by a machine in an earlier one a moment ago."""
    by_agents = session.messages.filter(kind=Message.Kind.OUTBOUND, author__isnull=False)
    if by_agents.exclude(status=DeliveryStatus.SCHEDULED).exists():
        return True
    of_contact = MessagingSession.objects.filter(number=session.number_id, contact=session.contact)
    return of_contact.filter(auto_replied_at__gt=timezone.now() - LOOP).exists()


def _is_opted_out(session: MessagingSession, number: Number) -> bool:
    """Under the lane's lock, so that no opt-out comes between this and the queue."""
    lane, _created = Lane.objects.get_or_create(
        number=number, contact=session.contact, defaults={"channel": number.channel}
    )
    seats.lock([lane.pk])
    return ledger.is_opted_out(number, session.contact)


def _send(session: MessagingSession, body: str) -> None:
    """What the lists show of the session stays the contact's text: it is that which waits."""
    now = timezone.now()
    message = Message.objects.create(
        session=session,
        kind=Message.Kind.OUTBOUND,
        created_at=now,
        body=body,
        status=DeliveryStatus.QUEUED,
    )
    seats.enqueue(message, segments=segmentation(body).segments, priority=Priority.AUTOMATIC)
    session.auto_replied_at = now
    session.save(update_fields=["auto_replied_at"])
    transaction.on_commit(lambda: nudge("sessions.tasks.drain"))
