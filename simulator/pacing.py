"""A number's queue: messages leave it at its rate, in segments a second."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from simulator.numbering import MMS_RATE
from simulator.records import Message, Number

# A timer that fires late may catch up this much, so that the mean rate holds.
CATCH_UP_S = 0.05


class Line:
    """The messages that wait for one number's throughput."""

    def __init__(self, number: Number, release: Callable[[Message], None]) -> None:
        self._number = number
        self._release = release
        self._waiting: deque[Message] = deque()
        self._next_free = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.waiting_segments = 0

    def push(self, message: Message) -> None:
        if not self._waiting:
            self._next_free = max(self._next_free, asyncio.get_running_loop().time())
        self._waiting.append(message)
        self.waiting_segments += message.num_segments
        self._arm()

    def drop(self, message: Message) -> None:
        """A message was canceled or removed before its time came."""
        if message in self._waiting:
            self._waiting.remove(message)
            self.waiting_segments -= message.num_segments

    def rate_changed(self) -> None:
        """The next message leaves at the new rate; what the old one owed is forgiven."""
        self._next_free = 0.0
        self.stop()
        self._arm()

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        if self._timer is None and self._waiting:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(loop.time(), self._next_free), self._pump)

    def _pump(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        while self._waiting and self._next_free <= now:
            message = self._waiting.popleft()
            self.waiting_segments -= message.num_segments
            self._next_free = max(self._next_free, now - CATCH_UP_S) + self._takes_s(message)
            self._release(message)
        self._arm()

    def _takes_s(self, message: Message) -> float:
        """Seconds that the message holds the number."""
        if not self._number.rate:
            return 0.0
        takes = message.num_segments / self._number.rate
        pictures = self._number.kind == "long-code" and message.num_media > 0
        return max(takes, 1 / MMS_RATE) if pictures else takes
