"""An ASGI application before all others: it counts and times each body while it is read.

Django writes a body of any length to a temporary file before a view runs; so the limits must stand here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any

from pbx_messaging.doors.allowance import Asked, allowance, asked
from pbx_messaging.doors.pace import Pace, Shared
from pbx_messaging.doors.refusals import TOO_LARGE, TOO_SLOW, UNKNOWN, Refusal, Refused, answer
from pbx_messaging.logs import request_ids
from sessions.live.gate import Gate, Unavailable, users_of

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_shared = Shared()
_ID = request_ids.HEADER.lower()


@cache
def _gate() -> Gate:
    """Of its own, so that event streams wait for no upload."""
    return Gate()


def guarded(inside: Application) -> Application:
    """`inside`, which is never given more than the caller may send."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})
        elif scope["type"] != "http":
            await inside(scope, receive, send)
        else:
            request = _asked(scope)
            send = _naming(send, request_ids.begin(request.headers.get(_ID)))
            if request.has_body:
                await _let_in(request, inside, scope, receive, send)
            else:
                await inside(scope, receive, send)

    return application


def _naming(send: Send, request_id: str) -> Send:
    """The answer says by what id the request is found in the log."""
    header = (_ID.encode(), request_id.encode())

    async def named(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), header]}
        await send(message)

    return named


def _asked(scope: Scope) -> Asked:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return asked(scope["path"], headers, is_chunked="transfer-encoding" in headers)


async def _let_in(request: Asked, inside: Application, scope: Scope, receive: Receive, send: Send) -> None:
    body, answered = None, _Answered(send)
    try:
        is_known = request.may_be_larger and await _is_known(request)
        allowed = allowance(is_known)
        if request.length is not None and request.length > allowed:
            raise Refused(TOO_LARGE)
        body = _Body(receive, Pace(allowed, _shared, is_known=is_known))
        await inside(scope, body.receive, answered.send)
    except Refused as refused:
        if not answered.is_begun:
            await _refuse(refused.refusal, request, send)
    finally:
        if body is not None:
            body.pace.end()


async def _is_known(request: Asked) -> bool:
    credential = request.credential
    if credential is None:
        return False
    try:
        return bool(await _gate().run(users_of, [credential]))
    except Unavailable as error:
        raise Refused(UNKNOWN) from error


async def _refuse(refusal: Refusal, request: Asked, send: Send) -> None:
    headers, body = answer(refusal, request.path, request.headers)
    said = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": int(refusal.status), "headers": said})
    await send({"type": "http.response.body", "body": body})


class _Body:
    """What is passed on of `receive`. After the body only the end of the connection is waited for."""

    def __init__(self, receive: Receive, pace: Pace) -> None:
        self._receive = receive
        self._is_whole = False
        self.pace = pace

    async def receive(self) -> Message:
        if self._is_whole:
            return await self._receive()
        try:
            async with asyncio.timeout(self.pace.left_s()):
                message = await self._receive()
        except TimeoutError as error:
            raise Refused(TOO_SLOW) from error
        self.pace.add(len(message.get("body", b"")))
        self._is_whole = not message.get("more_body", False)
        return message


class _Answered:
    """What is passed on of `send`: whether an answer has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.is_begun = False

    async def send(self, message: Message) -> None:
        self.is_begun = True
        await self._send(message)
