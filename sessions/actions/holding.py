"""Who holds a session, and when it ends."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from routing.models import Extension
from sessions import events
from sessions.actions.errors import AlreadyPickedUp, NotTheOwner, SessionClosed
from sessions.models import Message, MessagingSession


def pick_up(session: MessagingSession, *, agent: Extension) -> None:
    """Makes the agent the owner. Raises `AlreadyPickedUp`; one wins, whoever asks at once."""
    seen_by = events.audience_of(session)
    with transaction.atomic():
        # No join: Django would move `agent IS NULL` into a subquery, which is not judged again at the lock.
        taken = MessagingSession.objects.waiting().filter(pk=session.pk, queue__in=agent.queues.live())
        if not taken.update(agent=agent, unread=0):
            raise AlreadyPickedUp(MessagingSession.objects.select_related("agent").get(pk=session.pk).agent)
        session.refresh_from_db()
        _system_line(session, Message.SystemLine.PICKED_UP, by=agent)
        events.record(events.EventKind.SESSION, session, audience=seen_by)


def close(session: MessagingSession, *, agent: Extension) -> None:
    """Raises `NotTheOwner` or `SessionClosed`."""
    with transaction.atomic():
        locked = own(session, agent)
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


def own(session: MessagingSession, agent: Extension, *, closed_too: bool = False) -> MessagingSession:
    """The session, locked, if the agent may write in it. Raises `NotTheOwner` or `SessionClosed`.

    Without the key: whoever settles an attempt meanwhile writes an event that refers to the session.
    """
    locked = MessagingSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    if locked.agent_id != agent.pk:
        raise NotTheOwner
    if not (locked.is_open or closed_too):
        raise SessionClosed
    return locked


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
