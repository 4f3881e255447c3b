"""What an agent does with a text that was written before: sends it again, or takes it back."""

from django.db import transaction
from django.utils import timezone

from accounts.directions import isolated
from channels.itsp import ITSPS
from channels.itsp.delivery import CANCELLABLE, RETRYABLE, WAITING, DeliveryStatus
from routing.models import Extension
from sessions import causes, events
from sessions.actions.drafting import restore_draft
from sessions.actions.owning import own
from sessions.actions.replying import check_may_send, segments_of
from sessions.lanes import progress, seats
from sessions.models import Attempt, Lane, Message, MessagingSession, Priority
from sessions.nudges import nudge, nudge_cancel
from sessions.queries import scheduled_of
from sessions.refused import NotCancellable, NotRetryable
from sessions.sending import taken_back


def retry(message: Message, *, agent: Extension, priority: Priority = Priority.ANSWER) -> Attempt:
    """Sends a text that failed once more, as a new attempt at the end of the lane; the old one is kept.

    Raises `NotTheOwner`, `SessionClosed`, `Unanswerable`, `OptedOut`, `ChannelDisabled`, or `NotRetryable`
    if it does not stand still, or never arrives this way: of several at once, one makes an attempt.
    """
    with transaction.atomic():
        session = own(message.session, agent)
        latest = _latest(message)
        if not is_retryable(latest.status, latest.error_code):
            raise NotRetryable(DeliveryStatus(latest.status))
        check_may_send(session)
        message.status, message.error_code, message.reason = DeliveryStatus.QUEUED, "", ""
        message.save(update_fields=["status", "error_code", "reason"])
        segments = segments_of(message.body, with_files=message.attachments.exists())
        attempt = seats.enqueue(message, segments=segments, priority=priority)
        session.last_active_at, session.archived_at = timezone.now(), None
        session.save(update_fields=["last_active_at", "archived_at"])
        events.record(events.EventKind.STATUS, session)
        transaction.on_commit(lambda: nudge("sessions.tasks.drain"))
    return attempt


def is_retryable(status: str, error_code: str) -> bool:
    """Whether a text that ended so may be sent again: unless it was taken back, or would end so again."""
    return status in RETRYABLE and not any(error_code in itsp.final_codes for itsp in ITSPS.values())


def cancel(message: Message, *, agent: Extension) -> bool:
    """Takes a text back. True if it is out of the queue; False if the ITSP, which has it, is asked for it.

    Also in a session that was closed. Raises `NotTheOwner` or `NotCancellable`.
    """
    with transaction.atomic():
        session = own(message.session, agent, closed_too=True)
        latest = _latest(message)
        if latest.status not in CANCELLABLE:
            raise NotCancellable(DeliveryStatus(latest.status))
        if latest.status == DeliveryStatus.ACCEPTED:
            transaction.on_commit(lambda: nudge_cancel(latest.pk))
            return False
        _take_out([latest], latest.lane, agent)
        taken_back.resume(session)
    return True


def undo_send(message: Message, *, agent: Extension) -> None:
    """Takes a text back that has not left us; its words are the agent's draft again.

    Raises `NotTheOwner` or `NotCancellable`.
    """
    with transaction.atomic():
        session = own(message.session, agent, closed_too=True)
        latest = _latest(message)
        if latest.status not in WAITING:
            raise NotCancellable(DeliveryStatus(latest.status))
        _take_out([latest], latest.lane, agent)
        taken_back.resume(session)
        restore_draft(session, agent=agent, body=message.body)


def cancel_scheduled(session: MessagingSession, *, agent: Extension) -> list[int]:
    """Takes all back that has a time of its own in a locked session. Returns the messages."""
    lanes = Lane.objects.filter(number=session.number_id, contact=session.contact)
    for lane in seats.lock(lanes.values_list("pk", flat=True)):
        scheduled = list(scheduled_of(session).select_related("message__session__queue"))
        _take_out(scheduled, lane, agent)
        return [one.message_id for one in scheduled]
    return []


def _take_out(attempts: list[Attempt], lane: Lane, agent: Extension) -> None:
    """Under the lock of their lane."""
    reason = causes.TAKEN_BACK(agent=isolated(agent.name))
    moves = [progress.Move(one, DeliveryStatus.CANCELLED, reason=reason) for one in attempts]
    progress.advance(moves, at=timezone.now())
    seats.reseat([lane])


def _latest(message: Message) -> Attempt:
    """The message's latest attempt, read under its lane's lock."""
    (lane,) = seats.lock(Lane.objects.filter(attempts__message=message).values_list("pk", flat=True)[:1])
    attempts = Attempt.objects.filter(message=message).select_related("message__session__queue")
    latest = attempts.order_by("-pk")[0]
    latest.lane = lane
    return latest
