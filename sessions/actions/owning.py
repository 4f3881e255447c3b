"""Who holds a session, and when it ends."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.models import User
from routing.models import Extension, MessageQueue
from sessions import events
from sessions.bulk import insert
from sessions.models import Message, MessagingSession, pickup
from sessions.queries import answered_by
from sessions.refused import ActionError, AlreadyPickedUp, NoPickup, NotTheOwner, SessionClosed, TooManyOpen

Actor = Extension | User  # an agent, or a supervisor without an extension


def pick_up(session: MessagingSession, *, agent: Extension) -> None:
    """Makes the agent the owner; one wins, whoever asks at once. Supervisors may, in their queues.

    Raises `AlreadyPickedUp`, `TooManyOpen`, or `NoPickup`.
    """
    seen_by = events.audience_of(session)
    with transaction.atomic():
        # No join: Django would move `agent IS NULL` into a subquery, which is not judged again at the lock.
        queues = pickup.picked_up_by(agent)
        taken = MessagingSession.objects.waiting().filter(pk=session.pk, queue__in=queues)
        if not taken.update(agent=agent, **_taken()):
            raise _refusal(session)
        check_room(session, agent)
        session.refresh_from_db()
        add_line(session, Message.SystemLine.PICKED_UP, by=agent)
        events.record(events.EventKind.SESSION, session, audience=seen_by)


def _taken() -> dict[str, Any]:
    return {"taken_at": timezone.now(), "unread": 0, "waiting_since": None, "archived_at": None}


def _refusal(session: MessagingSession) -> ActionError:
    now = MessagingSession.objects.select_related("agent", "queue").get(pk=session.pk)
    return NoPickup() if now.pickup.is_shared and now.is_open else AlreadyPickedUp(now.agent)


def check_room(session: MessagingSession, agent: Extension) -> None:
    """Raises `TooManyOpen`, which takes the session back that the agent has just taken.

    Who picks up two at once waits at their own extension's row, and the second sees the first.
    """
    queue = MessageQueue.objects.get(sessions=session.pk)
    if queue.max_open_sessions is None:
        return
    Extension.objects.select_for_update(no_key=True).get(pk=agent.pk)
    if MessagingSession.objects.open().filter(queue=queue, agent=agent).count() > queue.max_open_sessions:
        raise TooManyOpen(queue.max_open_sessions)


def mark_read(session: MessagingSession, *, agent: Extension) -> None:
    """Who answers in it has seen what had come in when it was read; of a shared session one has for all.

    What has come since stays unread.
    """
    if not session.unread:
        return
    unread = MessagingSession.objects.filter(answered_by(agent), pk=session.pk, unread__gt=0)
    with transaction.atomic():
        if unread.update(unread=Greatest(F("unread") - session.unread, 0)):
            events.record(events.EventKind.SESSION, session)


def own(session: MessagingSession, agent: Extension, *, closed_too: bool = False) -> MessagingSession:
    """The session, locked, if the agent may write in it. Raises `NotTheOwner` or `SessionClosed`.

    Without the key: whoever settles an attempt meanwhile writes an event that refers to the session.
    """
    return _checked(lock(session), agent, closed_too=closed_too)


def own_or_take(session: MessagingSession, agent: Extension) -> MessagingSession:
    """Does what `own` does; in a queue with auto pickup, who answers first takes the session by it.

    Raises also `AlreadyPickedUp` or `TooManyOpen`.
    """
    locked = lock(session)
    is_anothers = locked.agent_id != agent.pk
    if locked.is_open and is_anothers and pickup.is_in(agent, locked.queue_id, pickup.FIRST_ANSWER):
        pick_up(locked, agent=agent)
    return _checked(locked, agent)


def directed(session: MessagingSession, by: Actor) -> MessagingSession:
    """The open session, locked, if somebody may hand it over: by `own`, or by supervising its queue.

    Raises `NotTheOwner` or `SessionClosed`.
    """
    locked = lock(session)
    if not supervises(by, locked):
        if isinstance(by, User):
            raise NotTheOwner
        return _checked(locked, by)
    if not locked.is_open:
        raise SessionClosed
    return locked


def supervises(actor: Actor, session: MessagingSession) -> bool:
    """Whether somebody, with an extension or without, supervises the session's queue."""
    user = actor if isinstance(actor, User) else actor.user
    if not user.is_supervisor or session.queue_id is None:
        return False
    return user.supervised_queues.live().filter(pk=session.queue_id).exists()


def user_id_of(actor: Actor) -> int:
    return actor.pk if isinstance(actor, User) else actor.user_id


def told_of(by: Actor | None) -> dict[str, Any]:
    """How a system line keeps who did it: the extension, or the name of who has none."""
    if isinstance(by, User):
        return {"author": None, "body": name_of(by)}
    return {"author": by}


def name_of(user: User) -> str:
    """As threads name who has no extension."""
    return user.get_full_name() or user.username


def lock(session: MessagingSession) -> MessagingSession:
    return MessagingSession.objects.select_for_update(no_key=True).get(pk=session.pk)


def _checked(locked: MessagingSession, agent: Extension, *, closed_too: bool = False) -> MessagingSession:
    is_shared = locked.agent_id is None and pickup.is_in(agent, locked.queue_id, pickup.SHARED)
    if locked.agent_id != agent.pk and not is_shared:
        raise NotTheOwner
    if not (locked.is_open or closed_too):
        raise SessionClosed
    return locked


def end(
    session: MessagingSession,
    *,
    by: MessagingSession.ClosedBy,
    line: Message.SystemLine,
    agent: Actor | None = None,
) -> None:
    """A locked one, whoever wants it."""
    end_all([session], by=by, line=line, agent=agent)


def end_all(
    sessions: Sequence[MessagingSession],
    *,
    by: MessagingSession.ClosedBy,
    line: Message.SystemLine,
    agent: Actor | None = None,
) -> None:
    """Locked ones, in as many statements as one."""
    now, kind, who = timezone.now(), Message.Kind.SYSTEM, told_of(agent)
    for session in sessions:
        session.closed_at, session.closed_by, session.snoozed_until = now, by, None
    ended = MessagingSession.objects.filter(pk__in=[session.pk for session in sessions])
    ended.update(closed_at=now, closed_by=by, snoozed_until=None)
    insert([Message(session=one, kind=kind, system_line=line, created_at=now, **who) for one in sessions])
    events.record_all(events.EventKind.SESSION, sessions)


def add_line(session: MessagingSession, line: Message.SystemLine, *, by: Actor | None) -> None:
    """Says in the thread what was done with the session, and by whom."""
    Message.objects.create(
        session=session,
        kind=Message.Kind.SYSTEM,
        system_line=line,
        created_at=timezone.now(),
        **told_of(by),
    )
