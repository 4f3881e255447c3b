"""How much is removed at once, and for how long: a text that comes meanwhile waits for one batch at most."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

HOLD_S = 0.02  # that one transaction is meant to take; a text can stand twice of it
REST_MOST_S = 0.5
FIRST, LEAST, MOST = 100, 20, 2_000  # rows of a batch


class Pace:
    """Batches as large as fit, rests as long as they took; over after `within_s`, or once it was stopped."""

    def __init__(self, within_s: float, *, rests: bool = True) -> None:
        self.size = FIRST
        self.longest_s = 0.0
        self._ends_at, self._rests = time.monotonic() + within_s, rests

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._ends_at

    @contextmanager
    def batch(self) -> Iterator[int]:
        """Gives how many rows to take."""
        begun = time.monotonic()
        yield self.size
        took = time.monotonic() - begun
        self.longest_s = max(self.longest_s, took)
        wished = int(self.size * min(max(HOLD_S / max(took, 0.001), 0.5), 1.5))
        self.size = min(max(wished, LEAST), MOST)
        if self._rests:
            time.sleep(min(took, REST_MOST_S))
