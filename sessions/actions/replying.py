"""An agent's texts are accepted together with their place in the queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import timezone

from channels.itsp.delivery import DeliveryStatus
from channels.models import Number
from channels.segments import segmentation
from routing.models import Extension
from sessions import events
from sessions.actions.drafting import clear_draft
from sessions.actions.owning import own_or_take, pick_up
from sessions.answerable import why_not
from sessions.lanes import seats
from sessions.media import outgoing
from sessions.models import WAIT_FIELDS, Attachment, Message, MessagingSession, Priority, pickup
from sessions.nudges import nudge
from sessions.opened import open_session
from sessions.opt_outs import ledger
from sessions.refused import (
    BadTime,
    ChannelDisabled,
    NotAllowedToInitiate,
    OptedOut,
    OwnedByAnother,
    OwnNumber,
    Unanswerable,
)

LATEST = timedelta(days=30)  # how far ahead a text can be scheduled


@dataclass(frozen=True)
class Text:
    """What an agent wrote; `media` lies in the storage already.

    `hold_s`: for how many seconds it is held back, so that sending it can be undone. `until_reply`: one
    with a time of its own is cancelled if the contact writes before.
    """

    agent: Extension
    body: str
    client_id: str | None
    due_at: datetime | None
    media: list[Attachment]
    priority: Priority
    hold_s: int
    until_reply: bool

    def leaves_at(self, now: datetime) -> datetime | None:
        """None: at once."""
        return self.due_at or (now + timedelta(seconds=self.hold_s) if self.hold_s else None)


def reply(
    session: MessagingSession,
    *,
    agent: Extension,
    body: str,
    client_id: str | None = None,
    due_at: datetime | None = None,
    until_reply: bool = False,
    files: Sequence[File[bytes]] = (),
    priority: Priority = Priority.ANSWER,
    hold_s: int = 0,
) -> Message:
    """Accepts a text together with its place in the queue; with the same `client_id` once only.

    One with a time of its own (`due_at`) waits for it; any other is held back for `hold_s` seconds. With
    `files` the body may be empty. The first answer in a queue with auto pickup takes the session. Raises
    `NotTheOwner`, `SessionClosed`, `AlreadyPickedUp`, `TooManyOpen`, `Unanswerable`, `OptedOut`,
    `ChannelDisabled`, `MediaRefused`, `PicturesBusy` or `BadTime`.
    """
    if before := accepted_under(agent, client_id):
        return before
    with outgoing.kept(files, session.number, session.contact) as media, transaction.atomic():
        locked = own_or_take(session, agent)
        message = _accept(locked, Text(agent, body, client_id, due_at, media, priority, hold_s, until_reply))
    return message or _accepted_before(agent, client_id)


def start_session(
    *,
    agent: Extension,
    number: Number,
    contact: str,
    body: str,
    client_id: str | None = None,
    due_at: datetime | None = None,
    until_reply: bool = False,
    files: Sequence[File[bytes]] = (),
    priority: Priority = Priority.START,
    hold_s: int = 0,
) -> Message:
    """Texts a contact from a number; the open session between the two is used where there is one.

    One that waits in the agent's own queue is picked up by this; one of a queue without pickup is nobody's.
    Raises `NotAllowedToInitiate`, `OwnNumber`, `Unanswerable`, `OwnedByAnother`, `TooManyOpen`, `OptedOut`,
    `ChannelDisabled`, `MediaRefused`, `PicturesBusy` or `BadTime`.
    """
    if before := accepted_under(agent, client_id):
        return before
    _check_between(agent, number, contact)
    now = timezone.now()
    with outgoing.kept(files, number, contact) as media, transaction.atomic():
        owner = None if pickup.is_in(agent, number.queue_id, pickup.SHARED) else agent
        session = open_session(number, contact, at=now, agent=owner)
        _hold(session, agent)
        message = _accept(session, Text(agent, body, client_id, due_at, media, priority, hold_s, until_reply))
    return message or _accepted_before(agent, client_id)


def check_may_start(agent: Extension, number: Number, contact: str) -> None:
    """Raises what `start_session` would as things stand, before anything is written. It changes nothing."""
    _check_between(agent, number, contact)
    session = MessagingSession.objects.open().filter(number=number, contact=contact).first()
    if session and session.agent_id not in {None, agent.pk}:
        raise OwnedByAnother(session.agent)
    check_may_send(session or MessagingSession(number=number, contact=contact))


def _check_between(agent: Extension, number: Number, contact: str) -> None:
    if not number.initiators.filter(pk=agent.pk).exists():
        raise NotAllowedToInitiate
    if contact == number.address:
        raise OwnNumber


def accepted_under(agent: Extension, client_id: str | None) -> Message | None:
    """The text that was accepted under this id, whatever became of its session since."""
    if not client_id or not Message.objects.filter(author=agent, client_id=client_id).exists():
        return None
    return _accepted_before(agent, client_id)


def _hold(session: MessagingSession, agent: Extension) -> None:
    """Makes sure that the agent may write in the open, locked session.

    Raises `OwnedByAnother` or `TooManyOpen`.
    """
    if session.agent_id is None:
        if pickup.is_in(agent, session.queue_id, pickup.SHARED):
            return
        if pickup.is_in(agent, session.queue_id, pickup.PICKED_UP):
            pick_up(session, agent=agent)
    if session.agent_id != agent.pk:
        raise OwnedByAnother(session.agent)


def check_may_send(session: MessagingSession) -> None:
    """Raises `Unanswerable`, `ChannelDisabled` or `OptedOut`.

    Under the lane's lock, so that no opt-out comes between this and the queue.
    """
    if sender := why_not(session.number, session.contact):
        raise Unanswerable(sender)
    if session.number.channel.disabled_at:
        raise ChannelDisabled
    entry = ledger.opt_out_of(session.number, session.contact)
    if entry is not None:
        raise OptedOut(entry)


def segments_of(body: str, *, with_files: bool) -> int:
    """A text with files counts as one, whatever its length."""
    return 1 if with_files else segmentation(body).segments


def _accept(session: MessagingSession, text: Text) -> Message | None:
    """Returns None if a text with this client id was accepted before."""
    now = timezone.now()
    leaves_at = text.leaves_at(now)
    try:
        with transaction.atomic():
            message = _written(session, text, now, leaves_at)
    except IntegrityError:
        return None
    if text.due_at:
        check_time(text.due_at, now=now)
    outgoing.attach(text.media, message)
    segments = segments_of(text.body, with_files=bool(text.media))
    priority = Priority.API if text.due_at else text.priority  # many may come due at one moment
    until_reply = bool(text.due_at and text.until_reply)
    seats.enqueue(message, segments=segments, priority=priority, due_at=leaves_at, until_reply=until_reply)
    check_may_send(session)
    session.last_active_at, session.last_message = now, message
    session.unread, session.archived_at = 0, None  # whoever answers has read what there is
    if not text.due_at:
        session.end_wait()
    session.save(update_fields=["last_active_at", "last_message", "unread", "archived_at", *WAIT_FIELDS])
    clear_draft(session, agent=text.agent, sent=text.body, client_id=text.client_id, at=now)
    events.record(events.EventKind.MESSAGE, session)
    transaction.on_commit(lambda: _nudge(text))
    return message


def check_time(due_at: datetime, *, now: datetime) -> None:
    """Raises `BadTime` if a text can't be scheduled for then."""
    if not now < due_at <= now + LATEST:
        raise BadTime


def _nudge(text: Text) -> None:
    """What has a time of its own is found by the clock."""
    if text.hold_s and not text.due_at:
        nudge("sessions.tasks.queue_due", later_s=text.hold_s)
    else:
        nudge("sessions.tasks.drain")


def _written(session: MessagingSession, text: Text, now: datetime, leaves_at: datetime | None) -> Message:
    return Message.objects.create(
        session=session,
        kind=Message.Kind.OUTBOUND,
        created_at=now,
        body=text.body,
        author=text.agent,
        client_id=text.client_id,
        status=DeliveryStatus.SCHEDULED if leaves_at else DeliveryStatus.QUEUED,
    )


def _accepted_before(agent: Extension, client_id: str | None) -> Message:
    message = Message.objects.get(author=agent, client_id=client_id)
    message.accepted_before = True
    return message
