"""What becomes of an accepted message: queued at its number's rate, sending, sent, and its end."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping

from simulator.callbacks import Callbacks
from simulator.face import Face, Trouble
from simulator.faults import Faults
from simulator.fetching import MediaFetcher, MediaRefused
from simulator.journal import Journal
from simulator.pacing import Line
from simulator.records import FINAL, Message, Number
from simulator.settings import Settings
from simulator.state import State
from simulator.views import message_event

UNDELIVER = frozenset({"undeliver"})
CALLBACKS = frozenset({"callbacks"})


class Delivery:
    """Moves messages through their statuses, by timers."""

    def __init__(
        self,
        faces: Mapping[str, Face],
        state: State,
        settings: Settings,
        faults: Faults,
        callbacks: Callbacks,
        journal: Journal,
        fetcher: MediaFetcher,
    ) -> None:
        self._faces = faces
        self._state = state
        self._settings = settings
        self._faults = faults
        self._callbacks = callbacks
        self._journal = journal
        self._fetcher = fetcher
        self._lines: dict[str, Line] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def line(self, number: Number) -> Line:
        paced = self._faces[number.itsp].paced_by(number)
        if paced.key not in self._lines:
            self._lines[paced.key] = Line(paced, self._release)
        return self._lines[paced.key]

    def is_full(self, number: Number) -> bool:
        """More waits than the number sends within the queue's hours."""
        limit: float | None = number.queue_limit
        if limit is None and number.rate:
            hours = self._faces[number.itsp].queue_hours or self._settings.queue_hours
            limit = number.rate * 3600 * hours
        return limit is not None and self.line(number).waiting_segments >= limit

    def accept(self, message: Message, number: Number) -> None:
        """Into the state and the number's queue."""
        if message.direction == "outbound-api":
            self._plan_faults(message)
        message.enter("queued", message.created_at)
        self._state.add_message(message)
        message_event(self._journal, message)
        self.line(number).push(message)

    def cancel(self, message: Message) -> None:
        number = self._state.number_at(message.from_, message.itsp)
        if number:
            self.line(number).drop(message)
        self._enter(message, "canceled")

    def resume(self) -> None:
        """After a restart: what was under way goes on."""
        for message in list(self._state.messages.values()):
            number = self._state.number_at(message.from_, message.itsp)
            if message.status == "queued" and number:
                self.line(number).push(message)
            elif message.status in ("sending", "sent") and message.ends_as != message.status:
                self._later(self._settings.send_delay_ms, message, self._next_of(message))

    def stop(self) -> None:
        for line in self._lines.values():
            line.stop()
        self._lines.clear()
        for task in self._tasks:
            task.cancel()

    def _plan_faults(self, message: Message) -> None:
        """What will go wrong with it later is decided when it is accepted."""
        undeliver = self._faults.take(UNDELIVER, number=message.from_, to=message.to, create=True)
        if undeliver:
            message.ends_as = undeliver.options["status"]
            code = undeliver.options["code"] or self._code(message, Trouble.UNDELIVERED)
            message.ends_with = code if message.ends_as != "sent" else None
        callbacks = self._faults.take(CALLBACKS, number=message.from_, to=message.to, create=True)
        if callbacks:
            message.callback_mode = callbacks.options["mode"]

    def _release(self, message: Message) -> None:
        """Its time has come."""
        if time.time() - message.created_at > message.validity_s:
            self._fail(message, Trouble.EXPIRED)
            return
        self._enter(message, "sending")
        if message.media_urls:
            task = asyncio.get_running_loop().create_task(self._fetch(message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            self._later(self._settings.send_delay_ms, message, self._next_of(message))

    async def _fetch(self, message: Message) -> None:
        try:
            await self._fetcher.fetch(message, self._faces[message.itsp].most_media_bytes)
        except MediaRefused as refused:
            self._fail(message, refused.trouble)
        else:
            self._later(self._settings.send_delay_ms, message, self._next_of(message))

    def _next_of(self, message: Message) -> str:
        if message.status == "sending":
            return "failed" if message.ends_as == "failed" else "sent"
        return message.ends_as

    def _later(self, delay_ms: list[float], message: Message, status: str) -> None:
        delay_s = random.uniform(*delay_ms) / 1000
        asyncio.get_running_loop().call_later(delay_s, self._step, message, status)

    def _step(self, message: Message, status: str) -> None:
        if self._state.messages.get(message.sid) is not message:
            return
        self._enter(message, status)
        if status == "sent" and message.ends_as != "sent":
            self._later(self._settings.deliver_delay_ms, message, message.ends_as)

    def _code(self, message: Message, trouble: Trouble) -> int:
        return self._faces[message.itsp].errors[trouble]

    def _fail(self, message: Message, trouble: Trouble) -> None:
        message.ends_as, message.ends_with = "failed", self._code(message, trouble)
        self._enter(message, "failed")

    def _enter(self, message: Message, status: str) -> None:
        at = time.time()
        if status == "sent":
            message.sent_at = at
        if status in FINAL:
            message.error_code = message.ends_with
        message.enter(status, at)
        self._state.changed_message(message)
        message_event(self._journal, message)
        self._callbacks.notify(message)
