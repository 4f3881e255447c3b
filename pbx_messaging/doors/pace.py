"""The count of a body while it is read: how much has come, and until when more must have come."""

import time

from django.conf import settings

from pbx_messaging.doors.refusals import BUSY, TOO_LARGE, TOO_SLOW, Refused

SMALL_BYTES = 64 * 1024  # so much of each body is always taken in, so that texts are never turned away


class Shared:
    """How many bytes of larger bodies this process holds at the moment, for all who are not known."""

    def __init__(self) -> None:
        self.held = 0


class Pace:
    """One body. `allowed` in bytes; what somebody known sends is not counted as shared."""

    def __init__(self, allowed: int, shared: Shared, *, is_known: bool) -> None:
        self._allowed, self._shared, self._is_known = allowed, shared, is_known
        self._begun_at = time.monotonic()
        self._held = 0
        self.received = 0

    def left_s(self) -> float:
        """How long the next part may take. Raises `Refused` if it is late already."""
        earned_s = settings.BODY_TIMEOUT_S + self.received / settings.BODY_MIN_BYTES_PER_S
        left_s: float = self._begun_at + earned_s - time.monotonic()
        if left_s <= 0:
            raise Refused(TOO_SLOW)
        return left_s

    def add(self, size: int) -> None:
        """So many bytes have come. Raises `Refused`."""
        self.received += size
        if self.received > self._allowed:
            raise Refused(TOO_LARGE)
        held = max(self.received - SMALL_BYTES, 0)
        if self._is_known or held == self._held:
            return
        if self._shared.held + held - self._held > settings.BODIES_MAX_BYTES:
            raise Refused(BUSY)
        self._shared.held += held - self._held
        self._held = held

    def end(self) -> None:
        """The request is answered."""
        self._shared.held -= self._held
        self._held = 0
