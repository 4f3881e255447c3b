"""Starts the processes, restarts what dies, ends them all. Its own death ends them too, by the kernel."""

import contextlib
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from pbx_messaging.embedded.children import Child, stop_all
from pbx_messaging.embedded.screen import say, show
from pbx_messaging.processes.process import Process

STOP_TIMEOUT_S = 3.6  # of all but the first child, which the others need: Valkey; 5 s are promised for all
FIRST_STOP_TIMEOUT_S = 1.0
LONGEST_PAUSE_S = 30.0
STEADY_AFTER_S = 60.0  # having run this long, a child that dies is started at once again
LOOK_EVERY_S = 0.2


class Stopped(BaseException):
    """Someone wants it to end: Ctrl-C, SIGTERM, a closed terminal."""


class Supervisor:
    """The children in their order of starting. The first, Valkey, ends last."""

    def __init__(self, logs: Path, cwd: Path) -> None:
        self._logs = logs
        self._cwd = cwd
        self.children: list[Child] = []
        self._pauses: dict[str, float] = {}
        self._due: dict[str, float] = {}

    def start(self, process: Process, env: Mapping[str, str]) -> Child:
        """Start a process and care for it from now on."""
        child = Child(process, env, self._logs / f"{process.name}.log", self._cwd)
        self.children.append(child)
        child.start()
        say(f"{child.name}: started (process {child.pid})")
        return child

    def watch(self) -> None:
        """Restart what dies, until Stopped is raised in here by a signal."""
        while True:
            for child in self.children:
                self._care_for(child)
            time.sleep(LOOK_EVERY_S)

    def _care_for(self, child: Child) -> None:
        child.bound_log()
        if child.is_running():
            return
        now = time.monotonic()
        if child.name not in self._due:
            child.kill()  # what it started and left behind
            pause = self._pause(child, now)
            self._due[child.name] = now + pause
            say(f"{child.name}: {_ending(child)}; starting it again in {pause:g} s. Its last lines:")
            show([f"          | {line}" for line in child.last_lines(8)])
        elif now >= self._due[child.name]:
            del self._due[child.name]
            child.start()
            say(f"{child.name}: started again (process {child.pid})")

    def _pause(self, child: Child, now: float) -> float:
        """Half a second at first, doubled each time it dies soon after a start."""
        is_steady = now - child.started_at > STEADY_AFTER_S
        pause = 0.5 if is_steady else min(self._pauses.get(child.name, 0.25) * 2, LONGEST_PAUSE_S)
        self._pauses[child.name] = pause
        return pause

    def stop(self) -> None:
        """End all children; nothing is left of them after it."""
        stop_all(self.children[1:], STOP_TIMEOUT_S)
        stop_all(self.children[:1], FIRST_STOP_TIMEOUT_S)


def _ending(child: Child) -> str:
    code = child.exit_code() or 0
    if code >= 0:
        return f"ended with exit code {code}"
    with contextlib.suppress(ValueError):
        return f"was ended by {signal.Signals(-code).name}"
    return f"was ended by signal {-code}"


def raise_on_signals() -> None:
    """Turn the first SIGINT, SIGTERM or SIGHUP into Stopped; later ones change nothing, it ends soon."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number: int, frame: FrameType | Any | None) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    for number in numbers:
        signal.signal(number, stop)
