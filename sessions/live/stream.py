"""`/events/`: what changed, to each agent's and supervisor's page, as server-sent events.

An ASGI application of its own, since a stream that is held for hours needs nothing of what Django does for a
page, and a thousand of them need little memory: see docs/decisions.md.
"""

import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.tokens import refusal_of
from routing.models import Extension
from sessions.live.gate import Access, Credential, Gate, Unavailable, credential_of
from sessions.live.hub import Client, Entry, Hub
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
    """An ASGI application, but for `receive`: 401 for whoever hears of nothing; else until access ends."""
    if scope["method"] != "GET":
        await _refuse(send, 405, "Only GET is answered here.")
        return
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    credential = credential_of(headers)
    try:
        access = await _parts().gate.access_of(credential) if credential else None
    except Unavailable:
        await _refuse(send, 503, "The database does not answer. Try again.")
        return
    if credential is None or access is None:
        await _refuse(send, 401, await _why_not(credential))
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


async def _why_not(credential: Credential | None) -> str:
    """What to do, to whoever hears of nothing."""
    if credential is None or not credential.token_hash:
        return "Log in as an agent."
    try:
        refusal = await _parts().gate.run(refusal_of, credential.token_hash)
    except Unavailable:
        return "This token is not accepted."
    return f"{refusal.title} {refusal.detail}"


async def _refuse(send: Send, status: int, words: str) -> None:
    body = words.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _serve(client: Client, last_id: str, send: Send) -> None:
    hub, _gate, rounds = _parts()
    await hub.ready(REDIS_WAIT_S)
    hub.join(client)
    try:
        missed = hub.since(last_id, client.access.listeners) if last_id else []  # with no wait since joining
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await _send(client, send, await _greeting(client, last_id, missed))
        rounds.welcome(client)
        while lines := await client.next():
            await _send(client, send, lines)
    finally:
        hub.leave(client)
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
        return retry + f"id: {last_id or hub.newest}\nevent: hello\ndata: {{}}\n\n".encode()
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
