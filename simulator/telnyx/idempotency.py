"""Telnyx answers a repeated request as it answered the first, for a day. Only successes are kept."""

from __future__ import annotations

import hashlib
import re
import time
from typing import Any

from aiohttp import web

from simulator.encoding import dumps
from simulator.state import State
from simulator.telnyx.errors import ApiError
from simulator.telnyx.rest import BODY

KEY = re.compile(r"[A-Za-z0-9_:-]{1,255}")
KEPT_S = 24 * 3600


def known_answer(request: web.Request, state: State) -> web.Response | None:
    """None of a first request. Raises `ApiError` where the key came with other bytes."""
    key = _key(request)
    kept = state.of_faces.get(_record(key)) if key else None
    if kept is None or time.time() - kept["at"] > KEPT_S:
        return None
    if kept["digest"] != _digest(request):
        raise ApiError(10027)
    return web.Response(text=kept["answer"], content_type="application/json")


def keep_answer(request: web.Request, state: State, answer: dict[str, Any]) -> web.Response:
    text = dumps(answer)
    if key := _key(request):
        kept = {"at": time.time(), "digest": _digest(request), "answer": text}
        state.keep_of_face(_record(key), kept)
    return web.Response(text=text, content_type="application/json")


def _key(request: web.Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if "Idempotency-Key" in request.headers and not KEY.fullmatch(key):
        raise ApiError(10015, "An idempotency key has 1 to 255 letters, digits, _, : and -.")
    return key


def _record(key: str) -> str:
    return f"telnyx/answer/{key}"


def _digest(request: web.Request) -> str:
    """Of body and query: both belong to the request that the key stands for."""
    return hashlib.sha256(request[BODY] + b"?" + request.query_string.encode()).hexdigest()
