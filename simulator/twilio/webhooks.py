"""Calls webhooks as Twilio does: signed, with the URL's connection overrides, retried by its policy."""

from __future__ import annotations

import string
import time
import uuid
from collections.abc import Mapping
from urllib.parse import quote, urlencode

import aiohttp

from simulator.outcome import Outcome
from simulator.records import Account
from simulator.settings import Settings
from simulator.twilio.logins import signing_token
from simulator.twilio.overrides import split_overrides
from simulator.twilio.signature import signed_headers
from simulator.webhooks import Call, WebhookSender

FORM_TYPE = "application/x-www-form-urlencoded; charset=utf-8"
# Twilio's alert for each way to fail.
ALERTS = {"3xx": 11200, "4xx": 11200, "5xx": 11200, "rt": 11200, "ct": 11205, "tls": 11237}


class TwilioWebhooks:
    def __init__(self, account: Account, settings: Settings, sender: WebhookSender) -> None:
        self._account = account
        self._settings = settings
        self._sender = sender

    async def send(self, kind: str, url: str, params: Mapping[str, str], method: str = "POST") -> Outcome:
        """Try until it is answered, its retries are used up, or its total time is over."""
        bare, overrides = split_overrides(url)
        bare = quote(bare, safe=string.punctuation)  # as it is called, so that it is signed alike
        outcome = Outcome(kind, method, url, params)
        call = self._call(method, bare, params)
        async with self._sender.gate:
            deadline = time.monotonic() + overrides.total_timeout_s
            for _ in range(1 + overrides.retries):
                timeout = aiohttp.ClientTimeout(
                    total=max(deadline - time.monotonic(), 0.001),
                    sock_connect=overrides.connect_timeout_s,
                    sock_read=overrides.read_timeout_s,
                )
                await self._sender.attempt(outcome, call, timeout)
                if outcome.failure is None or not overrides.retries_on(outcome.failure):
                    break
                if time.monotonic() >= deadline:
                    break
        outcome.alert = ALERTS[outcome.failure] if outcome.failure else None
        return outcome

    def _call(self, method: str, url: str, params: Mapping[str, str]) -> Call:
        headers = {
            "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }
        body: bytes | None = None
        if method == "GET":
            url += ("&" if "?" in url else "?") + urlencode(params)
            signed: Mapping[str, str] = {}
        else:
            signed = params
            body = urlencode(params).encode()
            headers["Content-Type"] = FORM_TYPE
        token = signing_token(self._account, self._settings)
        headers |= signed_headers(token, self._settings.webhook_key, url, signed)
        return Call(method, url, headers, body)
