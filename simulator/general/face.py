"""A provider of the general interface as the simulator's parts see it."""

from __future__ import annotations

from typing import Any

import aiohttp
from aiohttp import web

from simulator.encoding import dumps, json_response
from simulator.face import Asked, Face, Login, Trouble
from simulator.general import rest
from simulator.general.signing import HEADER, signature
from simulator.outcome import Outcome
from simulator.records import Message, Number
from simulator.webhooks import Call

TRIES = 3
TIMEOUT = aiohttp.ClientTimeout(total=15)


class GeneralFace(Face):
    """The webhook is the number's own, for texts and results alike. STOP is for the product to obey."""

    code = rest.CODE
    prefixes = (f"{rest.PREFIX}/",)
    errors = {
        Trouble.EXPIRED: 1001,
        Trouble.UNDELIVERED: 1002,
        Trouble.MEDIA_AWAY: 1003,
        Trouble.MEDIA_TYPE: 1004,
        Trouble.MEDIA_TOO_LARGE: 1005,
    }

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_post(f"{rest.PREFIX}/messages", rest.create)
        router.add_get(f"{rest.PREFIX}/verify", rest.verify)
        router.add_get(f"{rest.PREFIX}/media/{{media}}", rest.media)
        router.add_route("*", f"{rest.PREFIX}/{{rest:.*}}", rest.not_found)

    async def read(self, request: web.Request) -> Asked:
        return await rest.read_json(request)

    def check_login(self, request: web.Request) -> None:
        rest.check_key(request)

    def error(self, status: int, *, path: str = "", wait_s: float | None = None) -> web.Response:
        response = json_response({"error": {"code": f"http_{status}"}}, status)
        if wait_s is not None:
            response.headers["Retry-After"] = str(wait_s)
        return response

    def login(self) -> Login:
        base = f"{self.simulator.account.origin}{rest.PREFIX}"
        fields = (
            ("send_url", "Send URL", f"{base}/messages"),
            ("api_key", "API Key", rest.API_KEY),
            ("secret", "Secret", rest.SECRET),
            ("verify_url", "Verification URL", f"{base}/verify"),
        )
        return Login("General", fields)

    def new_id(self, *, has_media: bool) -> str:
        return rest.new_id()

    def obey(self, message: Message, number: Number) -> None:
        pass

    async def call_inbound(self, message: Message, number: Number, extra: dict[str, str]) -> dict[str, Any]:
        if not number.sms_url:
            return {"error": "The number has no webhook URL."}
        told: dict[str, Any] = {
            "id": message.sid,
            "from": message.from_,
            "to": message.to,
            "text": message.body,
            **extra,
        }
        base = f"{self.simulator.account.origin}{rest.PREFIX}/media"
        if message.media:
            told["media"] = [f"{base}/{sid}" for sid in message.media]
        outcome = await self._post("inbound", number.sms_url, told)
        self.simulator.sender.report(outcome, message.sid)
        return outcome.as_dict()

    async def call_status(self, message: Message, status: str) -> Outcome:
        told = {"id": message.sid, "status": status, **message.of_face}
        if message.error_code and status in ("failed", "undelivered"):
            told["error"] = str(message.error_code)
        return await self._post("status", message.status_callback, told)

    async def _post(self, kind: str, url: str, told: dict[str, Any]) -> Outcome:
        """Again after a failure, with the same body."""
        body = dumps(told).encode()
        headers = {"Content-Type": "application/json", HEADER: signature(body, rest.SECRET)}
        outcome, call = Outcome(kind, "POST", url, told), Call("POST", url, headers, body)
        async with self.simulator.sender.gate:
            for _ in range(TRIES):
                await self.simulator.sender.attempt(outcome, call, TIMEOUT)
                if outcome.failure is None:
                    break
        return outcome
