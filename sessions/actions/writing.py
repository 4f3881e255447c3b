"""An agent's texts are accepted together with their place in the queue."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from channels.itsp.base import DeliveryStatus
from channels.models import Number
from channels.segments import segmentation
from routing.models import Extension
from sessions import events, inbound, lanes, opt_outs
from sessions.actions.errors import BadTime, ChannelDisabled, NotAllowedToInitiate, OptedOut, OwnedByAnother
from sessions.actions.holding import own_or_take, pick_up, shares
from sessions.models import Message, MessagingSession
from sessions.nudges import nudge

MAX_BODY = 1600  # characters, the longest text that ITSPs take
LATEST = timedelta(days=30)  # how far ahead a text can be scheduled


def reply(
    session: MessagingSession,
    *,
    agent: Extension,
    body: str,
    client_id: str | None = None,
    due_at: datetime | None = None,
) -> Message:
    """Accepts a text together with its place in the queue; with the same `client_id` once only.

    One with a time of its own (`due_at`) waits for it. The first answer in a queue with auto pickup takes
    the session. Raises `NotTheOwner`, `SessionClosed`, `AlreadyPickedUp`, `TooManyOpen`, `OptedOut`,
    `ChannelDisabled` or `BadTime`.
    """
    with transaction.atomic():
        locked = own_or_take(session, agent)
        message = _accept(locked, agent=agent, body=body, client_id=client_id, due_at=due_at)
    return message or _accepted_before(agent, client_id)


def start_session(
    *,
    agent: Extension,
    number: Number,
    contact: str,
    body: str,
    client_id: str | None = None,
    due_at: datetime | None = None,
) -> Message:
    """Texts a contact from a number; the open session between the two is used where there is one.

    One that waits in the agent's own queue is picked up by this; one of a queue without pickup is nobody's.
    Raises `NotAllowedToInitiate`, `OwnedByAnother`, `TooManyOpen`, `OptedOut`, `ChannelDisabled` or
    `BadTime`.
    """
    if not number.initiators.filter(pk=agent.pk).exists():
        raise NotAllowedToInitiate
    now = timezone.now()
    with transaction.atomic():
        owner = None if shares(agent, number.queue_id) else agent
        session = inbound.open_session(number, contact, at=now, agent=owner)
        _hold(session, agent)
        message = _accept(session, agent=agent, body=body, client_id=client_id, due_at=due_at)
    return message or _accepted_before(agent, client_id)


def _hold(session: MessagingSession, agent: Extension) -> None:
    """Of an open session that is locked. Raises `OwnedByAnother` or `TooManyOpen`."""
    if session.agent_id is None:
        if shares(agent, session.queue_id):
            return
        if session.queue in agent.queues.live():
            pick_up(session, agent=agent)
    if session.agent_id != agent.pk:
        raise OwnedByAnother(session.agent)


def check_may_send(session: MessagingSession) -> None:
    """Raises `ChannelDisabled` or `OptedOut`.

    Under the lane's lock, so that no opt-out comes between this and the queue.
    """
    if session.number.channel.disabled_at:
        raise ChannelDisabled
    entry = opt_outs.opt_out_of(session.number_id, session.contact)
    if entry is not None:
        raise OptedOut(entry)


def _accept(
    session: MessagingSession, *, agent: Extension, body: str, client_id: str | None, due_at: datetime | None
) -> Message | None:
    """None if a text with this client id was accepted before."""
    now = timezone.now()
    try:
        with transaction.atomic():
            message = Message.objects.create(
                session=session,
                kind=Message.Kind.OUTBOUND,
                created_at=now,
                body=body,
                author=agent,
                client_id=client_id,
                status=DeliveryStatus.SCHEDULED if due_at else DeliveryStatus.QUEUED,
            )
    except IntegrityError:
        return None
    if due_at and not now < due_at <= now + LATEST:
        raise BadTime
    lanes.enqueue(message, segments=segmentation(body).segments, due_at=due_at)
    check_may_send(session)
    session.last_active_at, session.last_message = now, message
    session.unanswered_since = session.alerted_at = None
    session.save(update_fields=["last_active_at", "last_message", "unanswered_since", "alerted_at"])
    events.record(events.EventKind.MESSAGE, session)
    transaction.on_commit(lambda: nudge("sessions.tasks.drain"))
    return message


def _accepted_before(agent: Extension, client_id: str | None) -> Message:
    message = Message.objects.get(author=agent, client_id=client_id)
    message.accepted_before = True
    return message
