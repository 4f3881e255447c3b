"""The standard error, and the file behind it: when that is put aside, this process goes on in the new one.

The supervisor renames a long log. Whoever still writes into the renamed file loses nothing; with one of
its next lines each process notices, and turns all its output to the file that has the name now.
"""

import fcntl
import logging
import os
import re
import stat
import sys
import time
from pathlib import Path
from typing import Any

_ASIDE = re.compile(r"(\.log)\.\d+$")
LOOK_EVERY_S = 0.1  # until then lines go to the renamed file, which is kept
MODE = os.O_WRONLY | os.O_APPEND | os.O_CREAT


def place_of_output() -> Path | None:
    """The log that the standard error leads to by now; None where that is no such file."""
    try:
        if not stat.S_ISREG(os.fstat(2).st_mode):
            return None
        place = _path_of(2)
    except OSError:
        return None
    place = place.with_name(_ASIDE.sub(r"\1", place.name))
    return place if place.suffix == ".log" else None


def _path_of(fd: int) -> Path:
    """macOS tells it by a call, Linux in a file."""
    if (ask := getattr(fcntl, "F_GETPATH", None)) is not None:
        return Path(os.fsdecode(fcntl.fcntl(fd, ask, bytes(1024)).rstrip(b"\0")))
    return Path(f"/proc/self/fd/{fd}").readlink()


class FollowingHandler(logging.StreamHandler[Any]):
    """Looks after each process's output by itself: one that is forked may have another log."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)
        self._of: int | None = None
        self._place: Path | None = None
        self._looked_at = float("-inf")

    def emit(self, record: logging.LogRecord) -> None:
        """Under the handler's lock, so one thread at a time."""
        if self._of != os.getpid():
            self._of, self._place = os.getpid(), place_of_output()
        now = time.monotonic()
        if self._place is not None and now - self._looked_at >= LOOK_EVERY_S:
            self._looked_at = now
            self._follow(self._place)
        super().emit(record)

    def _follow(self, place: Path) -> None:
        try:
            now, then = os.stat(place), os.fstat(2)  # noqa: PTH116  a text pays for each line
            if now.st_ino == then.st_ino and now.st_dev == then.st_dev:
                return
        except FileNotFoundError:
            pass
        except OSError:
            return
        try:
            log = os.open(place, MODE, 0o644)
        except OSError:
            return  # the old one takes it
        output_too = os.path.sameopenfile(1, 2)
        os.dup2(log, 2)
        if output_too:
            os.dup2(log, 1)
        os.close(log)
