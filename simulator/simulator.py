"""The parts of the simulator, put together once and found by every handler under SIMULATOR."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from aiohttp import web

from simulator.callbacks import Callbacks
from simulator.delivery import Delivery
from simulator.face import Face
from simulator.faults import Faults
from simulator.fetching import MediaFetcher
from simulator.inbound import Inbound
from simulator.journal import Journal
from simulator.records import DEFAULT_ITSP, Account, Number
from simulator.settings import Settings
from simulator.state import State
from simulator.store import Store
from simulator.webhooks import WebhookSender


class Simulator:
    """Made inside the running event loop."""

    def __init__(
        self, account: Account, numbers: list[str], data: Path | None, faces: Sequence[type[Face]]
    ) -> None:
        self.account = account
        self.state = State()
        self.settings = Settings()
        self.journal = Journal()
        self.faults = Faults()
        self.closing = asyncio.Event()
        self.in_flight = 0
        self.sender = WebhookSender(self.journal, self.settings)
        self.faces: dict[str, Face] = {}
        self.callbacks = Callbacks(self.faces, self.state, self.settings, self.sender)
        fetcher = MediaFetcher(self.state)
        self.delivery = Delivery(
            self.faces, self.state, self.settings, self.faults, self.callbacks, self.journal, fetcher
        )
        self.inbound = Inbound(self.faces, self.state, self.journal)
        self.faces |= {face.code: face(self) for face in faces}
        self._initial_numbers = numbers
        self._tasks: set[asyncio.Task[object]] = set()
        self._store = Store(data) if data else None
        self._writing: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._store:
            self._store.load(self.state, self.settings)
            self._writing = asyncio.create_task(self._store.run(self.state, self.settings, self.closing))
        self._add_initial_numbers()
        self.delivery.resume()

    async def stop(self) -> None:
        """Let go of everything, once `closing` is set; what is under way goes on after a restart."""
        self.delivery.stop()
        self.callbacks.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.sender.close()
        if self._store and self._writing:
            await self._writing
            await self._store.flush(self.state, self.settings)
            self._store.close()

    def spawn(self, work: Coroutine[Any, Any, object]) -> asyncio.Task[object]:
        """Run something in the background until it ends or the simulator does."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def reset(self) -> None:
        """Forget all but the account: as new."""
        self.delivery.stop()
        self.callbacks.stop()
        self.faults.clear()
        self.journal.clear()
        self.state.clear()
        for field in fields(Settings):
            setattr(self.settings, field.name, getattr(Settings(), field.name))
        self.state.changed.add(("settings", ""))
        self._add_initial_numbers()
        self.journal.publish("reset", {})

    def bought(self, address: str, itsp: str) -> Number:
        """A new number with the rate that its ITSP gives it, where texts come and go by it at once."""
        number, face = Number.bought(address, itsp), self.faces[itsp]
        number.rate, number.belongs_to = face.rate_of(address), face.home
        return number

    def _add_initial_numbers(self) -> None:
        for address in self._initial_numbers:
            if address not in self.state.numbers:
                self.state.add_number(self.bought(address, DEFAULT_ITSP))


SIMULATOR = web.AppKey("simulator", Simulator)


async def until_closing(simulator: Simulator, seconds: float) -> bool:
    """Wait; True when the simulator ends meanwhile."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(simulator.closing.wait(), seconds)
    return simulator.closing.is_set()
