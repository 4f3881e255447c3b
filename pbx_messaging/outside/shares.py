"""How many of this process's threads ask outsiders of one kind at once, in all and for one channel.

The shares of all kinds are the worker's threads or fewer, so that no kind ever waits for another.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Shares:
    """Of one kind. `in_all` threads, of which one channel gets `each`."""

    def __init__(self, *, in_all: int, each: int) -> None:
        self._in_all, self._each = in_all, each
        self._taken: Counter[int] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def of(self, channel_id: int = 0) -> Iterator[bool]:
        """Within it a thread is the channel's; False if there is none for it now. Nobody waits."""
        got = self._take(channel_id)
        try:
            yield got
        finally:
            if got:
                self._give_back(channel_id)

    def full(self) -> set[int]:
        """The channels that have all of theirs."""
        with self._lock:
            return {channel for channel, count in self._taken.items() if count >= self._each}

    def _take(self, channel_id: int) -> bool:
        with self._lock:
            if self._taken.total() >= self._in_all or self._taken[channel_id] >= self._each:
                return False
            self._taken[channel_id] += 1
            return True

    def _give_back(self, channel_id: int) -> None:
        with self._lock:
            self._taken[channel_id] -= 1
            self._taken = +self._taken
