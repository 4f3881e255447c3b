"""An agent changes a text that has a time of its own, before that has come."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from channels.actions import validity_clock
from channels.itsp.delivery import DeliveryStatus
from routing.models import Extension
from sessions import events
from sessions.actions.owning import add_line, own
from sessions.actions.replying import check_may_send, check_time, segments_of
from sessions.lanes import progress, seats, waits
from sessions.models import Attempt, Lane, Message, MessagingSession, Priority
from sessions.nudges import nudge
from sessions.opt_outs import ledger
from sessions.refused import NotScheduled


@transaction.atomic
def reschedule(
    message: Message,
    *,
    agent: Extension,
    body: str | None = None,
    due_at: datetime | None = None,
    until_reply: bool | None = None,
) -> None:
    """Other words, another time; what is None stays. Also in a session that was closed.

    Raises `NotTheOwner`, `BadTime`, or `NotScheduled` if it has left, or was cancelled.
    """
    session, attempt = _still_scheduled(message, agent)
    if due_at and due_at != attempt.due_at:
        check_time(due_at, now=timezone.now())
        attempt.due_at = attempt.queued_at = due_at
    if until_reply is not None:
        attempt.until_reply = until_reply
    if body is not None:
        Message.objects.filter(pk=message.pk).update(body=body)
        attempt.segments = segments_of(body, with_files=message.attachments.exists())
    attempt.save(update_fields=["due_at", "queued_at", "until_reply", "segments"])
    add_line(session, Message.SystemLine.RESCHEDULED, by=agent)
    events.record(events.EventKind.MESSAGE, session)


@transaction.atomic
def send_now(message: Message, *, agent: Extension) -> None:
    """Gives it its place in the queue before its time; from now on it is an answer.

    Raises `NotTheOwner`, `NotScheduled`, `OptedOut` or `ChannelDisabled`.
    """
    session, attempt = _still_scheduled(message, agent)
    check_may_send(session)
    now = timezone.now()
    attempt.queued_at, attempt.held_s = now, validity_clock.total_s(attempt.channel)
    attempt.priority = Priority.ANSWER
    attempt.save(update_fields=["priority"])
    progress.advance([progress.Move(attempt, DeliveryStatus.QUEUED)], at=now)
    seats.reseat([attempt.lane])
    waits.answer_by([attempt.message])
    transaction.on_commit(lambda: nudge("sessions.tasks.drain"))


def schedule_again(session: MessagingSession, cancelled: Collection[int]) -> None:
    """What was cancelled by closing the locked, open session, each as a new attempt with its old time.

    One whose time has passed meanwhile goes out at once. After an opt-out nothing comes back.
    """
    if not cancelled or ledger.is_opted_out(session.number, session.contact):
        return
    found = Attempt.objects.filter(message__in=list(cancelled), message__session=session)
    for attempt in found.filter(status=DeliveryStatus.CANCELLED, due_at__isnull=False).order_by("pk"):
        message = attempt.message
        message.status, message.reason, message.error_code = DeliveryStatus.SCHEDULED, "", ""
        message.save(update_fields=["status", "reason", "error_code"])
        seats.enqueue(
            message,
            segments=attempt.segments,
            priority=Priority.API,
            due_at=attempt.due_at,
            until_reply=attempt.until_reply,
        )


def _still_scheduled(message: Message, agent: Extension) -> tuple[MessagingSession, Attempt]:
    """The session, and the attempt that waits for its time, both locked: whoever queues it waits for us."""
    session = own(message.session, agent, closed_too=True)
    (lane,) = seats.lock(Lane.objects.filter(attempts__message=message).values_list("pk", flat=True)[:1])
    attempts = Attempt.objects.filter(message=message).select_related("message__session__queue", "channel")
    attempt = attempts.order_by("-pk")[0]
    if attempt.status != DeliveryStatus.SCHEDULED or attempt.priority != Priority.API:
        raise NotScheduled(DeliveryStatus(attempt.status))
    attempt.lane = lane
    return session, attempt
