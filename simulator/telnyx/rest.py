"""What the handlers of Telnyx's API share: their door, and the posted JSON."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from simulator.door import door
from simulator.face import Asked
from simulator.telnyx.errors import ApiError

CODE = "telnyx"
PREFIX = "/telnyx"
BODY = web.RequestKey("telnyx_body", bytes)

rest = door(CODE)


async def read_json(request: web.Request) -> Asked:
    """The handler finds the body at request[BODY]. One that can't be read is refused by the handler."""
    request[BODY] = await request.read()
    try:
        found = json.loads(request[BODY] or b"{}")
    except ValueError:
        found = {}
    fields: dict[str, Any] = found if isinstance(found, dict) else {}
    return Asked(
        params=fields,
        sender=str(fields.get("from", "")),
        recipient=str(fields.get("to", "")),
        creates=request.method == "POST" and request.path == f"{PREFIX}/v2/messages",
    )


def posted(request: web.Request) -> dict[str, Any]:
    """The JSON object of the body."""
    try:
        found = json.loads(request[BODY])
    except ValueError as error:
        raise ApiError(10015, "The body is no JSON.") from error
    if not isinstance(found, dict):
        raise ApiError(10015, "The body is no JSON object.")
    return found
