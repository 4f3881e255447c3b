"""For what happens in another process, soon."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def wait_until(find: Callable[[], Found], *, timeout_s: float = 10.0) -> Found:
    """Asks again until the answer is true, and returns it."""
    end = time.monotonic() + timeout_s
    while not (found := find()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
    return found
