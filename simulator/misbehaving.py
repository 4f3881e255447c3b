"""What a fault does to an answer of an ITSP's API."""

from __future__ import annotations

import time

from aiohttp import web

from simulator.face import Face
from simulator.faults import Fault
from simulator.simulator import Simulator, until_closing

# How often a hanging answer looks whether its client is still there.
LOOK_S = 0.2
DRIPPED_BYTES = 3600
STATUSES = {"reject_credentials": 401, "403": 403, "404": 404, "503": 503}


async def refuse(request: web.Request, face: Face, fault: Fault) -> web.StreamResponse:
    """Nothing is accepted."""
    if fault.kind == "429":
        return face.error(429, wait_s=fault.options["retry_after"])
    if fault.kind == "drip":
        return await _drip(request, face.simulator)
    if fault.kind == "hang":
        await _hang(request, face.simulator, fault)
    return face.error(STATUSES.get(fault.kind, 500), path=request.path)


async def answer_wrongly(
    request: web.Request, face: Face, fault: Fault, response: web.StreamResponse
) -> web.StreamResponse:
    """It is accepted, but the client can't know."""
    if fault.kind == "hang":
        await _hang(request, face.simulator, fault)
        return response
    if fault.kind == "drop_after_accept":
        _drop(request)
        return response
    if fault.kind == "garbage_201":
        return web.Response(status=201, text="<html>OK</html>", content_type="text/html")
    return face.error(fault.options["status"], path=request.path)


async def _hang(request: web.Request, simulator: Simulator, fault: Fault) -> None:
    """Wait `after_s` seconds, or as long as the client does, then close the connection."""
    after_s = fault.options["after_s"]
    end = None if after_s is None else time.monotonic() + after_s
    while end is None or time.monotonic() < end:
        left = LOOK_S if end is None else min(LOOK_S, end - time.monotonic())
        gone = request.transport is None or request.transport.is_closing()
        if gone or await until_closing(simulator, max(left, 0.001)):
            _drop(request)
            return


async def _drip(request: web.Request, simulator: Simulator) -> web.StreamResponse:
    """An answer whose body comes at a byte a second, for as long as the client waits."""
    response = web.StreamResponse(headers={"Content-Length": str(DRIPPED_BYTES)})
    await response.prepare(request)
    for _byte in range(DRIPPED_BYTES):
        gone = request.transport is None or request.transport.is_closing()
        if gone or await until_closing(simulator, 1.0):
            break
        await response.write(b" ")
    _drop(request)
    return response


def _drop(request: web.Request) -> None:
    if request.transport:
        request.transport.close()
