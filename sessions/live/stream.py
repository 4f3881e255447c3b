"""`/events/`: what changed, to each agent's and supervisor's page, as server-sent events.

An ASGI application of its own, since a stream that is held for hours needs nothing of what Django does for a
page, and a thousand of them need little memory: see docs/decisions.md.
"""

import random
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext_lazy as _
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.problems import MEDIA_TYPE, challenge, problem_json
from accounts.token_refusals import Refusal
from accounts.tokens import refusal_of
from pbx_messaging.metrics.series import STREAMS
from routing.models import Extension
from sessions.live.gate import Access, Credential, Gate, Unavailable, credential_of
from sessions.live.hub import Client, Entry, Hub, event_lines
from sessions.live.rounds import Rounds
from sessions.presence.online import PAGE_NAME
from sessions.queries import visible_to

Scope = dict[str, Any]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

REDIS_WAIT_S = 1.0  # then a client is told to reload, and hears more when Redis is back
RETRY_MS = (500, 2_000)  # a client that is cut off comes back after a time between; not all at once
HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class Refused(NamedTuple):
    """A problem, and the header that says more of it."""

    status: int
    code: str
    title: Any
    detail: Any
    header: tuple[str, str]


LOG_IN = Refused(
    401,
    Refusal.UNKNOWN.code,
    Refusal.UNKNOWN.title,
    _("Log in as an agent, or send `Authorization: Bearer …` with a token."),
    ("www-authenticate", challenge(Refusal.UNKNOWN)),
)
METHOD = Refused(
    405,
    "method_not_allowed",
    _("This can’t be done here."),
    _("Only GET is answered."),
    ("allow", "GET, HEAD"),
)
UNAVAILABLE = Refused(
    503, "unavailable", _("Try again soon."), _("The database does not answer."), ("retry-after", "5")
)


class Parts(NamedTuple):
    """What this process serves streams with; made in its event loop."""

    hub: Hub
    gate: Gate
    rounds: Rounds


@cache
def _parts() -> Parts:
    hub, gate = Hub(), Gate()
    return Parts(hub, gate, Rounds(hub, gate))


@require_GET
def served_elsewhere(request: HttpRequest) -> HttpResponse:
    """What a process without streams says: the proxy should not have sent it here."""
    return HttpResponse("The stream process serves this.", status=503, content_type="text/plain")


def end_streams() -> None:
    """Ends all streams, and those that still begin: this process goes. Clients come back to the next one."""
    _parts().hub.end()


async def event_stream(scope: Scope, send: Send) -> None:
    """An ASGI application, but for `receive`: a problem for who hears of nothing; else until access ends."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    refuse = partial(_refuse, send, _language_of(headers))
    if scope["method"] not in ("GET", "HEAD"):
        await refuse(METHOD)
        return
    credential = credential_of(headers)
    try:
        access = await _parts().gate.access_of(credential) if credential else None
        why_not = None if access else await _why_not(credential)
    except Unavailable:
        await refuse(UNAVAILABLE)
        return
    if credential is None or access is None:
        await refuse(why_not or LOG_IN)
        return
    if scope["method"] == "HEAD":
        await _answer(send, 200, HEADERS)
        return
    asked = {name: values[-1] for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()}
    last_id = headers.get("last-event-id") or asked.get("last_event_id", "")
    client = Client(credential, access, _page_of(access, asked.get("page", "")))
    await _serve(client, last_id, send)


def _page_of(access: Access, name: str) -> str:
    """Names the page as `sessions.presence.online` knows it; those who look on have none ("")."""
    if access.agent is None:
        return ""
    return f"{access.agent}:{name if PAGE_NAME.fullmatch(name) else ''}"


def _language_of(headers: Mapping[str, str]) -> str:
    """The first that the reader asks for and Django knows."""
    for language, _wish in parse_accept_lang_header(headers.get("accept-language", "").lower()):
        with suppress(LookupError):
            return get_supported_language_variant(language)
    return settings.LANGUAGE_CODE


async def _why_not(credential: Credential | None) -> Refused:
    """What to do, to whoever hears of nothing. Raises `Unavailable`."""
    if credential is None or not credential.token_hash:
        return LOG_IN
    refusal = await _parts().gate.run(refusal_of, credential.token_hash)
    return Refused(401, refusal.code, refusal.title, refusal.detail, ("www-authenticate", challenge(refusal)))


async def _refuse(send: Send, language: str, why: Refused) -> None:
    with translation.override(language):
        body = problem_json(why.status, why.code, why.title, why.detail).encode()
    said = {"content-type": MEDIA_TYPE, "content-length": str(len(body)), why.header[0]: why.header[1]}
    await _answer(send, why.status, [(name.encode(), value.encode()) for name, value in said.items()], body)


async def _answer(send: Send, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes = b"") -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _serve(client: Client, last_id: str, send: Send) -> None:
    hub, _gate, rounds = _parts()
    await hub.ready(REDIS_WAIT_S)
    hub.join(client)
    STREAMS.add()
    try:
        missed = hub.since(last_id, client.access.listeners) if last_id else []  # with no wait since joining
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await _send(client, send, await _greeting(client, last_id, missed))
        rounds.welcome(client)
        while lines := await client.next():
            await _send(client, send, lines)
    finally:
        hub.leave(client)
        STREAMS.add(amount=-1)
    await send({"type": "http.response.body", "body": b""})


async def _send(client: Client, send: Send, lines: bytes) -> None:
    client.is_sending = True
    await send({"type": "http.response.body", "body": lines, "more_body": True})
    client.is_sending = False


async def _greeting(client: Client, last_id: str, missed: list[Entry] | None) -> bytes:
    """What a client begins with: what it missed, or where it stands."""
    hub, gate, _rounds = _parts()
    retry = b"retry: %d\n" % random.randint(*RETRY_MS)  # noqa: S311  nobody gains by guessing it
    if missed is None or not hub.newest:
        return retry + hub.reset()
    if not missed:
        return retry + event_lines("hello", None, last_id or hub.newest)
    sessions = {entry.session for entry in missed if entry.session is not None}
    try:
        visible = await gate.run(_visible, client.access, sessions)
    except Unavailable:
        return retry + hub.reset()
    return retry + b"".join(entry.line for entry in _deliverable(missed, visible))


def _visible(access: Access, sessions: set[int]) -> set[int | None]:
    agent = Extension.objects.get(pk=access.agent) if access.agent else None
    seen = visible_to(User.objects.get(pk=access.user), agent)
    return {None, *seen.filter(pk__in=sessions).values_list("pk", flat=True)}


def _deliverable(missed: list[Entry], visible: set[int | None]) -> Iterable[Entry]:
    """Leaves out events of sessions that the client may see no more, but for each one's last: it has gone."""
    last = {entry.session: entry.id for entry in missed}
    return (entry for entry in missed if entry.session in visible or last[entry.session] == entry.id)
