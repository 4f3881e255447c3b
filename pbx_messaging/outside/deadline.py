"""For how long the present thread may wait for an outsider, over a whole call, however slowly it answers.

A time-out of a socket begins anew with every byte: one byte a second keeps it quiet for ever.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from celery import current_task

from pbx_messaging.queues import QUEUES, SENDER

_of_thread = threading.local()


class NotOnThisQueue(Exception):
    """A task of the sender's queue must not wait for an outsider."""


class Limit:
    """Of a call. The limit around it, where there is one, holds as well."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.outer_end: float | None = getattr(_of_thread, "end", None)

    def begin(self) -> None:
        """The time runs from now on; also to be called later, when only the socket is left to use."""
        end = time.monotonic() + self.seconds
        _of_thread.end = end if self.outer_end is None else min(end, self.outer_end)


@contextmanager
def within(seconds: float) -> Iterator[Limit]:
    """Within it, our connections raise `TimeoutError` when so much time has passed in all."""
    _check_queue()
    limit = Limit(seconds)
    limit.begin()
    try:
        yield limit
    finally:
        _of_thread.end = limit.outer_end


def left_s() -> float | None:
    """How long the thread may still wait; None where nobody has set a limit. Raises `TimeoutError`."""
    end: float | None = getattr(_of_thread, "end", None)
    if end is None:
        return None
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


def _check_queue() -> None:
    """The pump's own threads run no task: they are there to wait for the ITSP."""
    name = current_task.name if current_task else None
    if name is not None and QUEUES.get(name) == SENDER:
        raise NotOnThisQueue(name)
