"""What agents do with a session beside answering: notes, tags, unread, the archive."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from routing.models import Extension
from sessions import events
from sessions.actions.mentioning import mention_in
from sessions.actions.owning import Actor, add_line, name_of, user_id_of
from sessions.models import Message, MessagingSession, Tag, pickup
from sessions.presence import availability
from sessions.queries import answered_by
from sessions.refused import ActionError, NotArchivable, NotTheOwner


@transaction.atomic
def add_note(session: MessagingSession, *, agent: Actor, body: str) -> Message:
    """Writes for the agents' eyes only: it is no answer, and leaves the times of the session alone.

    Whoever is mentioned in it is told, and reads along from then on.
    """
    by = {"author_name": name_of(agent)} if isinstance(agent, User) else {"author": agent}
    note = Message.objects.create(
        session=session, kind=Message.Kind.NOTE, body=body, created_at=timezone.now(), **by
    )
    _keep_whole(session)
    events.record(events.EventKind.MESSAGE, session, audience=mention_in([note], by=user_id_of(agent)))
    return note


def _keep_whole(session: MessagingSession) -> None:
    """What retention has emptied has words again, which are for its next time."""
    emptied = MessagingSession.objects.filter(pk=session.pk, kept=MessagingSession.Kept.EMPTIED)
    emptied.update(kept=MessagingSession.Kept.WHOLE)


@dataclass(frozen=True)
class TagsChanged:
    """The tags that a session has got, and those that it has lost, by their ids."""

    session: int
    added: list[int]
    removed: list[int]


@transaction.atomic
def set_tags(session: MessagingSession, *, tags: Iterable[Tag]) -> None:
    session.tags.set(tags)
    events.record(events.EventKind.SESSION, session)


@transaction.atomic
def change_tags(
    session: MessagingSession, *, add: Iterable[Tag] = (), remove: Iterable[Tag] = ()
) -> TagsChanged | None:
    """The other tags stay. None if nothing changed by it."""
    before = set(session.tags.values_list("pk", flat=True))
    session.tags.add(*add)
    session.tags.remove(*remove)
    after = set(session.tags.values_list("pk", flat=True))
    if before == after:
        return None
    events.record(events.EventKind.SESSION, session)
    return TagsChanged(session.pk, sorted(after - before), sorted(before - after))


@transaction.atomic
def mark_unread(session: MessagingSession, *, agent: Extension) -> None:
    """Raises `NotTheOwner`."""
    mine = MessagingSession.objects.filter(answered_by(agent), pk=session.pk)
    if not mine.exists():
        raise NotTheOwner
    if mine.filter(unread=0).update(unread=1):
        events.record(events.EventKind.SESSION, session)


@transaction.atomic
def archive(session: MessagingSession, *, agent: Extension) -> None:
    """Takes it out of the lists until the contact writes again or somebody gets it.

    An open one only if the agent owns it and has answered. Raises `NotArchivable` or `NotTheOwner`.
    """
    seen = MessagingSession.objects.filter(pickup.theirs(agent, pickup.ALL), pk=session.pk)
    if seen.archivable().filter(archived_at=None).update(archived_at=timezone.now()):
        _tell(session, Message.SystemLine.ARCHIVED, by=agent)
    elif refusal := _refusal(session, agent):
        raise refusal


def _refusal(session: MessagingSession, agent: Extension) -> ActionError | None:
    """None if it is in the archive already."""
    now = MessagingSession.objects.select_related("queue").get(pk=session.pk)
    if now.archived_at:
        return None
    return NotArchivable(now.pickup) if now.agent_id in (None, agent.pk) else NotTheOwner()


@transaction.atomic
def unarchive(session: MessagingSession, *, agent: Extension) -> None:
    archived = MessagingSession.objects.filter(pk=session.pk, archived_at__isnull=False)
    if archived.update(archived_at=None):
        _tell(session, Message.SystemLine.UNARCHIVED, by=agent)


def _tell(session: MessagingSession, line: Message.SystemLine, *, by: Extension) -> None:
    add_line(session, line, by=by)
    events.record(events.EventKind.SESSION, session)


@transaction.atomic
def set_availability(agent: Extension, *, to: Extension.Availability) -> None:
    """What agents say of themselves. Their supervisors learn of it."""
    if Extension.objects.filter(pk=agent.pk).exclude(availability=to).update(availability=to):
        transaction.on_commit(
            lambda: availability.tell_supervisors([agent.pk], others=[agent.pk]), robust=True
        )
    agent.availability = to
