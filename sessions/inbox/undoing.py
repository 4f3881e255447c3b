"""What can be undone for some seconds: a signed token names what an agent did, and the page gives it back.

Nothing is stored, and nothing waits for it, save a text that is held back. To undo is a verb of its own,
which says in words what stands against it meanwhile.
"""

import enum
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.core import signing
from django.http import HttpResponse
from django.urls import reverse

from routing.models import Extension
from sessions import actions
from sessions.actions import Handover
from sessions.models import Message, MessagingSession
from sessions.queries import inbox_of

SHOWN_S = 10
VALID_S = 60  # whoever points at the offer is given time
EVENTS = "PBX-Events"
SALT = "sessions.inbox.undoing"


@dataclass(frozen=True)
class Closing:
    """A session that was closed, and the scheduled texts (messages) that were cancelled by it."""

    session: int
    cancelled: list[int]


About = MessagingSession | Message | Handover | Closing  # what was done something with


class Done(enum.StrEnum):
    CLOSED = "closed"
    ARCHIVED = "archived"
    TRANSFERRED = "transferred"
    SENT = "sent"


class TooLate(Exception):
    """The offer has ended, is another agent's, or is none of ours."""


def offered(
    done: Done, agent: Extension, about: About, words: str, *, shown_s: int = SHOWN_S
) -> dict[str, Any]:
    """What the page shows with a button."""
    return {"words": words, "token": token_of(done, agent, about), "shown_s": shown_s}


def token_of(done: Done, agent: Extension, about: About) -> str:
    if isinstance(about, Handover | Closing):
        return signing.dumps([done, agent.pk, asdict(about)], salt=SALT, compress=True)
    return signing.dumps([done, agent.pk, about.pk], salt=SALT)


def told(answer: HttpResponse, **events: Any) -> HttpResponse:
    """Has the page hear of events (with `__` for the colon) beside the answer.

    By a header of our own: those of HX-Trigger are lost with the button, if that has been replaced meanwhile.
    """
    before = json.loads(answer.headers.get(EVENTS, "{}"))
    named = {name.replace("__", ":"): detail for name, detail in events.items()}
    answer[EVENTS] = json.dumps(before | named)
    return answer


def undo(token: str, agent: Extension) -> dict[str, Any]:
    """Where the page goes then, and the `body` of a text that is to be written again.

    Raises `TooLate`, or what the verbs raise.
    """
    try:
        done, whose, about = signing.loads(token, salt=SALT, max_age=VALID_S)
    except signing.BadSignature as error:
        raise TooLate from error
    if whose != agent.pk:
        raise TooLate
    return _UNDO[Done(done)](about, agent)


def _take_back(about: dict[str, Any], agent: Extension) -> dict[str, Any]:
    handover = Handover(**about)
    actions.take_back(handover, agent=agent)
    return _shown(handover.session)


def _reopen(about: dict[str, Any], agent: Extension) -> dict[str, Any]:
    closing = Closing(**about)
    actions.reopen(_own(closing.session, agent), agent=agent, cancelled=closing.cancelled)
    return _shown(closing.session)


def _unarchive(pk: int, agent: Extension) -> dict[str, Any]:
    actions.unarchive(_own(pk, agent), agent=agent)
    return _shown(pk)


def _own(pk: int, agent: Extension) -> MessagingSession:
    session = inbox_of(agent).filter(pk=pk).first()
    if session is None:
        raise actions.NotTheOwner
    return session


def _unsend(pk: int, agent: Extension) -> dict[str, Any]:
    message = Message.objects.select_related("session").get(pk=pk)
    actions.undo_send(message, agent=agent)
    return _shown(message.session_id) | {"body": message.body, "client_id": message.client_id}


def _shown(pk: int) -> dict[str, Any]:
    return {"session": pk, "url": reverse("inbox-session", args=[pk])}


_UNDO: dict[Done, Callable[[Any, Extension], dict[str, Any]]] = {
    Done.CLOSED: _reopen,
    Done.ARCHIVED: _unarchive,
    Done.TRANSFERRED: _take_back,
    Done.SENT: _unsend,
}
