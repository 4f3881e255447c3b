"""Moments by the clock of Redis, in this process's own time."""

import time

from django.conf import settings

KEPT_S = 5.0  # as long, and once more, a quick answer is remembered; clocks drift apart slowly


class RedisClock:
    """Learns from each answer how far the two clocks are apart.

    An answer on its way makes the difference too large, never too small. So the smallest of late is the
    best, and slots keep their distances however slowly some answers come.
    """

    def __init__(self) -> None:
        self._smallest = self._before = float("inf")
        self._since = 0.0

    def learn(self, redis_now_us: int) -> None:
        """To be called directly after an answer that says what time it is there, in microseconds."""
        here = time.monotonic()
        difference = here - redis_now_us / 1_000_000
        if difference - min(self._smallest, self._before) > 2 * settings.REDIS_TIMEOUT_S:
            self._smallest = self._before = difference  # no answer is that slow: a clock was set back
        elif here - self._since > KEPT_S:
            self._before, self._smallest, self._since = self._smallest, difference, here
        self._smallest = min(self._smallest, difference)

    def here(self, moment_us: int) -> float:
        """The moment as `time.monotonic()` of this process."""
        return moment_us / 1_000_000 + min(self._smallest, self._before)
