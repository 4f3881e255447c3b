"""Sends webhooks as Twilio does: signed, with the URL's connection overrides, retried by its policy."""

from __future__ import annotations

import asyncio
import ssl
import string
import time
import uuid
from collections.abc import Mapping
from urllib.parse import quote, urlencode

import aiohttp
from yarl import URL

from simulator.journal import Journal
from simulator.logins import signing_token
from simulator.outcome import Outcome
from simulator.overrides import Overrides, split_overrides
from simulator.records import Account
from simulator.settings import Settings
from simulator.signature import signed_headers

# Shorter than any common server's, so that an idle connection is never closed under a request.
KEEPALIVE_S = 1.0
AT_ONCE = 400
ANSWER_LIMIT = 64 * 1024

# Twilio's alert for each way to fail.
ALERTS = {"3xx": 11200, "4xx": 11200, "5xx": 11200, "rt": 11200, "ct": 11205, "tls": 11237}


class WebhookSender:
    """One pool of connections for all webhooks."""

    def __init__(self, account: Account, journal: Journal, settings: Settings) -> None:
        self._account = account
        self.journal = journal
        self._settings = settings
        self._gate = asyncio.Semaphore(AT_ONCE)
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_S)
        self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    async def close(self) -> None:
        await self._session.close()

    async def send(self, kind: str, url: str, params: Mapping[str, str], method: str = "POST") -> Outcome:
        """Try until it is answered, its retries are used up, or its total time is over."""
        bare, overrides = split_overrides(url)
        bare = quote(bare, safe=string.punctuation)  # as it is called, so that it is signed alike
        outcome = Outcome(kind, method, url, params)
        headers = {
            "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }
        async with self._gate:
            deadline = time.monotonic() + overrides.total_timeout_s
            for _ in range(1 + overrides.retries):
                await self._try(outcome, bare, headers, overrides, deadline)
                if outcome.failure is None or not overrides.retries_on(outcome.failure):
                    break
                if time.monotonic() >= deadline:
                    break
        outcome.alert = ALERTS[outcome.failure] if outcome.failure else None
        return outcome

    def report(self, outcome: Outcome, resource_sid: str) -> None:
        """Into the journal, with the alert that Twilio would raise."""
        self.journal.record(outcome.as_dict())
        if outcome.alert:
            text = outcome.tries[-1]["error"] or f"HTTP {outcome.status}"
            self.journal.alert(
                outcome.alert,
                url=outcome.url,
                method=outcome.method,
                resource_sid=resource_sid,
                text=text,
                answer=outcome.body,
            )

    async def _try(
        self, outcome: Outcome, url: str, headers: dict[str, str], overrides: Overrides, deadline: float
    ) -> None:
        started, began = time.time(), time.monotonic()
        timeout = aiohttp.ClientTimeout(
            total=max(deadline - began, 0.001),
            sock_connect=overrides.connect_timeout_s,
            sock_read=overrides.read_timeout_s,
        )
        outcome.status, outcome.body, outcome.content_type, error = None, "", "", None
        try:
            await self._request(outcome, url, headers, timeout)
            outcome.failure = (
                None if outcome.status in range(200, 300) else f"{(outcome.status or 0) // 100}xx"
            )
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as problem:
            outcome.failure = _failure(problem)
            error = str(problem) or type(problem).__name__
        outcome.tries.append(
            {
                "at": started,
                "ms": round((time.monotonic() - began) * 1000, 1),
                "status": outcome.status,
                "failure": outcome.failure,
                "error": error,
            }
        )

    async def _request(
        self, outcome: Outcome, url: str, headers: dict[str, str], timeout: aiohttp.ClientTimeout
    ) -> None:
        body: bytes | None = None
        headers = dict(headers)
        if outcome.method == "GET":
            url += ("&" if "?" in url else "?") + urlencode(outcome.params)
            signed: Mapping[str, str] = {}
        else:
            signed = outcome.params
            body = urlencode(outcome.params).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
        token = signing_token(self._account, self._settings)
        headers |= signed_headers(token, self._settings.webhook_key, url, signed)
        async with self._session.request(
            outcome.method,
            URL(url, encoded=True),
            data=body,
            headers=headers,
            timeout=timeout,
            allow_redirects=False,
            ssl=self._settings.verify_tls,
        ) as response:
            outcome.status = response.status
            outcome.content_type = response.headers.get("Content-Type", "")
            answer = await response.content.read(ANSWER_LIMIT)
            outcome.body = answer.decode(errors="replace")


def _failure(problem: Exception) -> str:
    """ct: no connection; tls: no trust; rt: connected, but no answer came."""
    if isinstance(problem, aiohttp.ClientSSLError | ssl.SSLError):
        return "tls"
    if isinstance(problem, aiohttp.ConnectionTimeoutError | aiohttp.ClientConnectorError | ValueError):
        return "ct"
    return "rt"
