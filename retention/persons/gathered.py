"""All that is kept of one contact, as a person may ask for it."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from channels.senders import shown
from sessions.models import Attachment, Attempt, Contact, Draft, Message, MessagingSession, OptOutEntry

Kind = Message.Kind
AT_ONCE = 100  # texts


def person(address: str) -> dict[str, Any]:
    """Without the texts, which may be many: `texts_of` has those."""
    return {
        "number": address,
        "address_book": _known(address),
        "opt_outs": [_opt_out(entry) for entry in _ledger(address)],
        "sessions": [_session(one) for one in sessions_of(address)],
        "drafts": [
            {"session": one.session_id, "written": one.body, "at": one.updated_at.isoformat()}
            for one in Draft.objects.filter(session__contact=address).order_by("pk")
        ],
    }


def sessions_of(address: str) -> "QuerySet[MessagingSession]":
    found = MessagingSession.objects.filter(contact=address).order_by("pk")
    return found.select_related("number").prefetch_related("tags")


def texts_of(address: str) -> Iterator[list[dict[str, Any]]]:
    """Every text and note in its order, some at a time: with files, and with all that was reported of it."""
    found = written(address).order_by("pk").select_related("session__number", "author")
    found, last = found.prefetch_related("attachments", "attempts__events"), 0
    while some := list(found.filter(pk__gt=last)[:AT_ONCE]):
        yield [_text(message) for message in some]
        last = some[-1].pk


def written(address: str) -> "QuerySet[Message]":
    return Message.objects.filter(session__contact=address).exclude(kind=Kind.SYSTEM)


def _known(address: str) -> dict[str, Any] | None:
    contact = Contact.objects.filter(address=address).first()
    if contact is None:
        return None
    values = contact.field_values.select_related("field").order_by("field__position")
    return {
        "name": contact.name,
        "notes": contact.notes,
        "time_zone": contact.time_zone,
        "fields": {one.field.name: one.value for one in values},
        "added": contact.created_at.isoformat(),
    }


def _ledger(address: str) -> "QuerySet[OptOutEntry]":
    return OptOutEntry.objects.filter(contact=address).select_related("number").order_by("pk")


def _opt_out(entry: OptOutEntry) -> dict[str, Any]:
    return {
        "our_number": entry.number.address,
        "opted_out": entry.opted_out,
        "by": str(entry.get_source_display()),
        "reason": entry.reason,
        "at": entry.at.isoformat(),
    }


def _session(session: MessagingSession) -> dict[str, Any]:
    return {
        "id": session.pk,
        "our_number": session.number.address,
        "opened": session.opened_at.isoformat(),
        "closed": session.closed_at.isoformat() if session.closed_at else None,
        "tags": [tag.name for tag in session.tags.all()],
    }


def _text(message: Message) -> dict[str, Any]:
    return {
        "session": message.session_id,
        "our_number": message.session.number.address,
        "kind": str(message.get_kind_display()),
        "at": message.created_at.isoformat(),
        "text": message.body,
        "others": [shown(one) for one in message.others.splitlines()],
        "by": message.who,
        "status": str(message.get_status_display()) if message.status else "",
        "reason": message.reason,
        "attempts": [_attempt(one) for one in message.attempts.all()],
        "files": [_file(one) for one in message.attachments.all()],
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "at": attempt.created_at.isoformat(),
        "status": str(attempt.get_status_display()),
        "reported": [
            {"status": str(one.get_status_display()), "at": one.at.isoformat()}
            for one in attempt.events.all()
        ],
    }


def _file(attachment: Attachment) -> dict[str, Any]:
    stored = attachment.state == Attachment.State.STORED
    return {
        "type": attachment.content_type,
        "name": attachment.name,
        "stored_as": attachment.file.name if stored else "",
        "bytes": attachment.size_bytes,
    }
