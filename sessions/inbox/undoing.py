"""What can be undone for some seconds: a signed token names what somebody did, and the page gives it back.

Nothing is stored, and nothing waits for it, save a text that is held back. To undo is a verb of its own,
which says in words what stands against it meanwhile.
"""

import enum
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.directions import isolated
from routing.models import Extension
from sessions import actions
from sessions.actions import Actor, Handover, TagsChanged
from sessions.actions.owning import user_id_of
from sessions.models import Message, MessagingSession, Tag
from sessions.queries import directed_by, inbox_of
from sessions.refusals import Act, words_for

SHOWN_S = 10
VALID_S = 60  # whoever points at the offer is given time
EVENTS = "PBX-Events"
SALT = "sessions.inbox.undoing"


@dataclass(frozen=True)
class Closing:
    """A session that was closed, and the scheduled texts (messages) that were cancelled by it."""

    session: int
    cancelled: list[int]


About = MessagingSession | Message | Handover | Closing | TagsChanged  # what was done something with


class Done(enum.StrEnum):
    CLOSED = "closed"
    ARCHIVED = "archived"
    TRANSFERRED = "transferred"
    TAGGED = "tagged"
    SENT = "sent"
    MANY = "many"  # of the others at once


class TooLate(Exception):
    """The offer has ended, is somebody else's, or is none of ours."""


def offered(done: Done, by: Actor, about: About, words: str, *, shown_s: int = SHOWN_S) -> dict[str, Any]:
    """What the page shows with a button."""
    return {"words": words, "token": token_of(done, by, about), "shown_s": shown_s}


def token_of(done: Done, by: Actor, about: About) -> str:
    return signing.dumps([user_id_of(by), done, _kept(about)], salt=SALT)


def token_of_many(done: Sequence[tuple[Done, About]], by: Actor) -> str:
    """One for all of them."""
    entries = [(one, _kept(about)) for one, about in done]
    return signing.dumps([user_id_of(by), Done.MANY, entries], salt=SALT, compress=True)


def told(answer: HttpResponse, **events: Any) -> HttpResponse:
    """Has the page hear of events (with `__` for the colon) beside the answer.

    By a header of our own: those of HX-Trigger are lost with the button, if that has been replaced meanwhile.
    """
    before = json.loads(answer.headers.get(EVENTS, "{}"))
    named = {name.replace("__", ":"): detail for name, detail in events.items()}
    answer[EVENTS] = json.dumps(before | named)
    return answer


def undo(token: str, by: Actor) -> dict[str, Any]:
    """Where the page goes then, and the `body` of a text that is to be written again; of many, `words`.

    Raises `TooLate`, or what the verbs raise.
    """
    try:
        whose, done, about = signing.loads(token, salt=SALT, max_age=VALID_S)
    except signing.BadSignature as error:
        raise TooLate from error
    if whose != user_id_of(by):
        raise TooLate
    return _undo_many(about, by) if done == Done.MANY else _UNDO[Done(done)](about, by)


def reason(error: actions.ActionError | actions.ActedMeanwhile) -> str:
    """Why something is not undone."""
    if isinstance(error, actions.ActedMeanwhile):
        words = _("%(who)s has gone on with the session meanwhile, so this is not undone.")
        return words % {"who": isolated(error.by or _("An administrator"))}
    return words_for(error, Act.UNDO)


def _kept(about: About) -> Any:
    if isinstance(about, Handover):
        since = about.waiting_since
        return asdict(about) | {"waiting_since": since.isoformat() if since else None}
    return asdict(about) if isinstance(about, Closing | TagsChanged) else about.pk


def _undo_many(entries: list[tuple[str, Any]], by: Actor) -> dict[str, Any]:
    """Each as if it were alone."""
    left: Counter[str] = Counter()
    for done, about in entries:
        try:
            _UNDO[Done(done)](about, by)
        except (actions.ActionError, actions.ActedMeanwhile) as refused:
            left[reason(refused)] += 1
    n = len(entries) - left.total()
    words = [ngettext("%(n)d is as it was.", "%(n)d are as they were.", n) % {"n": n}]
    words += [f"{count} × {why}" for why, count in left.most_common()]
    return {"words": words, "is_whole": not left}


def _take_back(about: dict[str, Any], by: Actor) -> dict[str, Any]:
    since = about["waiting_since"]
    handover = Handover(**about | {"waiting_since": datetime.fromisoformat(since) if since else None})
    actions.take_back(handover, agent=by)
    return _shown(handover.session)


def _untag(about: dict[str, Any], by: Actor) -> dict[str, Any]:
    changed = TagsChanged(**about)
    user, agent = (by.user, by) if isinstance(by, Extension) else (by, None)
    session = directed_by(user, agent).filter(pk=changed.session).first()
    if session is None:
        raise actions.NotTheOwner
    tags = Tag.objects.in_bulk([*changed.added, *changed.removed])  # those that are still there
    add, remove = ([tags[pk] for pk in ids if pk in tags] for ids in (changed.removed, changed.added))
    actions.change_tags(session, add=add, remove=remove)
    return _shown(session.pk)


def _reopen(about: dict[str, Any], by: Actor) -> dict[str, Any]:
    closing = Closing(**about)
    actions.reopen(_own(closing.session, by), agent=_agent(by), cancelled=closing.cancelled)
    return _shown(closing.session)


def _unarchive(pk: int, by: Actor) -> dict[str, Any]:
    actions.unarchive(_own(pk, by), agent=_agent(by))
    return _shown(pk)


def _own(pk: int, by: Actor) -> MessagingSession:
    session = inbox_of(_agent(by)).filter(pk=pk).first()
    if session is None:
        raise actions.NotTheOwner
    return session


def _agent(by: Actor) -> Extension:
    """Who has lost the extension meanwhile does nothing with it any more."""
    if isinstance(by, Extension):
        return by
    raise actions.NotTheOwner


def _unsend(pk: int, by: Actor) -> dict[str, Any]:
    message = Message.objects.select_related("session").get(pk=pk)
    actions.undo_send(message, agent=_agent(by))
    return _shown(message.session_id) | {"body": message.body, "client_id": message.client_id}


def _shown(pk: int) -> dict[str, Any]:
    return {"session": pk, "url": reverse("inbox-session", args=[pk])}


_UNDO: dict[Done, Callable[[Any, Actor], dict[str, Any]]] = {
    Done.CLOSED: _reopen,
    Done.ARCHIVED: _unarchive,
    Done.TRANSFERRED: _take_back,
    Done.TAGGED: _untag,
    Done.SENT: _unsend,
}
