"""An agent puts a session off: out of the own list until a time, or until the contact writes."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from routing.models import Extension
from sessions import events
from sessions.actions.owning import add_line, own
from sessions.bulk import write
from sessions.models import Message, MessagingSession, MessagingSessionQuerySet
from sessions.refused import BadSnooze, NotTheOwner

LONGEST_SNOOZE = timedelta(days=366)
BATCH = 200  # sessions that come back in one transaction


@transaction.atomic
def snooze(session: MessagingSession, *, agent: Extension, until: datetime) -> None:
    """Only who has it; of a shared one all would lose sight. It changes nothing of the contact's wait.

    Raises `NotTheOwner`, `SessionClosed` or `BadSnooze`.
    """
    locked = own(session, agent)
    if locked.agent_id != agent.pk:
        raise NotTheOwner
    now = timezone.now()
    if not now < until <= now + LONGEST_SNOOZE:
        raise BadSnooze
    locked.snoozed_until, locked.archived_at = until, None
    locked.save(update_fields=["snoozed_until", "archived_at"])
    add_line(locked, Message.SystemLine.SNOOZED, by=agent)
    events.record(events.EventKind.SESSION, locked)


@transaction.atomic
def unsnooze(session: MessagingSession, *, agent: Extension) -> None:
    """Back in the list before its time. Of one that is back already it changes nothing."""
    snoozed = MessagingSession.objects.snoozed().filter(pk=session.pk, agent=agent)
    if snoozed.update(snoozed_until=None):
        add_line(session, Message.SystemLine.UNSNOOZED, by=agent)
        events.record(events.EventKind.SESSION, session)


def due(*, now: datetime) -> MessagingSessionQuerySet:
    """What was snoozed until now."""
    return MessagingSession.objects.snoozed().filter(snoozed_until__lte=now)


def wake_due(*, now: datetime) -> int:
    """Brings back what was snoozed until now, and tells the agents. Returns how many sessions."""
    woken = 0
    while batch := _wake_some(now):
        woken += batch
    return woken


@transaction.atomic
def _wake_some(now: datetime) -> int:
    """What somebody else holds, another worker too, is left for the next time."""
    in_turn = due(now=now).order_by("snoozed_until", "pk")
    sessions = list(in_turn.select_for_update(skip_locked=True, no_key=True)[:BATCH])
    for session in sessions:
        session.snoozed_until = session.archived_at = None
        session.woken_at = session.last_active_at = now  # at the head of the list, and not idle for long
        session.unread = max(session.unread, 1)
    write(sessions, "snoozed_until", "archived_at", "woken_at", "last_active_at", "unread")
    said = {"kind": Message.Kind.SYSTEM, "system_line": Message.SystemLine.FOLLOW_UP, "created_at": now}
    Message.objects.bulk_create(Message(session=session, **said) for session in sessions)
    events.record_all(events.EventKind.SESSION, sessions)
    return len(sessions)
