"""A session ends by an agent's hand, and is opened again."""

import enum
from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.utils import timezone

from channels.itsp.delivery import DeliveryStatus
from channels.models import Number
from channels.senders import Sender
from routing.models import Extension
from sessions import events
from sessions.actions.owning import add_line, check_room, end, lock, own
from sessions.actions.resending import cancel_scheduled
from sessions.actions.scheduling import schedule_again
from sessions.lanes import waits
from sessions.models import Message, MessagingSession, pickup
from sessions.opt_outs import ledger
from sessions.queries import inbox_of, scheduled_of
from sessions.refused import (
    ActionError,
    AlreadyOpen,
    HasScheduled,
    NotTheOwner,
    NumberGone,
    SessionOpen,
    Unanswerable,
)


class Scheduled(enum.StrEnum):
    """What becomes of texts with a time of their own when their session is closed."""

    CANCEL = "cancel"
    KEEP = "keep"  # they go out at their times all the same


@transaction.atomic
def close(session: MessagingSession, *, agent: Extension, scheduled: Scheduled | None = None) -> list[int]:
    """Returns the scheduled texts that were cancelled by it.

    Raises `NotTheOwner` or `SessionClosed`; `HasScheduled` if there are any, and nobody says what becomes of
    them.
    """
    locked, cancelled = own(session, agent), list[int]()
    if scheduled is Scheduled.CANCEL:
        cancelled = cancel_scheduled(locked, agent=agent)
    elif scheduled is None and (count := scheduled_of(locked).count()):
        raise HasScheduled(count)
    by, line = MessagingSession.ClosedBy.AGENT, Message.SystemLine.CLOSED
    end(locked, by=by, line=line, agent=agent)
    return cancelled


@transaction.atomic
def reopen(session: MessagingSession, *, agent: Extension, cancelled: Collection[int] = ()) -> None:
    """Gives a closed session back to its agent, or to its message queue where it was nobody's.

    `cancelled`: scheduled texts that closing has cancelled; they are scheduled again.

    Raises `NotTheOwner`, `SessionOpen`, `Unanswerable`, `AlreadyOpen`, `NumberGone` or `TooManyOpen`.
    """
    locked = lock(session)
    if locked.agent_id != agent.pk and not _is_nobodys(locked, agent):
        raise NotTheOwner
    if locked.is_open:
        raise SessionOpen
    if locked.kept == MessagingSession.Kept.ANONYMOUS:
        raise Unanswerable(Sender.ANONYMOUS)
    if not Number.objects.live().filter(pk=locked.number_id, channel__archived_at=None).exists():
        raise NumberGone
    _open(locked, agent)
    if locked.agent_id and locked.queue_id:
        check_room(locked, agent)
    if _may_wait(locked):
        waits.resume(locked)
    add_line(locked, Message.SystemLine.REOPENED, by=agent)
    schedule_again(locked, cancelled)
    events.record(events.EventKind.SESSION, locked)


def _is_nobodys(session: MessagingSession, agent: Extension) -> bool:
    return session.agent_id is None and pickup.is_in(agent, session.queue_id, pickup.ALL)


def _open(session: MessagingSession, agent: Extension) -> None:
    """The constraint says whether there is another one, whoever opens that at the same moment."""
    now = timezone.now()
    session.closed_at, session.closed_by, session.archived_at = None, "", None
    session.last_active_at = now  # or the time-out would close it again
    session.waiting_since = None if session.agent_id else now
    session.kept = session.Kept.WHOLE  # of what is written from here on
    fields = ["closed_at", "closed_by", "archived_at", "last_active_at", "waiting_since", "kept"]
    try:
        with transaction.atomic():
            session.save(update_fields=fields)
    except IntegrityError as error:
        raise already_open(session, agent) from error


def already_open(session: MessagingSession, agent: Extension) -> ActionError:
    """Who has the other open session with the contact, as far as the agent is told."""
    others = MessagingSession.objects.open().filter(number=session.number_id, contact=session.contact)
    other = others.exclude(pk=session.pk).select_related("agent").first()
    if other is None:  # it was closed at this moment
        return AlreadyOpen(None)
    is_seen = inbox_of(agent).filter(pk=other.pk).exists()
    return AlreadyOpen(other.agent, other if is_seen else None)


def _may_wait(session: MessagingSession) -> bool:
    """Whether an answer was taken back while it was closed, so that its contact may be waiting again."""
    cancelled = session.messages.filter(kind=Message.Kind.OUTBOUND, status=DeliveryStatus.CANCELLED)
    return cancelled.exists() and not ledger.is_opted_out(session.number, session.contact)
