"""A session gets a new place: by its agent, by who supervises it, or because its place goes away."""

from dataclasses import dataclass
from datetime import datetime
from types import EllipsisType
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from routing.models import Extension, MessageQueue
from sessions import events
from sessions.actions.mentioning import mention_in
from sessions.actions.owning import (
    Actor,
    add_line,
    directed,
    lock,
    name_of,
    supervises,
    told_of,
    user_id_of,
)
from sessions.bulk import write
from sessions.models import Message, MessagingSession
from sessions.refused import ActedMeanwhile, AlreadyPickedUp, NoDestination, NotTheOwner

Destination = Extension | MessageQueue
_MOVED_FIELDS = (
    "agent",
    "queue",
    "unread",
    "waiting_since",
    "taken_at",
    "alerted_at",
    "archived_at",
    "snoozed_until",
)


@dataclass(frozen=True)
class Handover:
    """What a transfer changed: how the session was before. `last`: the last message of it."""

    session: int
    agent: int | None
    queue: int | None
    unread: int
    waiting_since: datetime | None
    last: int


@transaction.atomic
def transfer(
    session: MessagingSession,
    *,
    agent: Actor,
    to: Destination,
    note: str = "",
    had_by: int | EllipsisType | None = ...,
) -> Handover:
    """Hands a session over with its history, by whoever has it or supervises its queue.

    `had_by`: the extension that had it as far as one saw, None for nobody. Another one that has got it since
    keeps it, which is `AlreadyPickedUp`. Raises also `NotTheOwner`, `SessionClosed` or `NoDestination`.
    """
    locked = directed(session, agent)
    if had_by is not ... and locked.agent_id not in (None, had_by):
        raise AlreadyPickedUp(locked.agent)
    move(MessagingSession.objects.filter(pk=locked.pk), to=to, by=agent, note=note)
    session.refresh_from_db()
    last = session.messages.order_by("-pk").values_list("pk", flat=True)[0]
    before = (locked.agent_id, locked.queue_id, locked.unread, locked.waiting_since)
    return Handover(locked.pk, *before, last)


@transaction.atomic
def take_back(handover: Handover, *, agent: Actor) -> None:
    """Undoes one's own transfer, unless somebody has gone on with the session since.

    What its contact has written meanwhile comes along, and it waits since it did. Raises `ActedMeanwhile` or
    `NoDestination`.
    """
    session = lock(MessagingSession(pk=handover.session))
    since = session.messages.filter(pk__gt=handover.last)
    texts = since.filter(kind=Message.Kind.INBOUND)
    automatic = Q(kind=Message.Kind.OUTBOUND, author=None)
    act = since.exclude(kind=Message.Kind.INBOUND).exclude(automatic).select_related("author").first()
    if act:
        raise ActedMeanwhile(act.author or act.who)
    before = Extension(pk=handover.agent) if handover.agent else MessageQueue(pk=handover.queue)
    if not _is_live(before):
        raise NoDestination
    seen_by = events.audience_of(session)
    session.agent_id, session.queue_id = handover.agent, handover.queue
    session.waiting_since = None if handover.agent else handover.waiting_since or timezone.now()
    session.unread = handover.unread + texts.count()
    session.save(update_fields=["agent", "queue", "waiting_since", "unread"])
    add_line(session, Message.SystemLine.TAKEN_BACK, by=agent)
    events.record(events.EventKind.SESSION, session, audience=seen_by)


@transaction.atomic
def take_over(session: MessagingSession, *, agent: Actor) -> None:
    """A supervisor takes a session of the queue from whoever has it: to answer, or, without an extension,
    back into the queue. What one has already stays as it is.

    Raises `NotTheOwner`, `SessionClosed` or `NoDestination`.
    """
    locked = directed(session, agent)
    if not supervises(agent, locked):
        raise NotTheOwner
    to = agent if isinstance(agent, Extension) else None
    if locked.agent_id == (to.pk if to else None):
        return
    line = Message.SystemLine.TAKEN_OVER
    move(MessagingSession.objects.filter(pk=locked.pk), to=to, by=agent, line=line)
    session.refresh_from_db()


@transaction.atomic
def move(
    sessions: QuerySet[MessagingSession],
    *,
    to: Destination | None,
    by: Actor | None = None,
    note: str = "",
    line: Message.SystemLine = Message.SystemLine.TRANSFERRED,
) -> int:
    """Moves sessions to an extension, a queue, or (None) back to their own queues. Raises `NoDestination`.

    `line` is what the thread says of it. Returns how many there were.
    """
    locked = sessions.select_related("queue").select_for_update(of=("self",), no_key=True)
    moved = list(locked.order_by("pk"))  # one order, so that no two bulk moves block each other
    seen_by = _audience_of(moved)
    if to is not None and not _is_live(to):
        raise NoDestination
    for session in moved:
        _place(session, to)
    write(moved, *_MOVED_FIELDS)
    notes = _tell_in_thread(moved, to, by, note, line)
    writer = user_id_of(by) if by else None
    events.record_all(events.EventKind.SESSION, moved, audience=seen_by | mention_in(notes, by=writer))
    return len(moved)


def _is_live(to: Destination) -> bool:
    """It stays so until the transaction ends. Without the key: who hands over to it may name it meanwhile."""
    return type(to).objects.live().select_for_update(no_key=True).filter(pk=to.pk).exists()


def _place(session: MessagingSession, to: Destination | None) -> None:
    session.archived_at = session.snoozed_until = session.taken_at = None  # whoever gets it sees it
    if isinstance(to, Extension):
        session.agent, session.waiting_since = to, None
        session.unread = max(session.unread, 1)  # new to its owner
        return
    if to is not None:
        session.queue = to
        session.alerted_at = None  # its supervisors are told anew
    elif session.queue is None or session.queue.archived_at:
        raise NoDestination
    session.agent, session.waiting_since = None, timezone.now()


def _tell_in_thread(
    sessions: list[MessagingSession],
    to: Destination | None,
    by: Actor | None,
    note: str,
    line: Message.SystemLine,
) -> list[Message]:
    """Returns the notes among what it has written."""
    said: dict[str, Any] = {"created_at": timezone.now()}
    moved = said | told_of(by) | {"kind": Message.Kind.SYSTEM, "system_line": line}
    rows = [Message(session=session, **moved, **_named(to or session.queue)) for session in sessions]
    if note:
        said |= {"kind": Message.Kind.NOTE, "body": note}
        said |= {"author_name": name_of(by)} if isinstance(by, User) else {"author": by}
        rows += [Message(session=session, **said) for session in sessions]
    return [row for row in Message.objects.bulk_create(rows) if row.kind == Message.Kind.NOTE]


def _named(place: Destination | None) -> dict[str, Destination | None]:
    """As a system line names where a session went."""
    return {"to_extension" if isinstance(place, Extension) else "to_queue": place}


def _audience_of(sessions: list[MessagingSession]) -> set[events.Listener]:
    """All who see any of the sessions; asked once for each place."""
    places = {(session.agent_id, session.queue_id): session for session in sessions}
    return {listener for session in places.values() for listener in events.audience_of(session)}
