"""What is kept for agents to use in sessions: tags and canned replies."""

from typing import TypeVar

from django.db import IntegrityError, transaction

from accounts.gone import save_held
from routing.models import Extension, MessageQueue
from sessions.models import CannedReply, Tag
from sessions.refused import NameTaken

Kept = TypeVar("Kept", Tag, CannedReply)


def save_tag(tag: Tag, *, name: str, colour: str) -> Tag:
    """Adds a new one, or changes it wherever it is used. Raises `NameTaken`, `Gone`."""
    tag.name, tag.colour = name, colour
    return _saved(tag)


def delete_tag(tag: Tag) -> None:
    """Takes it from the sessions that have it, too."""
    tag.delete()


def save_canned_reply(
    reply: CannedReply, *, shortcut: str, body: str, agent: Extension | None, queue: MessageQueue | None
) -> CannedReply:
    """One of an agent, of a queue's agents, or of all if neither is given. Raises `NameTaken`, `Gone`."""
    reply.shortcut, reply.body, reply.agent, reply.queue = shortcut, body, agent, queue
    return _saved(reply)


def delete_canned_reply(reply: CannedReply) -> None:
    reply.delete()


def _saved(row: Kept) -> Kept:
    try:
        with transaction.atomic():
            save_held(row)
    except IntegrityError as error:
        raise NameTaken from error
    return row
