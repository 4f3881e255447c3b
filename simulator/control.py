"""The control API: what tests, demonstrations and the simulator's own pages drive it by."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from aiohttp import web

from simulator.encoding import dumps, json_response
from simulator.simulator import SIMULATOR, Simulator, until_closing
from simulator.views import message_view, number_view

KEEPALIVE_S = 15.0
FILTERS = frozenset({"sid", "from_", "to", "contact", "number", "direction", "status", "body"})


async def state(request: web.Request) -> web.StreamResponse:
    simulator = request.app[SIMULATOR]
    counts: dict[str, int] = {}
    for message in simulator.state.messages.values():
        key = "received" if message.direction == "inbound" else message.status
        counts[key] = counts.get(key, 0) + 1
    return json_response(
        {
            "account_sid": simulator.account.sid,
            "auth_token": simulator.account.auth_token,
            "origin": simulator.account.origin,
            "logins": _logins(simulator),
            "numbers": [number_view(simulator, number) for number in simulator.state.numbers.values()],
            "messages": len(simulator.state.messages),
            "by_status": counts,
            "waiting_segments": {
                number.address: simulator.delivery.line(number).waiting_segments
                for number in simulator.state.numbers.values()
            },
            "alerts": len(simulator.journal.alerts),
            "faults": [fault.as_dict() for fault in simulator.faults.active],
            "opt_outs": [
                {"contact": contact, "number": number, "at": at}
                for (contact, number), at in simulator.state.opt_outs.items()
            ],
            "settings": simulator.settings.as_dict(),
        }
    )


def _logins(simulator: Simulator) -> list[dict[str, Any]]:
    told = ((code, face.login()) for code, face in simulator.faces.items())
    return [
        {
            "itsp": code,
            "name": login.name,
            "fields": [{"name": name, "label": label, "value": value} for name, label, value in login.fields],
        }
        for code, login in told
        if login
    ]


async def settings(request: web.Request) -> web.StreamResponse:
    simulator = request.app[SIMULATOR]
    if request.method == "POST":
        simulator.settings.update(await posted(request))
        simulator.state.changed.add(("settings", ""))
    return json_response(simulator.settings.as_dict())


async def reset(request: web.Request) -> web.StreamResponse:
    request.app[SIMULATOR].reset()
    return json_response({})


async def faults(request: web.Request) -> web.StreamResponse:
    simulator = request.app[SIMULATOR]
    if request.method == "POST":
        fault = simulator.faults.add(await posted(request))
        simulator.journal.publish("fault", fault.as_dict())
        return json_response(fault.as_dict(), 201)
    if request.method == "DELETE":
        simulator.faults.clear()
        simulator.journal.publish("fault", {})
    return json_response({"faults": [fault.as_dict() for fault in simulator.faults.active]})


async def remove_fault(request: web.Request) -> web.StreamResponse:
    simulator = request.app[SIMULATOR]
    if not simulator.faults.remove(int(request.match_info["id"])):
        return json_response({"error": "There is no such fault; it may be used up."}, 404)
    simulator.journal.publish("fault", {})
    return json_response({})


async def requests(request: web.Request) -> web.StreamResponse:
    """The latest API requests and webhooks, oldest first. Filters: kind (several by comma), since, limit."""
    kinds, since = set(request.query.get("kind", "").split(",")) - {""}, float(request.query.get("since", 0))
    limit = int(request.query.get("limit", 1000))
    found = [
        entry
        for entry in request.app[SIMULATOR].journal.requests
        if entry["at"] >= since and (not kinds or entry["kind"] in kinds)
    ]
    return json_response({"requests": found[-limit:] if limit else found})


async def alerts(request: web.Request) -> web.StreamResponse:
    return json_response({"alerts": list(request.app[SIMULATOR].journal.alerts)})


async def messages(request: web.Request) -> web.StreamResponse:
    """Messages with their whole history, oldest first; streamed, so that many are no matter.

    Filters: sid, from, to, contact, number, direction, status, body (exact), since, until; limit keeps the
    latest, 0 is all.
    """
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    found = _matching(request)
    await response.write(f'{{"count":{len(found)},"messages":['.encode())
    for start in range(0, len(found), 200):
        chunk = ",".join(dumps(view) for view in map(message_view, found[start : start + 200]))
        await response.write(("," if start else "").encode() + chunk.encode())
        await asyncio.sleep(0)
    await response.write(b"]}")
    return response


def _matching(request: web.Request) -> list[Any]:
    query = dict(request.query)
    limit = int(query.pop("limit", 1000))
    since, until = float(query.pop("since", 0)), float(query.pop("until", 1e12))
    if "from" in query:
        query["from_"] = query.pop("from")
    if unknown := query.keys() - FILTERS:
        raise ValueError(f"There is no filter {', '.join(sorted(unknown))}.")
    known = request.app[SIMULATOR].state
    pair = (query.get("contact", ""), query.get("number", ""))
    candidates = known.conversation(*pair) if all(pair) else list(known.messages.values())
    found = [
        message
        for message in candidates
        if since <= message.created_at < until
        and all(getattr(message, name) == wanted for name, wanted in query.items())
    ]
    return found[-limit:] if limit else found


async def events(request: web.Request) -> web.StreamResponse:
    """Server-sent events: message, request, alert, fault, number, phone, reset."""
    simulator = request.app[SIMULATOR]
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    listener: asyncio.Queue[str] = asyncio.Queue()
    simulator.journal.listeners.add(listener)
    closing = simulator.spawn(until_closing(simulator, 1e9))
    closing.add_done_callback(lambda _: listener.put_nowait(""))
    try:
        await response.write(b": connected\n\n")
        while not simulator.closing.is_set():
            event = ": still here\n\n"
            with contextlib.suppress(TimeoutError):
                event = await asyncio.wait_for(listener.get(), KEEPALIVE_S)
            await response.write(event.encode())
    except ConnectionError:
        pass  # the listener is gone
    finally:
        simulator.journal.listeners.discard(listener)
        closing.cancel()
    return response


async def posted(request: web.Request) -> dict[str, Any]:
    """The JSON object of the body."""
    value = await request.json() if request.can_read_body else {}
    if not isinstance(value, dict):
        raise ValueError("The body is a JSON object.")
    return value
