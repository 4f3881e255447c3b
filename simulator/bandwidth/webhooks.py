"""Calls webhooks as Bandwidth does: several events in one list, Basic, ten seconds, again for a day."""

from __future__ import annotations

import asyncio
import base64
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import aiohttp

from simulator.bandwidth.account import account_of
from simulator.encoding import dumps
from simulator.outcome import Outcome
from simulator.webhooks import Call

if TYPE_CHECKING:
    from simulator.simulator import Simulator

ANSWERED_WITHIN_S = 10.0
REPEATED_FOR_S = 24 * 3600.0
MOST_EVENTS = 50  # of one call


@dataclass(frozen=True, slots=True)
class Where:
    """A callback address, and the login of the application for it."""

    url: str
    user: str
    password: str


@dataclass(frozen=True, slots=True)
class _Due:
    kind: str
    event: dict[str, Any]
    outcome: asyncio.Future[Outcome]


class BandwidthWebhooks:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._due: dict[Where, list[_Due]] = {}

    async def send(self, kind: str, where: Where, event: dict[str, Any]) -> Outcome:
        """What came of its first call; the repeats come later, by themselves."""
        due = _Due(kind, event, asyncio.get_running_loop().create_future())
        waiting = self._due.setdefault(where, [])
        waiting.append(due)
        if len(waiting) == 1:
            self._simulator.spawn(self._flush(where))
        return await due.outcome

    async def _flush(self, where: Where) -> None:
        await asyncio.sleep(account_of(self._simulator).batch_s)
        due = self._due.pop(where)
        for start in range(0, len(due), MOST_EVENTS):
            self._simulator.spawn(self._deliver(where, due[start : start + MOST_EVENTS]))

    async def _deliver(self, where: Where, due: list[_Due]) -> None:
        call = _call(where, [one.event for one in due])
        first = await self._called(call)
        for one in due:
            if not one.outcome.done():
                one.outcome.set_result(replace(first, kind=one.kind, params=one.event))
        account = account_of(self._simulator)
        if first.failure is None and account.doubles:
            await self._repeated(call, due)
        ends_at, wait_s = time.monotonic() + REPEATED_FOR_S, account.repeat_after_s
        failure = first.failure
        while failure is not None and time.monotonic() < ends_at:
            await asyncio.sleep(wait_s)
            failure = await self._repeated(call, due)
            wait_s *= 2

    async def _repeated(self, call: Call, due: list[_Due]) -> str | None:
        again = await self._called(call)
        for one in due:
            outcome = replace(again, kind=one.kind, params=one.event)
            self._simulator.sender.report(outcome, one.event["message"]["id"])
        return again.failure

    async def _called(self, call: Call) -> Outcome:
        outcome = Outcome("callback", "POST", call.url, {})
        async with self._simulator.sender.gate:
            timeout = aiohttp.ClientTimeout(total=ANSWERED_WITHIN_S)
            await self._simulator.sender.attempt(outcome, call, timeout)
        return outcome


def _call(where: Where, events: list[dict[str, Any]]) -> Call:
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "BandwidthAPI/v2"}
    if where.user:
        login = base64.b64encode(f"{where.user}:{where.password}".encode()).decode()
        headers["Authorization"] = f"Basic {login}"
    return Call("POST", where.url, headers, dumps(events).encode())
