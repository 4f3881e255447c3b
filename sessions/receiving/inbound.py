"""Contacts' texts become messages in sessions, before the eyes of those whom they are routed to."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models.functions import Length

from channels.actions import note_inbound
from channels.itsp.texts import InboundSms
from channels.models import Channel, Number
from channels.segments import segmentation
from sessions import charges, counts, events
from sessions.bulk import insert, write
from sessions.compiled import Compiled
from sessions.models import WAIT_FIELDS, Attachment, ErasedText, Lane, Message, MessagingSession
from sessions.nudges import nudge
from sessions.opened import Wanted, open_sessions
from sessions.opt_outs import ledger
from sessions.opt_outs.words import LONGEST, wishes_of
from sessions.receiving import automatic_replies, confirming, overtaking, reasons
from sessions.receiving.arrivals import PROCESSED, Item, Outcome, Result
from sessions.receiving.moved import elsewhere

_live_numbers = Compiled(
    lambda channels, addresses: Number.objects.carried_by(channels).filter(
        address__in=addresses, archived_at=None
    )
)
_stored_ids = Compiled(
    lambda channels, ids: Message.objects.filter(channel__in=channels, itsp_message_id__in=ids).values_list(
        "channel", "itsp_message_id"
    )
)
_lanes = Compiled(
    lambda numbers, contacts: Lane.objects.filter(number__in=numbers, contact__in=contacts).values_list(
        "pk", "number", "contact"
    )
)


@dataclass(eq=False)
class Text:
    """A text that is stored now. `opted_out`: what it says of further texts; None if nothing."""

    item: Item
    sms: InboundSms
    number: Number
    session: MessagingSession
    message: Message
    opted_out: bool | None

    @property
    def channel(self) -> Channel:
        return self.item.channel

    @property
    def at(self) -> datetime:
        return self.item.at


def store(items: Sequence[Item]) -> list[Text]:
    """Stores each text once, in the order of the items, and sets their results. Within a transaction.

    Their sessions are locked by it. Where another process stores one of them at the same moment, the
    database's constraint makes one of the two fail; at its next try it finds the text stored.
    """
    wanted = _wanted(items)
    if not wanted:
        return []
    sessions = open_sessions(Wanted(number, sms.sender, item.at) for item, sms, number in wanted)
    wishes = wishes_of([sms for _item, sms, _number in wanted])
    texts = [
        _text(item, sms, number, sessions[number.pk, sms.sender], wish)
        for (item, sms, number), wish in zip(wanted, wishes, strict=True)
    ]
    insert([text.message for text in texts])
    Attachment.objects.bulk_create(attachment for text in texts for attachment in _attachments(text))
    for text in texts:
        _note_in_session(text)
        note = text.item.note
        text.item.result = Result(Outcome.PROCESSED, note) if note else PROCESSED
    write(
        list(sessions.values()),
        "unread",
        "last_active_at",
        "last_message",
        "archived_at",
        "snoozed_until",
        *WAIT_FIELDS,
    )
    counts.note(counts.Change(text.channel.pk, text.at, received=1) for text in texts)
    places = [(text, charges.Place.of(text.message, text.channel.pk, at=text.at)) for text in texts]
    charges.note(
        [charges.Text(place, segmentation(text.sms.body).segments) for text, place in places],
        [
            charges.Told(place, text.message, text.sms.itsp_message_id, text.sms.charge)
            for text, place in places
        ],
    )
    if any(session.pickup.is_assigned for session in sessions.values()):
        transaction.on_commit(lambda: nudge("sessions.tasks.assign_waiting"))
    if any(text.sms.media for text in texts):
        transaction.on_commit(lambda: nudge("sessions.tasks.fetch_attachments"))
    return texts


def lanes_of(texts: Sequence[Text]) -> set[int]:
    """The lanes that `respond` needs locked.

    Of texts that opt out or in, may get an automatic reply, or that another text waited for.
    """
    lanes = {
        (text.number.pk, text.sms.sender): Lane(
            number=text.number, contact=text.sms.sender, channel=text.number.channel
        )
        for text in texts
        if text.opted_out is not None or automatic_replies.may_reply(text.session)
    }
    others = overtaking.lanes_between({(text.number.pk, text.sms.sender) for text in texts})
    if not lanes:
        return others
    for text in texts:
        if text.opted_out is not None:
            others |= set(ledger.lanes_of_wish(text.number, text.sms.sender))
    Lane.objects.bulk_create(lanes.values(), ignore_conflicts=True)
    found = _lanes({number for number, _contact in lanes}, {contact for _number, contact in lanes})
    return others | {pk for pk, number, contact in found if (number, contact) in lanes}


def respond(texts: Sequence[Text], lanes: Iterable[Lane]) -> None:
    """Does what the texts ask for, and tells whom they are for. Under their sessions' and lanes' locks."""
    for text in texts:
        if text.opted_out is not None and not _is_outdated(text):
            entry = ledger.note_text(text.number, text.sms, at=text.at)
            if entry is not None:
                confirming.confirm(text.session, text.number, entry, by=text.channel)
        automatic_replies.reply_if_closed(text.session, text.number, text.sms, at=text.at)
    _cancel_overtaken(texts, lanes)
    events.record_all(events.EventKind.MESSAGE, {text.session: None for text in texts})
    latest = {text.channel.pk: text for text in sorted(texts, key=lambda text: text.at)}
    for text in latest.values():
        # Afterwards: the channel's row is locked before those of its sessions by others.
        transaction.on_commit(partial(note_inbound, text.channel, at=text.at), robust=True)


def _cancel_overtaken(texts: Sequence[Text], lanes: Iterable[Lane]) -> None:
    """Most texts have no lane that was locked, and so cost nothing here."""
    sessions = {(text.number.pk, text.sms.sender): text.session for text in texts}
    for lane in lanes:
        if session := sessions.get((lane.number_id, lane.contact)):
            overtaking.cancel(session, [lane.pk])


def _is_outdated(text: Text) -> bool:
    """Of a wish that comes late: something else was wished since."""
    if text.at == text.item.known_at:
        return False
    latest = None if text.opted_out else ledger.opt_out_of(text.number, text.sms.sender)
    if latest and latest.at > text.at:
        return True
    of_contact = Message.objects.filter(session__number=text.number, session__contact=text.sms.sender)
    later = of_contact.filter(kind=Message.Kind.INBOUND, created_at__gt=text.at)
    short = later.annotate(length=Length("body")).filter(length__lte=LONGEST)
    said = [replace(text.sms, body=body, keyword=None) for body in short.values_list("body", flat=True)]
    return any(wish is not None for wish in wishes_of(said))


def _wanted(items: Sequence[Item]) -> list[tuple[Item, InboundSms, Number]]:
    """The texts that are new and for a number of ours; the others get their results.

    A text for a number that another channel of the same account has is that channel's from here on; one that
    came by the number's standby stays that one's.
    """
    texts = [(item, item.content) for item in items if isinstance(item.content, InboundSms)]
    if not texts:
        return []
    numbers = _numbers_of(texts)
    foreign = elsewhere([one for one in texts if (one[0].channel.pk, one[1].recipient) not in numbers])
    stored = _stored_among(texts, {one.number.channel_id for one in foreign.values()})
    wanted = []
    for item, sms in texts:
        place = (item.channel.pk, sms.recipient)
        number, other = numbers.get(place), foreign.get(place)
        if other and other.is_same_account:
            number = other.number
        keys = {(pk, sms.itsp_message_id) for pk in (item.channel.pk, number.channel_id if number else 0)}
        if keys & stored:
            item.result = Result(Outcome.DUPLICATE, reasons.ALREADY_STORED())
        elif number is None:
            unknown = reasons.UNKNOWN_NUMBER(number=sms.recipient)
            item.result = Result(Outcome.IGNORED, other.reason if other else unknown)
        else:
            stored |= keys
            if other:
                item.channel, item.note = number.channel, other.reason
            wanted.append((item, sms, number))
    return wanted


def _numbers_of(texts: Sequence[tuple[Item, InboundSms]]) -> dict[tuple[int, str], Number]:
    """Live numbers by address and each of the called channels that carries them."""
    channels = {item.channel.pk: item.channel for item, _sms in texts}
    found = _live_numbers(channels, {sms.recipient for _item, sms in texts})
    for number in found:
        if number.channel_id in channels:
            number.channel = channels[number.channel_id]
    carriers = [(pk, number) for number in found for pk in (number.channel_id, number.standby_id)]
    return {(pk, number.address): number for pk, number in carriers if pk}


def _stored_among(texts: Sequence[tuple[Item, InboundSms]], others: Set[int]) -> set[tuple[int, str | None]]:
    """The channels and ids of those that are stored already, by the channels called or by the `others`."""
    channels = {item.channel.pk for item, _sms in texts} | others
    ids = {sms.itsp_message_id for _item, sms in texts}
    stored = set(_stored_ids(channels, ids))
    if any(item.at != item.known_at for item, _sms in texts):  # fetched: it may have been erased since
        erased = ErasedText.objects.filter(channel__in=channels, itsp_message_id__in=ids)
        stored |= set(erased.values_list("channel", "itsp_message_id"))
    return stored


def _text(
    item: Item, sms: InboundSms, number: Number, session: MessagingSession, opted_out: bool | None
) -> Text:
    message = Message(
        session=session,
        kind=Message.Kind.INBOUND,
        created_at=item.at,
        body=sms.body,
        others="\n".join(sms.others),
        # What the thread says of a text that has neither words nor files, such as a reaction.
        system_line="" if sms.body.strip() or sms.media else Message.SystemLine.UNSUPPORTED,
        channel=item.channel,
        itsp_message_id=sms.itsp_message_id,
    )
    return Text(item, sms, number, session, message, opted_out)


def _attachments(text: Text) -> list[Attachment]:
    return [
        Attachment(
            message=text.message,
            position=position,
            url=media.url,
            content_type=media.content_type,
            next_try_at=text.at,
        )
        for position, media in enumerate(text.sms.media)
    ]


def _note_in_session(text: Text) -> None:
    """In memory. Whoever wants no texts any more waits for no answer."""
    session = text.session
    session.unread += 1
    # One that was kept back comes late. One that was fetched is new to us now, or it would be idle at once.
    session.last_active_at = max(session.last_active_at, text.item.known_at)
    session.last_message = text.message
    session.archived_at = session.snoozed_until = None
    if text.opted_out:
        session.end_wait()
    else:
        session.unanswered_since = session.unanswered_since or text.at
