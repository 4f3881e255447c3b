"""Telnyx as the simulator's parts see it."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from aiohttp import web

from simulator.face import Asked, Face, Login, Trouble
from simulator.numbering import default_rate, kind_of
from simulator.outcome import Outcome
from simulator.records import Message, Number
from simulator.telnyx import control, opt_outs, resources, rest_account, rest_messages
from simulator.telnyx.account import PROFILE_ID, TelnyxAccount, new_id
from simulator.telnyx.errors import ApiError, error_item, errors_response
from simulator.telnyx.rest import CODE, PREFIX, read_json
from simulator.telnyx.webhooks import TelnyxWebhooks

FAULTS = {401: 10009, 403: 10010, 404: 10005, 429: 10011}
RATES = {"toll-free": 20.0, "short-code": 1000.0, "international": 0.1}


class TelnyxFace(Face):
    code = CODE
    prefixes = (f"{PREFIX}/",)
    errors = {
        Trouble.EXPIRED: 40014,
        Trouble.UNDELIVERED: 40008,
        Trouble.MEDIA_AWAY: 40317,
        Trouble.MEDIA_TYPE: 40317,
        Trouble.MEDIA_TOO_LARGE: 40302,
    }
    home = PROFILE_ID
    queue_hours = 4.0
    most_media_bytes = 1_000_000
    led_by = "messaging profile"

    def __init__(self, simulator: Any) -> None:
        super().__init__(simulator)
        self.account = TelnyxAccount(simulator.state)
        self.webhooks = TelnyxWebhooks(self.account, simulator.sender)

    def add_routes(self, router: web.UrlDispatcher) -> None:
        v2 = f"{PREFIX}/v2"
        router.add_post(f"{v2}/messages", rest_messages.create)
        router.add_get(f"{v2}/messages/{{id}}", rest_messages.fetch)
        router.add_get(f"{PREFIX}/media/{{media}}", rest_messages.media)
        router.add_get(f"{v2}/balance", rest_account.balance)
        router.add_get(f"{v2}/messaging_profiles/{{id}}", rest_account.profile)
        router.add_patch(f"{v2}/messaging_profiles/{{id}}", rest_account.update_profile)
        router.add_get(f"{v2}/messaging_profiles/{{id}}/phone_numbers", rest_account.profile_numbers)
        router.add_get(f"{v2}/phone_numbers/messaging", rest_account.numbers)
        router.add_patch(f"{v2}/phone_numbers/{{id}}/messaging", rest_account.update_number)
        router.add_get(f"{v2}/10dlc/phone_number_campaigns/{{number}}", rest_account.campaign)
        router.add_get(f"{v2}/messaging_tollfree/verification/requests", rest_account.toll_free)
        router.add_get(f"{v2}/webhook_deliveries", rest_account.webhook_deliveries)
        router.add_get(f"{v2}/messaging_optouts", rest_account.messaging_optouts)
        router.add_route("*", f"{PREFIX}/{{rest:.*}}", rest_account.not_found)
        router.add_route("*", f"/control/{CODE}", control.account)

    async def read(self, request: web.Request) -> Asked:
        return await read_json(request)

    def check_login(self, request: web.Request) -> None:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        is_known = hmac.compare_digest(key.encode(), self.account.api_key.encode())
        if scheme != "Bearer" or not is_known:
            raise ApiError(10009, "No key found matching the ID with the provided secret.")

    def error(self, status: int, *, path: str = "", wait_s: float | None = None) -> web.Response:
        headers = {}
        if wait_s is not None:
            limits = {"limit": 50, "remaining": 0, "reset": wait_s}
            headers = {f"x-ratelimit-{name}": str(value) for name, value in limits.items()}
        return errors_response(status, error_item(FAULTS.get(status, 10007), path), headers)

    def login(self) -> Login:
        fields = (
            ("api_key", "API Key", self.account.api_key),
            ("messaging_profile_id", "Messaging Profile ID", PROFILE_ID),
            ("public_key", "Public Key", self.account.public_key),
        )
        return Login("Telnyx", fields)

    def webhooks_of(self, number: Number) -> tuple[str, str | None]:
        profile = self.account.profile(number.belongs_to) or {}
        return profile.get("webhook_url", ""), profile.get("webhook_failover_url", "")

    def lead(self, number: Number, url: str, fallback_url: str) -> None:
        if self.account.profile(number.belongs_to) is None:
            raise ValueError("The number is in no messaging profile, so its texts go nowhere.")
        urls = {"webhook_url": url, "webhook_failover_url": fallback_url}
        self.account.change_profile(number.belongs_to, urls)

    def rate_of(self, address: str) -> float:
        return RATES.get(kind_of(address), default_rate(address))

    def new_id(self, *, has_media: bool) -> str:
        return new_id()

    def obey(self, message: Message, number: Number) -> None:
        opt_outs.obey(self.simulator, message, number)

    async def call_inbound(self, message: Message, number: Number, extra: dict[str, str]) -> dict[str, Any]:
        profile = self.account.profile(number.belongs_to)
        if profile is None:
            return {"error": "The number is in no messaging profile."}
        if not profile["enabled"]:
            return {"error": "The messaging profile is disabled."}
        if not profile["webhook_url"]:
            return {"error": "The messaging profile has no webhook URL."}
        if profile["webhook_api_version"] != "2":
            return {"error": "The simulator posts webhooks of API version 2 only."}
        word = opt_outs.word_of(message.body)
        payload = resources.inbound(message, number, word, self._media(message)) | extra
        urls = [url for url in (profile["webhook_url"], profile["webhook_failover_url"]) if url]
        return (await self.webhooks.post("inbound", "message.received", payload, urls)).as_dict()

    def _media(self, message: Message) -> list[dict[str, Any]]:
        known = [self.simulator.state.media[sid] for sid in message.media]
        base = f"{self.simulator.account.origin}{PREFIX}/media"
        return [
            resources.inbound_media(one, f"{base}/{one.sid}", hashlib.sha256(one.data).hexdigest())
            for one in known
        ]

    async def call_status(self, message: Message, status: str) -> Outcome:
        word = resources.status_word(message, status)
        event_type = "message.sent" if word == "sent" else "message.finalized"
        names = ("webhook_url", "webhook_failover_url", "profile_url", "profile_failover_url")
        urls = [message.of_face[name] for name in names if message.of_face.get(name)]
        return await self.webhooks.post("status", event_type, resources.outbound(message, status), urls)
