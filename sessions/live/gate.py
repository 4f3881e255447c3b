"""Who may listen to the event stream, and to what: asked for many at once, at connect and again and again.

One look-up costs the same few statements for one client as for a hundred, so a process with a thousand
clients asks often, and an hour of reconnecting costs no more than it must.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import DatabaseError, close_old_connections, connection
from django.db.models import F, Q
from django.http import parse_cookie
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.ids import read_id
from accounts.models import User
from accounts.tokens import shown_hash, usable
from accounts.two_step import admitted
from routing.models import Extension, MessageQueue
from sessions.events import Listener, agents_of, person, readers_of, supervisors_of
from sessions.models import Mention

logger = logging.getLogger(__name__)

ASKED_AT_ONCE = 100
TOKEN_USE_NOTED_EVERY = timedelta(minutes=1)
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Credential:
    """What a client shows: the key of its browser session, or the hash of its token."""

    session_key: str = ""
    token_hash: str = ""


@dataclass(frozen=True)
class Access:
    """Says whose a credential is, and what is heard with it."""

    user: int
    agent: int | None
    listeners: frozenset[Listener]


def credential_of(headers: Mapping[str, str]) -> Credential | None:
    """What a request shows, by its headers' names in small letters. A token goes before a cookie."""
    if token_hash := shown_hash(headers.get("authorization", "")):
        return Credential(token_hash=token_hash)
    key = parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
    return Credential(session_key=key) if key else None


def access_of(credentials: Collection[Credential]) -> dict[Credential, Access]:
    """What each is good for now. Those that are good for nothing are left out."""
    users = users_of(credentials)
    people = set(users.values())
    agents = dict(Extension.objects.live().filter(user__in=people).values_list("user", "pk"))
    heard = _heard_by(people, agents)
    return {
        credential: Access(user, agents.get(user), frozenset(heard[user]))
        for credential, user in users.items()
        if heard[user]
    }


def users_of(credentials: Collection[Credential]) -> dict[Credential, int]:
    """Who shows each. Those that are good for nothing are left out."""
    return _users_of_sessions(credentials) | _users_of_tokens(credentials)


def _users_of_sessions(credentials: Iterable[Credential]) -> dict[Credential, int]:
    by_key = {one.session_key: one for one in credentials if one.session_key}
    if not by_key:
        return {}
    rows = Session.objects.filter(session_key__in=by_key, expire_date__gt=timezone.now())
    logins = {row.session_key: _decoded(row.session_data) for row in rows}
    known = [pk for login in logins.values() if (pk := read_id(login.get(SESSION_KEY, "")))]
    # What a login is checked against is read, and no more.
    users = {str(user.pk): user for user in admitted().filter(pk__in=known).only("pk", "password")}
    found = {key: users.get(login.get(SESSION_KEY, "")) for key, login in logins.items()}
    return {
        by_key[key]: user.pk for key, user in found.items() if user is not None and _is_of(logins[key], user)
    }


@lru_cache(maxsize=4096)
def _decoded(session_data: str) -> dict[str, Any]:
    """A browser session's content; its signature is looked at once."""
    return SessionStore().decode(session_data)


def _is_of(login: dict[str, Any], user: User) -> bool:
    """Checks what Django's `get_user` checks: a changed password ends all logins."""
    if login.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return False
    shown = login.get(HASH_SESSION_KEY) or ""
    valid = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return any(constant_time_compare(shown, one) for one in valid)


def _users_of_tokens(credentials: Iterable[Credential]) -> dict[Credential, int]:
    by_hash = {one.token_hash: one for one in credentials if one.token_hash}
    if not by_hash:
        return {}
    now = timezone.now()
    tokens = usable().filter(token_hash__in=by_hash)
    rows = list(tokens.values_list("token_hash", "user", "last_used_at"))
    if any(used is None or used < now - TOKEN_USE_NOTED_EVERY for _hash, _user, used in rows):
        old = Q(last_used_at=None) | Q(last_used_at__lt=now - TOKEN_USE_NOTED_EVERY)
        tokens.filter(old).update(last_used_at=now)
    return {by_hash[token_hash]: user for token_hash, user, _used in rows}


def _heard_by(people: Iterable[int], agents: dict[int, int]) -> dict[int, set[Listener]]:
    """What each user hears of: as an extension, one of a queue's agents, its supervisor, or as mentioned."""
    heard: dict[int, set[Listener]] = defaultdict(set)
    for user, agent in agents.items():
        heard[user].add(agent)
    live = MessageQueue.objects.live()
    members = live.filter(agents__in=agents.values())
    for user, queue in members.values_list("agents__user", "pk"):
        heard[user].add(agents_of(queue))
    supervising = live.filter(supervisors__in=people, supervisors__role="supervisor")
    for user, queue in supervising.values_list(F("supervisors"), "pk"):
        heard[user].add(supervisors_of(queue))
    mentions = Mention.objects.readable().filter(user__in=[*heard])
    for user, session in mentions.values_list("user", "session"):
        heard[user].add(readers_of(session))
    for user, listeners in heard.items():
        listeners.add(person(user))
    return heard


def listeners_of(people: Collection[int]) -> dict[int, set[Listener]]:
    """What each user hears of, whatever they are logged in with."""
    agents = dict(Extension.objects.live().filter(user__in=people).values_list("user", "pk"))
    return _heard_by(people, agents)


class Unavailable(Exception):
    """The database does not answer."""


class Gate:
    """Asks the database, in one thread with one connection, for all who want to know at the same time."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "stream-access")
        self._asked: dict[Credential, asyncio.Future[Access | None]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def access_of(self, credential: Credential) -> Access | None:
        """Raises `Unavailable`."""
        if credential not in self._asked:
            self._asked[credential] = asyncio.get_running_loop().create_future()
        answer = self._asked[credential]
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        return await asyncio.shield(answer)

    async def run(self, work: Callable[..., Answer], *arguments: Any) -> Answer:
        """Does something else in the thread. Raises `Unavailable`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, _in_database, work, *arguments)

    async def _ask(self) -> None:
        while self._asked:
            batch = {one: self._asked.pop(one) for one in [*self._asked][:ASKED_AT_ONCE]}
            try:
                found = await self.run(access_of, list(batch))
            except Unavailable as error:
                for answer in batch.values():
                    answer.set_exception(error)
                    answer.exception()  # whoever asked may be gone
                continue
            for credential, answer in batch.items():
                answer.set_result(found.get(credential))


def _in_database(work: Callable[..., Answer], *arguments: Any) -> Answer:
    try:
        close_old_connections()
        return work(*arguments)
    except DatabaseError as error:
        connection.close()
        logger.warning("the event stream waits for the database: %s", error)
        raise Unavailable from error
