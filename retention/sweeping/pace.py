"""How much is removed at once, and for how long: a text that comes meanwhile waits for one batch at most."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

HOLD_S = 0.02  # that one transaction is meant to take; a text can stand twice of it
REST_MOST_S = 0.5
FIRST, LEAST, MOST = 40, 20, 2_000  # rows of a batch; the first few read from the disk


@dataclass
class Batch:
    """`size`: how many rows to take. `rows`: how many were taken, which whoever takes them notes."""

    size: int
    rows: int = 0


class Pace:
    """Batches as large as fit, rests as long as they took; over after `within_s`, or once it was stopped."""

    def __init__(self, within_s: float, *, rests: bool = True) -> None:
        self.size = FIRST
        self._ends_at, self._rests = time.monotonic() + within_s, rests

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._ends_at

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        batch, begun = Batch(self.size), time.monotonic()
        yield batch
        took = time.monotonic() - begun
        self._learn(batch, took)
        if self._rests:
            time.sleep(min(took, REST_MOST_S))

    def _learn(self, batch: Batch, took: float) -> None:
        """One that was not full was quick for want of rows, and says nothing of a larger one."""
        fits = HOLD_S / max(took, 0.001)
        if fits < 1 or batch.rows >= batch.size:
            self.size = min(max(round(batch.size * min(max(fits, 0.5), 1.5)), LEAST), MOST)
