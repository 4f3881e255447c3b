"""Open sessions whose extension or message queue goes away get a new place."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from routing.models import Extension, MessageQueue
from sessions import events
from sessions.models import Message, MessagingSession

Destination = Extension | MessageQueue


class NoDestination(Exception):
    """Some sessions have no message queue to go back to, or the place chosen for them is gone."""


@transaction.atomic
def move(sessions: QuerySet[MessagingSession], *, to: Destination | None) -> None:
    """To an extension, to a message queue, or (None) back to their own queues. Raises `NoDestination`."""
    moved = list(sessions.select_related("queue").select_for_update(of=("self",), no_key=True))
    seen_by = _audience_of(moved)
    if to is not None and not type(to).objects.live().select_for_update().filter(pk=to.pk).exists():
        raise NoDestination
    for session in moved:
        _place(session, to)
    MessagingSession.objects.bulk_update(moved, ["agent", "queue"])
    if to is not None:
        kind, line, now = Message.Kind.SYSTEM, Message.SystemLine.TRANSFERRED, timezone.now()
        Message.objects.bulk_create(
            Message(session=session, kind=kind, system_line=line, created_at=now) for session in moved
        )
    events.record_all(events.EventKind.SESSION, moved, audience=seen_by)


def _place(session: MessagingSession, to: Destination | None) -> None:
    if isinstance(to, Extension):
        session.agent = to
    elif to is not None:
        session.agent, session.queue = None, to
    elif session.queue is None or session.queue.archived_at:
        raise NoDestination
    else:
        session.agent = None


def _audience_of(sessions: list[MessagingSession]) -> set[events.Listener]:
    """All who see any of the sessions; asked once for each place."""
    places = {(session.agent_id, session.queue_id): session for session in sessions}
    return {listener for session in places.values() for listener in events.audience_of(session)}
