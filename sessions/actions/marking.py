"""What agents do with a session beside answering: notes, tags, unread, the archive."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from routing.models import Extension
from sessions import events
from sessions.models import Message, MessagingSession, Tag
from sessions.presence import availability
from sessions.queries import answered_by
from sessions.refused import NotTheOwner


@transaction.atomic
def add_note(session: MessagingSession, *, agent: Extension, body: str) -> Message:
    """Writes for the agents' eyes only: it is no answer, and leaves the times of the session alone."""
    now = timezone.now()
    note = Message.objects.create(
        session=session, kind=Message.Kind.NOTE, author=agent, body=body, created_at=now
    )
    events.record(events.EventKind.MESSAGE, session)
    return note


@transaction.atomic
def set_tags(session: MessagingSession, *, tags: Iterable[Tag]) -> None:
    session.tags.set(tags)
    events.record(events.EventKind.SESSION, session)


@transaction.atomic
def mark_unread(session: MessagingSession, *, agent: Extension) -> None:
    """Raises `NotTheOwner`."""
    mine = MessagingSession.objects.filter(answered_by(agent), pk=session.pk)
    if not mine.exists():
        raise NotTheOwner
    if mine.filter(unread=0).update(unread=1):
        events.record(events.EventKind.SESSION, session)


@transaction.atomic
def archive(session: MessagingSession) -> None:
    """Takes it out of the lists, open or closed, until the contact writes again."""
    if MessagingSession.objects.filter(pk=session.pk, archived_at=None).update(archived_at=timezone.now()):
        events.record(events.EventKind.SESSION, session)


@transaction.atomic
def unarchive(session: MessagingSession) -> None:
    archived = MessagingSession.objects.filter(pk=session.pk, archived_at__isnull=False)
    if archived.update(archived_at=None):
        events.record(events.EventKind.SESSION, session)


@transaction.atomic
def set_availability(agent: Extension, *, to: Extension.Availability) -> None:
    """What agents say of themselves. Their supervisors learn of it."""
    if Extension.objects.filter(pk=agent.pk).exclude(availability=to).update(availability=to):
        transaction.on_commit(
            lambda: availability.tell_supervisors([agent.pk], others=[agent.pk]), robust=True
        )
    agent.availability = to
