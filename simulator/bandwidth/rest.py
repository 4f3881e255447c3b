"""What the handlers of Bandwidth's API share: their door, and the posted JSON."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from simulator.bandwidth.account import CODE
from simulator.door import door
from simulator.face import Asked

BODY = web.RequestKey("body", object)

rest = door(CODE)


async def read_json(request: web.Request) -> Asked:
    """The handler finds the body at request[BODY]; None if it is no JSON."""
    body: Any = None
    if request.can_read_body and request.content_type == "application/json":
        try:
            body = json.loads(await request.read())
        except ValueError:
            body = None
    request[BODY] = body
    params = body if isinstance(body, dict) else {}
    to = params.get("to")
    return Asked(
        params=params,
        sender=str(params.get("from", "")),
        recipient=str(to[0]) if isinstance(to, list) and to else "",
        creates=request.method == "POST" and request.path.endswith("/messages"),
    )
