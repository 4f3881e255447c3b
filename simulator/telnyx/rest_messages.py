"""Messages in Telnyx's API, and the place where contacts' files lie."""

from __future__ import annotations

import time

from aiohttp import web

from simulator.encoding import json_response
from simulator.simulator import SIMULATOR
from simulator.telnyx import idempotency
from simulator.telnyx.account import TelnyxAccount
from simulator.telnyx.creating import check_message
from simulator.telnyx.errors import ApiError
from simulator.telnyx.resources import inbound, outbound
from simulator.telnyx.rest import CODE, posted, rest

KNOWN_S = 10 * 24 * 3600


@rest
async def create(request: web.Request) -> web.StreamResponse:
    simulator = request.app[SIMULATOR]
    if known := idempotency.known_answer(request, simulator.state):
        return known
    message, number = check_message(simulator, TelnyxAccount(simulator.state), posted(request))
    simulator.delivery.accept(message, number)
    return idempotency.keep_answer(request, simulator.state, {"data": outbound(message, "queued")})


@rest
async def fetch(request: web.Request) -> web.StreamResponse:
    state = request.app[SIMULATOR].state
    message = state.messages.get(request.match_info["id"])
    if message is None or message.itsp != CODE or time.time() - message.created_at > KNOWN_S:
        raise ApiError(10005)
    if message.direction == "inbound":
        number = state.number_at(message.to, CODE) or state.numbers[message.to]
        return json_response({"data": inbound(message, number, None, [])})
    return json_response({"data": outbound(message, message.status)})


async def media(request: web.Request) -> web.StreamResponse:
    """Open to all who know the address."""
    found = request.app[SIMULATOR].state.media.get(request.match_info["media"])
    if found is None:
        return web.Response(status=404)
    headers = {"Content-Type": found.content_type, "X-Content-Type-Options": "nosniff"}
    if found.disposition:
        headers["Content-Disposition"] = found.disposition
    return web.Response(body=found.data, headers=headers | {"Content-Security-Policy": "sandbox"})
