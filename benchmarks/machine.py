"""What else the machine was doing while something was measured."""

import os
import time
from contextlib import suppress
from pathlib import Path

CORES = os.cpu_count() or 1
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class OtherLoad:
    """Cores that processes other than ours kept busy since the last call of `cores()`. Linux only."""

    def __init__(self) -> None:
        self._last = self._reading()

    def cores(self) -> float:
        """0.5 is half a core's time. What this process started, and ended, counts as ours."""
        now, last = self._reading(), self._last
        self._last = now
        return max((now[1] - last[1]) / (now[0] - last[0]), 0.0)

    @staticmethod
    def _reading() -> tuple[float, float]:
        fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
        user, nice, system, _idle, _iowait, irq, softirq, *_ = map(int, fields)
        busy = user + nice + system + irq + softirq
        return time.monotonic(), (busy - _ticks_of(os.getpid())) / TICKS_PER_S


def cpu_s(*pids: int) -> float:
    """The processor time, in seconds, of processes and of all below them."""
    return sum(map(_ticks_of, pids)) / TICKS_PER_S


def _ticks_of(root: int) -> int:
    """The processor time of a process and all below it."""
    parents, ticks = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        parents[int(folder.name)] = int(fields[1])
        ticks[int(folder.name)] = sum(map(int, fields[11:15]))
    ours = {root}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(ticks.get(pid, 0) for pid in ours)


def rss_kb(root: int) -> int:
    """What a process and all below it hold in memory; what they share counts for each."""
    return sum(_rss_kb_of(pid) for pid in family_of(root))


def family_of(root: int) -> set[int]:
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    family = {root}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def peak_rss_mb() -> int:
    """The most that this process has held. `getrusage` counts what its parent held at its start, too."""
    return round(_kb_of("self", "VmHWM") / 1024)


def _rss_kb_of(pid: int) -> int:
    return _kb_of(str(pid), "VmRSS")


def _kb_of(pid: str, name: str) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition(f"{name}:")[2].split(None, 1)[0])
