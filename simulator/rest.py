"""The door of Twilio's REST API: faults, credentials, concurrency, errors, the journal."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from urllib.parse import parse_qs

from aiohttp import web

from simulator.errors import ApiError, error_response
from simulator.faults import ANSWERING, Fault
from simulator.logins import is_let_in
from simulator.misbehaving import answer_wrongly, refuse
from simulator.simulator import SIMULATOR, Simulator

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Form = dict[str, list[str]]

FORM = web.RequestKey("form", Form)
LATENCY = frozenset({"latency"})
LONGEST_ANSWER_KEPT = 2000


def rest(handler: Handler) -> Handler:
    """Make a handler answer as Twilio's API does. It finds the posted form at request[FORM]."""

    async def answer(request: web.Request) -> web.StreamResponse:
        simulator = request.app[SIMULATOR]
        at, began = time.time(), time.monotonic()
        request[FORM] = (
            parse_qs(await request.text(), keep_blank_values=True) if request.can_read_body else {}
        )
        simulator.in_flight += 1
        try:
            response = await _answer(request, simulator, handler)
        except ApiError as error:
            response = error_response(error)
        finally:
            simulator.in_flight -= 1
        if simulator.settings.clock_behind_s:
            response.headers["Date"] = formatdate(at - simulator.settings.clock_behind_s, usegmt=True)
        _record(request, simulator, response, at, began)
        return response

    return answer


async def _answer(request: web.Request, simulator: Simulator, handler: Handler) -> web.StreamResponse:
    sender, recipient = value(request, "From"), value(request, "To")
    create = request.method == "POST" and request.path.endswith("/Messages.json")
    asked = {"number": sender, "to": recipient, "path": request.path}
    slow = simulator.faults.take(LATENCY, **asked, create=create)
    delay_ms = simulator.settings.api_latency_ms + (slow.options["ms"] if slow else 0)
    _check_credentials(request, simulator)
    limit = simulator.settings.api_concurrency
    if limit is not None and simulator.in_flight > limit:
        return error_response(ApiError(20429), {"Retry-After": "1"})
    if delay_ms:
        await asyncio.sleep(delay_ms / 1000)
    fault = simulator.faults.take(ANSWERING, **asked, create=create)
    if fault and not _accepts(fault):
        return await refuse(request, simulator, fault)
    response = await handler(request)
    return await answer_wrongly(request, simulator, fault, response) if fault else response


def _accepts(fault: Fault) -> bool:
    return (
        bool(fault.options.get("accept"))
        if fault.kind == "hang"
        else "accept" in fault.kind or fault.kind == "garbage_201"
    )


def _check_credentials(request: web.Request, simulator: Simulator) -> None:
    account = simulator.account
    if not is_let_in(request, account, simulator.settings):
        raise ApiError(20003)
    asked = request.match_info.get("account", account.sid)
    if asked == account.sid:
        return
    told = request.path.endswith((f"/{asked}.json", "/IncomingPhoneNumbers.json"))
    if not told or simulator.settings.sub_account(asked) is None:
        raise ApiError(20003)


def _record(
    request: web.Request, simulator: Simulator, response: web.StreamResponse, at: float, began: float
) -> None:
    body = response.text if isinstance(response, web.Response) and isinstance(response.body, bytes) else ""
    simulator.journal.record(
        {
            "at": at,
            "kind": "api",
            "method": request.method,
            "url": request.path_qs,
            "host": request.headers.get("X-Stands-For", ""),
            "params": {
                name: values if len(values) > 1 else values[0] for name, values in request[FORM].items()
            },
            "status": response.status,
            "ms": round((time.monotonic() - began) * 1000, 1),
            "body": (body or "")[:LONGEST_ANSWER_KEPT],
        }
    )


def value(request: web.Request, name: str) -> str:
    """A field of the posted form, empty when it is not given."""
    return request[FORM].get(name, [""])[-1]
