"""A contact's files, for 48 hours and with the API user's password: the layout first, then the others."""

from __future__ import annotations

import time

from aiohttp import web

from simulator.bandwidth.errors import ApiError
from simulator.bandwidth.events import LAYOUT, name_of
from simulator.bandwidth.rest import rest
from simulator.simulator import SIMULATOR

KEPT_S = 48 * 3600.0
SMIL = "<smil><body><par><img src='1'/></par></body></smil>"


@rest
async def content(request: web.Request) -> web.StreamResponse:
    state = request.app[SIMULATOR].state
    message = state.messages.get(request.match_info["message"])
    if message is None or message.created_at < time.time() - KEPT_S:
        raise ApiError(404, request.path)
    place, name = int(request.match_info["place"]), request.match_info["name"]
    if place == 0:
        return web.Response(text=SMIL, content_type=LAYOUT)
    file = state.media.get(message.media[place - 1]) if place <= len(message.media) else None
    if file is None or name != name_of(file, place):
        raise ApiError(404, request.path)
    headers = {"Content-Type": file.content_type, "X-Content-Type-Options": "nosniff"}
    if file.disposition:
        headers["Content-Disposition"] = file.disposition
    return web.Response(body=file.data, headers=headers)
