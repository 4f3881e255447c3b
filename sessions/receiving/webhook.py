"""The URL that an ITSP posts inbound texts and status callbacks to: one per channel.

An ASGI application that answers before Django does, since a text needs nothing of what Django does for a
page: see docs/decisions.md. Where a proxy sends webhooks to the portal's process all the same, a view answers
on the same road.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from channels.itsp import ITSPS
from channels.itsp.base import WebhookCall
from sessions.receiving import answers
from sessions.receiving.answers import Answer
from sessions.receiving.arrivals import Arrival
from sessions.receiving.batches import Batcher

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

PATH = "/w/"  # as in sessions.urls
BATCH = 64  # requests; more of them make a transaction longer, and a request in it hardly cheaper

_HEADERS = frozenset().union(*(itsp.webhook_headers for itsp in ITSPS.values()))
_take_in = Batcher(answers.take_in, name="intake", most=BATCH)
_keep = Batcher(answers.keep, name="spool", most=BATCH)


async def webhook(scope: Scope, receive: Receive, send: Send) -> None:
    """An ASGI application, for paths below `PATH`."""
    answer = await _answer(scope, receive)
    if answer is not None:
        await _send(send, answer)


@csrf_exempt
@login_not_required
@require_POST
def webhook_view(request: HttpRequest, token: str) -> HttpResponse:
    """The same for a request that came to Django."""
    headers = ((name.lower(), value) for name, value in request.headers.items())
    try:
        call = _call(request.get_full_path(), headers, request.body)
    except RequestDataTooBig:
        return _response(answers.TOO_LARGE)
    refused = _refusal(call.body)
    return _response(refused or answers.answer(Arrival(token, call, timezone.now())))


async def _answer(scope: Scope, receive: Receive) -> Answer | None:
    """None if the caller hung up."""
    if scope["method"] != "POST":
        return answers.NOT_ALLOWED
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    try:
        async with asyncio.timeout(settings.WEBHOOK_BODY_TIMEOUT_S):
            body = await _body(receive)
    except TimeoutError:
        return answers.TOO_SLOW
    if body is None:
        return None
    if refused := _refusal(body):
        return refused
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    call = _call(f"{path}?{query}" if query else path, headers, body)
    token = scope["path"].removeprefix(PATH).removesuffix("/")
    arrival = Arrival(token, call, timezone.now())
    try:
        return await _take_in(arrival)
    except Error:
        return await _keep(arrival)


async def _body(receive: Receive) -> bytes | None:
    """All of it, but no more than one byte beyond what is allowed; None if the caller hung up."""
    body = b""
    while len(body) <= settings.WEBHOOK_MAX_BYTES:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return body


def _refusal(body: bytes) -> Answer | None:
    if len(body) > settings.WEBHOOK_MAX_BYTES:
        return answers.TOO_LARGE
    return None if body else answers.EMPTY


def _call(path: str, headers: Iterable[tuple[str, str]], body: bytes) -> WebhookCall:
    kept = {name: value for name, value in headers if name in _HEADERS}
    return WebhookCall("POST", settings.PUBLIC_URL + path, kept, body)


async def _send(send: Send, answer: Answer) -> None:
    body = answer.body.encode()
    headers = [
        (b"content-type", answer.content_type.encode()),
        (b"content-length", b"%d" % len(body)),  # or it would be sent in chunks
        (b"x-content-type-options", b"nosniff"),
    ]
    if answer in answers.UNREAD:  # what is still to come of the body is not waited for
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": int(answer.status), "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _response(answer: Answer) -> HttpResponse:
    response = HttpResponse(answer.body, content_type=answer.content_type, status=answer.status)
    response["Content-Length"] = str(len(response.content))
    return response
