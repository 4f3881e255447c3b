"""Twilio as the simulator's parts see it."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from simulator.encoding import new_sid
from simulator.face import Asked, Face, Login, Trouble
from simulator.outcome import Outcome
from simulator.records import Message, Number
from simulator.twilio import inbound, status_callbacks
from simulator.twilio.errors import ApiError, error_response
from simulator.twilio.logins import check_login
from simulator.twilio.rest import CODE, read_form
from simulator.twilio.routes import add_routes
from simulator.twilio.webhooks import TwilioWebhooks

FAULTS = {401: 20003, 403: 20403, 404: 20404, 429: 20429, 503: 20503}


class TwilioFace(Face):
    code = CODE
    prefixes = ("/2010-04-01/", "/v1/", "/cdn/")
    errors = {
        Trouble.EXPIRED: 30036,
        Trouble.UNDELIVERED: 30003,
        Trouble.MEDIA_AWAY: 11200,
        Trouble.MEDIA_TYPE: 12300,
        Trouble.MEDIA_TOO_LARGE: 11751,
    }

    def __init__(self, simulator: Any) -> None:
        super().__init__(simulator)
        self.webhooks = TwilioWebhooks(simulator.account, simulator.settings, simulator.sender)

    def add_routes(self, router: web.UrlDispatcher) -> None:
        add_routes(router)

    async def read(self, request: web.Request) -> Asked:
        return await read_form(request)

    def check_login(self, request: web.Request) -> None:
        check_login(request, self.simulator.account, self.simulator.settings)

    def error(self, status: int, *, path: str = "", wait_s: float | None = None) -> web.Response:
        headers = {} if wait_s is None else {"Retry-After": str(wait_s)}
        return error_response(ApiError(FAULTS.get(status, 20500), path, status=status), headers)

    def login(self) -> Login:
        account = self.simulator.account
        fields = (
            ("account_sid", "Account SID", account.sid),
            ("auth_token", "Auth Token", account.auth_token),
        )
        return Login("Twilio", fields)

    def new_id(self, *, has_media: bool) -> str:
        return new_sid("MM" if has_media else "SM")

    def obey(self, message: Message, number: Number) -> None:
        inbound.obey(self.simulator, message, number)

    async def call_inbound(self, message: Message, number: Number, extra: dict[str, str]) -> dict[str, Any]:
        return await inbound.call(self.simulator, self.webhooks, message, number, extra)

    async def call_status(self, message: Message, status: str) -> Outcome:
        params = status_callbacks.params(self.simulator.account, message, status)
        return await self.webhooks.send("status", message.status_callback, params)
