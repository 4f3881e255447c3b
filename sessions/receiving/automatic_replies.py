"""The reply that a message queue gives by itself while it is closed: once per session, never to a machine."""

import re
from datetime import datetime, timedelta

from django.utils import timezone

from channels.itsp.delivery import DeliveryStatus
from channels.itsp.texts import InboundSms
from channels.models import Number
from channels.senders import Sender, sender_of
from routing.models import MessageQueue
from routing.opening import timetable_of
from sessions.models import Message, MessagingSession
from sessions.opt_outs.words import is_keyword
from sessions.sending import automatic

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
    if message := automatic.write(session, number, queue.closed_reply):
        session.auto_replied_at = message.created_at
        session.save(update_fields=["auto_replied_at"])


def _is_of_a_machine(sms: InboundSms, queue: MessageQueue) -> bool:
    """No phone, a keyword that the ITSP answers, one of our own numbers, or an automatic reply."""
    if is_keyword(sms) or sms.body.strip() == queue.closed_reply.strip():
        return True
    return bool(_WORDS_OF_MACHINES.search(sms.body)) or not may_be_a_person(sms.sender)


def may_be_a_person(address: str) -> bool:
    """It is a phone's, and none of our own numbers."""
    return sender_of(address) is Sender.PHONE and not Number.objects.live().filter(address=address).exists()


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
