"""A contact's text becomes a message in a session, before the eyes of those whom it is routed to."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from channels.actions import note_inbound
from channels.itsp.base import InboundSms
from channels.models import Channel, Number
from sessions import events
from sessions.models import Attachment, CountedChange, Message, MessagingSession
from sessions.nudges import nudge
from sessions.opened import open_session
from sessions.opt_outs import ledger
from sessions.opt_outs.words import wish_of
from sessions.receiving import automatic_replies


class UnknownNumber(Exception):
    """The text is for a number that the channel does not have."""


class AlreadyStored(Exception):
    """The ITSP has posted this text before."""


def receive(channel: Channel, sms: InboundSms, *, at: datetime) -> Message:
    """Stores a text once and tells whom it is for. Within a transaction.

    Raises `UnknownNumber` or `AlreadyStored`; the transaction must be rolled back then.
    """
    numbers = Number.objects.live().filter(channel=channel, address=sms.recipient)
    number = numbers.annotate(closed_reply=F("queue__closed_reply")).first()  # for `automatic`: no query more
    if number is None:
        raise UnknownNumber(sms.recipient)
    session = open_session(number, sms.sender, at=at)
    message = _store(channel, session, sms, at)
    _attach(message, sms)
    MessagingSession.objects.filter(pk=session.pk).update(
        unread=session.unread + 1,  # it is locked
        last_active_at=max(session.last_active_at, at),  # one that was spooled comes late
        last_message=message,
        archived_at=None,
        unanswered_since=_unanswered_since(session, sms, at),
    )
    CountedChange.objects.create(channel=channel, at=at, received=1)
    ledger.note_text(number, sms, at=at)
    automatic_replies.reply_if_closed(session, number, sms, has_reply=bool(number.closed_reply), at=at)
    events.record(events.EventKind.MESSAGE, session)
    note_inbound(channel, at=at)
    return message


def _unanswered_since(session: MessagingSession, sms: InboundSms, at: datetime) -> datetime | None:
    """The first text after the last answer. Who wants no texts any more waits for none."""
    return None if wish_of(sms) else session.unanswered_since or at


def _store(channel: Channel, session: MessagingSession, sms: InboundSms, at: datetime) -> Message:
    try:
        return Message.objects.create(
            session=session,
            kind=Message.Kind.INBOUND,
            created_at=at,
            body=sms.body,
            system_line=_line_in_place_of(sms),
            channel=channel,
            itsp_message_id=sms.itsp_message_id,
        )
    except IntegrityError as error:
        raise AlreadyStored(sms.itsp_message_id) from error


def _line_in_place_of(sms: InboundSms) -> str:
    """What the thread says of a text that has neither words nor files, such as a reaction; "" of others."""
    return "" if sms.body.strip() or sms.media else Message.SystemLine.UNSUPPORTED


def _attach(message: Message, sms: InboundSms) -> None:
    if not sms.media:
        return
    Attachment.objects.bulk_create(
        Attachment(
            message=message,
            position=position,
            url=media.url,
            content_type=media.content_type,
            next_try_at=message.created_at,
        )
        for position, media in enumerate(sms.media)
    )
    transaction.on_commit(lambda: nudge("sessions.tasks.fetch_attachments"))
