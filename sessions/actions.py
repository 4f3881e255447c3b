"""All that an agent can do. Pages and API call the same verbs."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from channels.itsp.base import DeliveryStatus
from channels.models import Number
from channels.segments import segmentation
from routing.models import Extension
from sessions import events, inbound, lanes
from sessions.models import Message, MessagingSession
from sessions.nudges import nudge

MAX_BODY = 1600  # characters, the longest text that ITSPs take


class ActionError(Exception):
    """Something that an agent asked for is not possible; `code` is stable, for the API."""

    code = "refused"


class AlreadyPickedUp(ActionError):
    """`by` is the extension that was first, None if the session left the queue otherwise."""

    code = "already_picked_up"

    def __init__(self, by: Extension | None) -> None:
        super().__init__(by)
        self.by = by


class NotTheOwner(ActionError):
    """Only the agent who picked a session up writes in it or closes it."""

    code = "not_the_owner"


class SessionClosed(ActionError):
    code = "session_closed"


class NotAllowedToInitiate(ActionError):
    """The number's rule does not name the agent's extension."""

    code = "not_allowed_to_initiate"


class OwnedByAnother(ActionError):
    """The open session with the contact is another agent's (`by`), or waits in a queue (None)."""

    code = "owned_by_another"

    def __init__(self, by: Extension | None) -> None:
        super().__init__(by)
        self.by = by


def pick_up(session: MessagingSession, *, agent: Extension) -> None:
    """Makes the agent the owner. Raises `AlreadyPickedUp`; one wins, whoever asks at once."""
    seen_by = events.audience_of(session)
    with transaction.atomic():
        taken = MessagingSession.objects.waiting().filter(pk=session.pk, queue__agents=agent)
        if not taken.update(agent=agent, unread=0):
            raise AlreadyPickedUp(MessagingSession.objects.select_related("agent").get(pk=session.pk).agent)
        session.refresh_from_db()
        _system_line(session, Message.SystemLine.PICKED_UP, by=agent)
        events.record(events.EventKind.SESSION, session, audience=seen_by)


def reply(session: MessagingSession, *, agent: Extension, body: str, client_id: str | None = None) -> Message:
    """Accepts a text together with its place in the queue; with the same `client_id` once only.

    Raises `NotTheOwner` or `SessionClosed`.
    """
    with transaction.atomic():
        locked = _own(session, agent)
        message = _accept(locked, agent=agent, body=body, client_id=client_id)
    return message or _accepted_before(agent, client_id)


def start_session(
    *, agent: Extension, number: Number, contact: str, body: str, client_id: str | None = None
) -> Message:
    """Texts a contact from a number; the open session between the two is used where there is one.

    One that waits in the agent's own queue is picked up by this. Raises `NotAllowedToInitiate` or
    `OwnedByAnother`.
    """
    if not number.initiators.filter(pk=agent.pk).exists():
        raise NotAllowedToInitiate
    now = timezone.now()
    with transaction.atomic():
        session = inbound.open_session(number, contact, at=now, agent=agent)
        if session.agent_id is None and session.queue in agent.queues.all():
            pick_up(session, agent=agent)
        if session.agent_id != agent.pk:
            raise OwnedByAnother(session.agent)
        message = _accept(session, agent=agent, body=body, client_id=client_id)
    return message or _accepted_before(agent, client_id)


def close(session: MessagingSession, *, agent: Extension) -> None:
    """Raises `NotTheOwner` or `SessionClosed`."""
    with transaction.atomic():
        locked = _own(session, agent)
        _close(locked, by=MessagingSession.ClosedBy.AGENT, line=Message.SystemLine.CLOSED, agent=agent)


def close_idle(session: MessagingSession, *, idle_since: datetime) -> bool:
    """Closes a session in which nothing happened since. False if something did meanwhile."""
    with transaction.atomic():
        still_idle = MessagingSession.objects.open().filter(pk=session.pk, last_active_at__lte=idle_since)
        locked = still_idle.select_for_update(no_key=True).first()
        if locked is not None:
            _close(locked, by=MessagingSession.ClosedBy.TIMEOUT, line=Message.SystemLine.CLOSED_IDLE)
    return locked is not None


def mark_read(session: MessagingSession, *, agent: Extension) -> None:
    """The owner has seen all that came in."""
    unread = MessagingSession.objects.filter(pk=session.pk, agent=agent, unread__gt=0)
    with transaction.atomic():
        if unread.update(unread=0):
            events.record(events.EventKind.SESSION, session)


def _own(session: MessagingSession, agent: Extension) -> MessagingSession:
    """The session, locked, if the agent may write in it.

    Without the key: whoever settles an attempt meanwhile writes an event that refers to the session.
    """
    locked = MessagingSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    if locked.agent_id != agent.pk:
        raise NotTheOwner
    if not locked.is_open:
        raise SessionClosed
    return locked


def _accept(
    session: MessagingSession, *, agent: Extension, body: str, client_id: str | None
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
                status=DeliveryStatus.QUEUED,
            )
    except IntegrityError:
        return None
    lanes.enqueue(message, segments=segmentation(body).segments)
    session.last_active_at, session.last_message = now, message
    session.save(update_fields=["last_active_at", "last_message"])
    events.record(events.EventKind.MESSAGE, session)
    transaction.on_commit(lambda: nudge("sessions.tasks.drain"))
    return message


def _accepted_before(agent: Extension, client_id: str | None) -> Message:
    return Message.objects.get(author=agent, client_id=client_id)


def _close(
    session: MessagingSession,
    *,
    by: MessagingSession.ClosedBy,
    line: Message.SystemLine,
    agent: Extension | None = None,
) -> None:
    session.closed_at, session.closed_by = timezone.now(), by
    session.save(update_fields=["closed_at", "closed_by"])
    _system_line(session, line, by=agent)
    events.record(events.EventKind.SESSION, session)


def _system_line(session: MessagingSession, line: Message.SystemLine, *, by: Extension | None) -> None:
    Message.objects.create(
        session=session, kind=Message.Kind.SYSTEM, system_line=line, author=by, created_at=timezone.now()
    )
