"""The door of an ITSP's API: faults, credentials, concurrency, errors, the journal."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from email.utils import formatdate

from aiohttp import web

from simulator.face import Asked, Face, Refused
from simulator.faults import ANSWERING, Fault
from simulator.misbehaving import answer_wrongly, refuse
from simulator.simulator import SIMULATOR, Simulator

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LATENCY = frozenset({"latency"})
LONGEST_ANSWER_KEPT = 2000


def door(code: str) -> Callable[[Handler], Handler]:
    """Makes a handler answer as that ITSP's API does."""

    def behind_it(handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            simulator = request.app[SIMULATOR]
            face = simulator.faces[code]
            at, began = time.time(), time.monotonic()
            asked = await face.read(request)
            simulator.in_flight += 1
            try:
                response = await _answer(request, simulator, face, asked, handler)
            except Refused as refused:
                response = refused.response()
            finally:
                simulator.in_flight -= 1
            if simulator.settings.clock_behind_s:
                response.headers["Date"] = formatdate(at - simulator.settings.clock_behind_s, usegmt=True)
            _record(request, simulator, asked, response, at, began)
            return response

        return answer

    return behind_it


async def _answer(
    request: web.Request, simulator: Simulator, face: Face, asked: Asked, handler: Handler
) -> web.StreamResponse:
    def take(kinds: frozenset[str]) -> Fault | None:
        return simulator.faults.take(
            kinds, number=asked.sender, to=asked.recipient, create=asked.creates, path=request.path
        )

    slow = take(LATENCY)
    delay_ms = simulator.settings.api_latency_ms + (slow.options["ms"] if slow else 0)
    face.check_login(request)
    limit = simulator.settings.api_concurrency
    if limit is not None and simulator.in_flight > limit:
        return face.error(429, wait_s=1)
    if delay_ms:
        await asyncio.sleep(delay_ms / 1000)
    fault = take(ANSWERING)
    if fault and not _accepts(fault):
        return await refuse(request, face, fault)
    response = await handler(request)
    return await answer_wrongly(request, face, fault, response) if fault else response


def _accepts(fault: Fault) -> bool:
    return (
        bool(fault.options.get("accept"))
        if fault.kind == "hang"
        else "accept" in fault.kind or fault.kind == "garbage_201"
    )


def _record(
    request: web.Request,
    simulator: Simulator,
    asked: Asked,
    response: web.StreamResponse,
    at: float,
    began: float,
) -> None:
    kept = response.body if isinstance(response, web.Response) and isinstance(response.body, bytes) else b""
    simulator.journal.record(
        {
            "at": at,
            "kind": "api",
            "method": request.method,
            "url": request.path_qs,
            "host": request.headers.get("X-Stands-For", ""),
            "params": dict(asked.params),
            "status": response.status,
            "ms": round((time.monotonic() - began) * 1000, 1),
            "body": kept[:LONGEST_ANSWER_KEPT].decode(errors="replace"),
        }
    )
