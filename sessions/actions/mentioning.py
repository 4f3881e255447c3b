"""Mentions in notes: `@Ada` or `@1001` in its words, kept as references to people."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Role, User
from sessions import events
from sessions.models import Mention, Message, MessagingSession, called
from sessions.queries import unseen_mentions


@dataclass(frozen=True)
class Person:
    """Somebody who can be mentioned. `words`: what stands after the @, so that nobody else is meant."""

    user: int
    name: str
    handle: str  # the extension's number, or the login of who has none
    words: str


def people() -> list[Person]:
    """All agents, and the supervisors beside them, by name."""
    agents = Q(extension__isnull=False, extension__archived_at=None)
    users = User.objects.filter(agents | Q(role=Role.SUPERVISOR), is_active=True)
    named = [(user, called(user), _handle(user)) for user in users.select_related("extension")]
    many = Counter(_key(name) for _user, name, _handle in named)
    found = [
        Person(user.pk, name, handle, name if many[_key(name)] == 1 else handle)
        for user, name, handle in named
    ]
    return sorted(found, key=lambda person: (_key(person.name), person.handle))


def mention_in(notes: Iterable[Message], *, by: int | None) -> set[events.Listener]:
    """Within the transaction that has written the notes. Returns who is to be told.

    `by`: the user who wrote them, and is not told what they know.
    """
    with_sign = [note for note in notes if "@" in note.body]
    if not with_sign:
        return set()
    words = _Words(people())
    mentions = [
        Mention(message=note, session_id=note.session_id, user_id=user, start=start, length=length)
        for note in with_sign
        for user, start, length in words.found_in(note.body)
        if user != by
    ]
    Mention.objects.bulk_create(mentions)
    return {events.person(mention.user_id) for mention in mentions}


def see_mentions(session: MessagingSession, *, user: User) -> None:
    """The mentioned looks at the session; their other pages learn of it."""
    unseen = Mention.objects.filter(user=user, session=session, seen_at=None)
    if unseen.update(seen_at=timezone.now()):
        session_id, audience = session.pk, [events.person(user.pk)]
        transaction.on_commit(lambda: events.tell(events.EventKind.SESSION, session_id, audience))


def mentions_to_see(user: User) -> int:
    """In how many sessions."""
    return unseen_mentions(user).count()


def _handle(user: User) -> str:
    extension = getattr(user, "extension", None)
    return extension.number if extension and not extension.archived_at else user.username


def _key(words: str) -> str:
    return " ".join(words.split()).casefold()


class _Words:
    """Finds people in a note by what stands after an @, the longest words that fit."""

    def __init__(self, known: list[Person]) -> None:
        self._users = {_key(one.words): one.user for one in known}
        self._users |= {_key(one.handle): one.user for one in known}  # a number is meant before a name
        longest = sorted(filter(None, self._users), key=len, reverse=True)
        ways = "|".join(r"\s+".join(map(re.escape, words.split())) for words in longest)
        # An @ within a word is that of an e-mail address.
        self._pattern = re.compile(rf"(?<![\w@.])@({ways})(?!\w)", re.IGNORECASE) if ways else None

    def found_in(self, body: str) -> list[tuple[int, int, int]]:
        """The user, where the words begin, and how long they are, with the @."""
        matches = self._pattern.finditer(body) if self._pattern else ()
        found = ((self._users.get(_key(one[1])), one) for one in matches)
        return [(user, one.start(), one.end() - one.start()) for user, one in found if user is not None]
