"""Calls webhooks: one pool of connections for all ITSPs, which say what is posted and how often."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from yarl import URL

from simulator.journal import Journal
from simulator.outcome import Outcome
from simulator.settings import Settings

# Shorter than any common server's, so that an idle connection is never closed under a request.
KEEPALIVE_S = 1.0
AT_ONCE = 400
ANSWER_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it goes out."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


class WebhookSender:
    """`gate` is passed by whoever calls: so many calls at once, with all their tries."""

    def __init__(self, journal: Journal, settings: Settings) -> None:
        self.journal = journal
        self._settings = settings
        self.gate = asyncio.Semaphore(AT_ONCE)
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_S)
        self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    async def close(self) -> None:
        await self._session.close()

    def report(self, outcome: Outcome, resource_sid: str) -> None:
        """Into the journal, with the alert that the ITSP would raise."""
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

    async def attempt(self, outcome: Outcome, call: Call, timeout: aiohttp.ClientTimeout) -> None:
        """One try, which is added to the outcome."""
        started, began = time.time(), time.monotonic()
        outcome.status, outcome.body, outcome.content_type, error = None, "", "", None
        try:
            await self._request(outcome, call, timeout)
            outcome.failure = (
                None if outcome.status in range(200, 300) else f"{(outcome.status or 0) // 100}xx"
            )
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as problem:
            outcome.failure = _failure(problem)
            error = str(problem) or type(problem).__name__
        outcome.tries.append(
            {
                "at": started,
                "url": call.url,
                "ms": round((time.monotonic() - began) * 1000, 1),
                "status": outcome.status,
                "failure": outcome.failure,
                "error": error,
            }
        )

    async def _request(self, outcome: Outcome, call: Call, timeout: aiohttp.ClientTimeout) -> None:
        async with self._session.request(
            call.method,
            URL(call.url, encoded=True),
            data=call.body,
            headers=call.headers,
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
