"""Calls webhooks as Telnyx does: signed, two seconds a try, three tries an address, then the failover URL."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import aiohttp

from simulator.encoding import dumps
from simulator.outcome import Outcome
from simulator.telnyx.account import TelnyxAccount
from simulator.telnyx.resources import event
from simulator.telnyx.signature import signed_headers
from simulator.webhooks import Call, WebhookSender

TIMEOUT_S = 2.0
TRIES = 3


class TelnyxWebhooks:
    def __init__(self, account: TelnyxAccount, sender: WebhookSender) -> None:
        self._account = account
        self._sender = sender

    async def post(self, kind: str, event_type: str, payload: dict[str, Any], urls: Sequence[str]) -> Outcome:
        """To the addresses in turn, until one answers; what came of the last is told, with all tries."""
        outcome = Outcome(kind, "POST", urls[0], {})
        async with self._sender.gate:
            for number, url in enumerate((url for url in urls for _ in range(TRIES)), 1):
                outcome.url, outcome.params = url, event(event_type, payload, attempt=number, url=url)
                await self._try(outcome)
                if outcome.failure is None:
                    break
        self._sender.report(outcome, payload["id"])
        return outcome

    async def _try(self, outcome: Outcome) -> None:
        body = dumps(outcome.params).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "telnyx-webhooks"}
        headers |= signed_headers(self._account.private_key, body)
        call = Call("POST", quote(outcome.url, safe=string.punctuation), headers, body)
        await self._sender.attempt(outcome, call, aiohttp.ClientTimeout(total=TIMEOUT_S))
