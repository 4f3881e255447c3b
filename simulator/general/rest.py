"""The provider's API: a text is posted to it as JSON, with the key as a bearer's token."""

from __future__ import annotations

import hmac
import json
import uuid
from typing import Any

from aiohttp import web

from simulator.door import door
from simulator.encoding import json_response
from simulator.face import Asked, Refused
from simulator.faults import Fault
from simulator.numbering import E164
from simulator.records import Message, Number
from simulator.segments import count_segments
from simulator.simulator import SIMULATOR, Simulator

CODE, PREFIX = "general", "/general"
API_KEY, SECRET = "key-" + "6e3a" * 8, "5ec4" * 8
BODY = web.RequestKey("body", dict[str, Any])
REFUSE = frozenset({"refuse"})

rest = door(CODE)


class ApiError(Refused):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code

    def response(self) -> web.Response:
        return json_response({"error": {"code": self.code}}, self.status)


def check_key(request: web.Request) -> None:
    given = request.headers.get("Authorization", "").encode()
    if not hmac.compare_digest(given, f"Bearer {API_KEY}".encode()):
        raise ApiError(401, "wrong_key")


async def read_json(request: web.Request) -> Asked:
    """The handler finds it at request[BODY]; {} is what can't be read."""
    try:
        told = json.loads(await request.text()) if request.can_read_body else {}
    except ValueError:
        told = {}
    body: dict[str, Any] = told if isinstance(told, dict) else {}
    request[BODY] = body
    sender, recipient = str(body.get("from", "")), str(body.get("to", ""))
    return Asked(body, sender, recipient, creates=request.method == "POST")


@rest
async def create(request: web.Request) -> web.StreamResponse:
    simulator, body = request.app[SIMULATOR], request[BODY]
    message, number = _checked(simulator, body)
    simulator.delivery.accept(message, number)
    return json_response({"data": {"id": message.sid}})


@rest
async def verify(_request: web.Request) -> web.StreamResponse:
    return json_response({"data": {"ok": True}})


@rest
async def media(request: web.Request) -> web.StreamResponse:
    kept = request.app[SIMULATOR].state.media.get(request.match_info["media"])
    if kept is None:
        raise ApiError(404, "no_media")
    return web.Response(body=kept.data, content_type=kept.content_type)


@rest
async def not_found(_request: web.Request) -> web.StreamResponse:
    raise ApiError(404, "not_found")


def new_id() -> str:
    return f"g-{uuid.uuid4()}"


def _checked(simulator: Simulator, body: dict[str, Any]) -> tuple[Message, Number]:
    """Raises `ApiError`."""
    number = simulator.state.number_at(str(body.get("from")), CODE)
    if number is None:
        raise ApiError(422, "unknown_from")
    to, text, urls = body.get("to"), body.get("text", ""), body.get("media", [])
    if not isinstance(to, str) or not E164.fullmatch(to):
        raise ApiError(400, "bad_to")
    if not isinstance(text, str) or not isinstance(urls, list) or not (text or urls):
        raise ApiError(400, "bad_text")
    refusal: Fault | None = simulator.faults.take(REFUSE, number=number.address, to=to, create=True)
    if refusal:
        raise ApiError(422, str(refusal.options["code"] or "refused"))
    message = Message(
        sid=new_id(),
        direction="outbound-api",
        from_=number.address,
        to=to,
        body=text,
        status="queued",
        num_segments=count_segments(text),
        media_urls=[str(url) for url in urls],
        status_callback=number.sms_url,
        itsp=CODE,
        of_face={"reference": str(body.get("reference", ""))},
    )
    return message, number
