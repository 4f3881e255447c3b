"""Waits until a child ends, a signal comes or a time is over, without looking again and again."""

import contextlib
import os
import select
import signal


class Alarm:
    """One per process: it takes the signals' wake-up. To be made in the main thread."""

    def __init__(self) -> None:
        self._rings, bell = os.pipe()
        for fd in (self._rings, bell):
            os.set_blocking(fd, False)
        signal.set_wakeup_fd(bell, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)  # or there is no wake-up

    def wait(self, timeout_s: float) -> None:
        select.select([self._rings], [], [], max(timeout_s, 0))
        with contextlib.suppress(BlockingIOError):
            os.read(self._rings, 4096)
