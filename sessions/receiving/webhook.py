"""The URL that an ITSP posts inbound texts and status callbacks to: one per channel.

An ASGI application that answers before Django does, since a text needs nothing of what Django does for a
page: see docs/decisions.md. Where a proxy sends webhooks to the portal's process all the same, a view answers
on the same road.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from channels.itsp.calls import WebhookCall
from channels.webhook.headers import kept
from pbx_messaging.logs import request_ids
from pbx_messaging.metrics.series import WEBHOOK_TIME
from sessions.receiving import answers
from sessions.receiving.answers import Answer
from sessions.receiving.arrivals import Arrival
from sessions.receiving.batches import Batcher
from sessions.receiving.written_address import written

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

BATCH = 64  # requests; more of them make a transaction longer, and a request in it hardly cheaper

_take_in = Batcher(answers.take_in, name="intake", most=BATCH)
_keep = Batcher(answers.keep, name="spool", most=BATCH)


async def webhook(scope: Scope, receive: Receive, send: Send) -> None:
    """An ASGI application, for paths that `written_address.is_webhook` knows."""
    began = time.monotonic()
    answer = await _answer(scope, receive)
    if answer is not None:
        WEBHOOK_TIME.note(int(answer.status), amount=time.monotonic() - began)
        await _send(send, answer)


@csrf_exempt
@login_not_required
def webhook_view(request: HttpRequest, token: str) -> HttpResponse:
    """The same for a request that came to Django."""
    headers = ((name.lower(), value) for name, value in request.headers.items())
    address = request.META.get("RAW_URI", "")  # as it was asked for; Django's own has lost some escapes
    address = address if address.startswith("/") else request.get_full_path()
    if not _is_taken(str(request.method), address):
        return _response(answers.NOT_ALLOWED)
    try:
        body = request.body
    except RequestDataTooBig:
        return _response(answers.TOO_LARGE)
    began = time.monotonic()
    refused = _refusal(str(request.method), body)
    answer = refused or answers.answer(_arrival(str(request.method), address, headers, body))
    WEBHOOK_TIME.note(int(answer.status), amount=time.monotonic() - began)
    return _response(answer)


async def _answer(scope: Scope, receive: Receive) -> Answer | None:
    """None if the caller hung up."""
    method, path = scope["method"], (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    address = f"{path}?{query}" if query else path
    if not _is_taken(method, address):
        return answers.NOT_ALLOWED
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    try:
        async with asyncio.timeout(settings.WEBHOOK_BODY_TIMEOUT_S):
            body = await _body(receive)
    except TimeoutError:
        return answers.TOO_SLOW
    if body is None:
        return None
    if refused := _refusal(method, body):
        return refused
    arrival = _arrival(method, address, headers, body)
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


def _is_taken(method: str, address: str) -> bool:
    """By mistake an ITSP is told to GET: then all that it says stands in the address."""
    return method == "POST" or (method == "GET" and "?" in address)


def _refusal(method: str, body: bytes) -> Answer | None:
    if len(body) > settings.WEBHOOK_MAX_BYTES:
        return answers.TOO_LARGE
    return None if body or method == "GET" else answers.EMPTY


def _arrival(method: str, address: str, headers: Iterable[tuple[str, str]], body: bytes) -> Arrival:
    body, at = b"" if method == "GET" else body, timezone.now()
    call = WebhookCall(method, settings.PUBLIC_URL + address, kept(headers), body, at)
    token, mistakes = written(address.partition("?")[0], method=method)
    return Arrival(token, call, at, mistakes=mistakes, request_id=request_ids.stored())


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
