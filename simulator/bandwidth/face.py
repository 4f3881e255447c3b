"""Bandwidth as the simulator's parts see it."""

from __future__ import annotations

import secrets
import string
import time
from typing import Any

from aiohttp import BasicAuth, web

from simulator.bandwidth import events, optout
from simulator.bandwidth.account import (
    CODE,
    DEFAULT_APPLICATION,
    Application,
    account_of,
    application_of,
    change_application,
)
from simulator.bandwidth.errors import ApiError
from simulator.bandwidth.rest import read_json
from simulator.bandwidth.routes import PREFIX, add_routes
from simulator.bandwidth.webhooks import BandwidthWebhooks, Where
from simulator.face import Asked, Face, Login, Trouble
from simulator.outcome import Outcome
from simulator.records import Message, Number

ID_LETTERS = string.ascii_lowercase + string.digits
# The first part of a path that fits tells which role it needs.
ROLES = {
    "/users/": "HTTP Messaging",
    "/tollFreeVerification": "TFV",
    "/accounts/": "Configuration",
    "/tns/": "Configuration",
}


class BandwidthFace(Face):
    code = CODE
    led_by = "messaging application"
    prefixes = (f"{PREFIX}/",)
    errors = {
        Trouble.EXPIRED: 4360,
        Trouble.UNDELIVERED: 4702,
        Trouble.MEDIA_AWAY: 4410,
        Trouble.MEDIA_TYPE: 4412,
        Trouble.MEDIA_TOO_LARGE: 4411,
    }

    home = DEFAULT_APPLICATION

    def __init__(self, simulator: Any) -> None:
        super().__init__(simulator)
        self.webhooks = BandwidthWebhooks(simulator)
        self._whole = Number(CODE, "", CODE)  # all numbers wait in one queue, the account's

    def add_routes(self, router: web.UrlDispatcher) -> None:
        add_routes(router)

    async def read(self, request: web.Request) -> Asked:
        return await read_json(request)

    def check_login(self, request: web.Request) -> None:
        account = account_of(self.simulator)
        login = BasicAuth(account.api_user, account.api_password).encode()
        if request.headers.get("Authorization") != login:
            raise ApiError(401, request.path)
        if request.match_info.get("account", account.account_id) != account.account_id:
            raise ApiError(403, request.path)
        needed = next((role for part, role in ROLES.items() if part in request.path), "")
        if needed and needed not in account.roles:
            raise ApiError(403, request.path)

    def error(self, status: int, *, path: str = "", wait_s: float | None = None) -> web.Response:
        answer = ApiError(status, path).response()
        if wait_s is not None:
            answer.headers["Retry-After"] = str(wait_s)
        return answer

    def login(self) -> Login:
        """The login of callbacks is the product's to make."""
        account = account_of(self.simulator)
        fields = (
            ("account_id", "Account ID", account.account_id),
            ("application_id", "Application ID", DEFAULT_APPLICATION),
            ("api_user", "API user name", account.api_user),
            ("api_password", "API password", account.api_password),
        )
        return Login("Bandwidth", fields)

    def webhooks_of(self, number: Number) -> tuple[str, str | None]:
        application = self._application(number.belongs_to)
        return application.inbound_url if application else "", None

    def lead(self, number: Number, url: str, fallback_url: str) -> None:
        """Reports come to the same address. Nobody tells the simulator as whom: that stays."""
        application = self._application(number.belongs_to)
        if application is None:
            raise ValueError("The number's location is linked with no messaging application.")
        urls = {"inbound_url": url, "outbound_url": url}
        change_application(self.simulator, {"application_id": application.application_id, **urls})

    def new_id(self, *, has_media: bool) -> str:
        chance = "".join(secrets.choice(ID_LETTERS) for _ in range(16))
        return f"{int(time.time() * 1000)}{chance}"

    def paced_by(self, number: Number) -> Number:
        self._whole.rate = account_of(self.simulator).rate
        return self._whole

    def obey(self, message: Message, number: Number) -> None:
        optout.obey(self.simulator, message, number)

    def reports(self, message: Message, status: str) -> bool:
        application = self._application(message.of_face.get("application_id", ""))
        kind, _words = events.KINDS.get(status, ("", ""))
        return application is not None and kind in application.types

    async def call_inbound(self, message: Message, number: Number, extra: dict[str, str]) -> dict[str, Any]:
        application = self._application(number.belongs_to)
        if application is None or not application.inbound_url:
            return {"error": "The number's location is linked with no application that has a callback URL."}
        files = [self.simulator.state.media[sid] for sid in message.media]
        event = events.received(account_of(self.simulator), message, number, files) | extra
        where = Where(application.inbound_url, *application.inbound)
        outcome = await self.webhooks.send("inbound", where, event)
        self.simulator.sender.report(outcome, message.sid)
        return outcome.as_dict()

    async def call_status(self, message: Message, status: str) -> Outcome:
        application = self._application(message.of_face["application_id"])
        login = application.outbound if application else ["", ""]
        where = Where(application.outbound_url if application else message.status_callback, *login)
        return await self.webhooks.send("status", where, events.reported(message, status))

    def _application(self, application_id: str) -> Application | None:
        return application_of(self.simulator, application_id)
