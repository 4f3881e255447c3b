"""The command line that `ps` shows of a process that was forked: its own instead of the nursery's."""

import ctypes
import sys
from collections.abc import Sequence
from pathlib import Path

ROOM = "-" * 400  # an argument that only makes room for a longer command line
ARGUMENTS_BEGIN, ARGUMENTS_END = 47, 48  # fields of /proc/self/stat, from 0


def set_title(argv: Sequence[str]) -> None:
    """Linux only. The place is what the process was started with; what is too long is cut."""
    if sys.platform != "linux":
        return
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    begin, end = (int(fields[number - 2]) for number in (ARGUMENTS_BEGIN, ARGUMENTS_END))
    title = "\0".join(argv).encode()[: end - begin - 1]
    ctypes.memmove(begin, title.ljust(end - begin, b"\0"), end - begin)
