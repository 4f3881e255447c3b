"""Starts the processes, restarts what dies, ends them all. Its own death ends them too, by the kernel."""

import contextlib
import os
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from pbx_messaging.embedded.alarm import Alarm
from pbx_messaging.embedded.children import Child, Fork, stop_all
from pbx_messaging.embedded.handover import UPDATE
from pbx_messaging.embedded.nursery_child import Nursery, is_possible
from pbx_messaging.embedded.screen import say, show
from pbx_messaging.processes.process import Process

STOP_TIMEOUT_S = 3.6  # of all but the first child, which the others need: Valkey; 5 s are promised for all
FIRST_STOP_TIMEOUT_S = 1.0
LONGEST_PAUSE_S = 30.0
STEADY_AFTER_S = 60.0  # having run this long, a child that dies is started at once again
# What listens is started again at once: whoever calls meanwhile waits in its socket, and not for long.
LISTENING_PAUSE_S = 1.0
LISTENING_STEADY_AFTER_S = 5.0
LOOK_EVERY_S = 5.0  # at the lengths of logs; that a child ended is noticed at once
REPLACED_WITHIN_S = 10.0  # by an update; then it is killed, which loses nothing either


class Stopped(BaseException):
    """Someone wants it to end: Ctrl-C, SIGTERM, a closed terminal."""


class Supervisor:
    """The children in their order of starting. The first, Valkey, ends last."""

    def __init__(self, logs: Path, cwd: Path) -> None:
        self._logs = logs
        self._cwd = cwd
        self._alarm = Alarm()
        self.is_update_wanted = False
        self.nursery: Nursery | None = None
        self.children: list[Child] = []
        self._pauses: dict[str, float] = {}
        self._due: dict[str, float] = {}

    def start_nursery(self, env: Mapping[str, str]) -> None:
        """Have what is started later be forked, once the nursery is ready."""
        if is_possible():
            self.nursery = Nursery(env, self._logs / "nursery.log", self._cwd)
            self.children.append(self.nursery)
            self.nursery.start()
            say(f"nursery: started (process {self.nursery.pid})")

    @property
    def fork(self) -> Fork | None:
        """What starts a process without loading the product; None where there is no nursery."""
        return self.nursery.fork if self.nursery else None

    def start(self, process: Process, env: Mapping[str, str], fds: Sequence[int] = ()) -> Child:
        """Start a process and care for it from now on."""
        child = self._child(process, env, fds)
        child.start()
        say(f"{child.name}: started (process {child.pid})")
        return child

    def adopt(self, process: Process, env: Mapping[str, str], pid: int) -> Child:
        """Care from now on for a process that was started before an update."""
        child = self._child(process, env)
        child.adopt(pid)
        return child

    def replace(self, process: Process, env: Mapping[str, str], fds: Sequence[int], old: int | None) -> Child:
        """Start a process when its predecessor, started before an update, has ended."""
        if old is not None:
            self.end(process.name, old)
        return self.start(process, env, fds)

    def end(self, name: str, pid: int) -> None:
        """End a process that was started before an update."""
        child = Child(Process(name, []), {}, self._logs / f"{name}.log", self._cwd)
        child.adopt(pid)
        stop_all([child], REPLACED_WITHIN_S)

    def _child(self, process: Process, env: Mapping[str, str], fds: Sequence[int] = ()) -> Child:
        log_path = self._logs / f"{process.name}.log"
        child = Child(process, env, log_path, self._cwd, fork=self.fork, fds=fds)
        self.children.append(child)
        return child

    def watch(self) -> None:
        """Restart what dies, until Stopped is raised in here by a signal, or an update is wanted."""
        while not self.is_update_wanted:
            for child in self.children:
                self._care_for(child)
            self._bury()
            due = min(self._due.values(), default=float("inf"))
            self._alarm.wait(min(LOOK_EVERY_S, due - time.monotonic()))

    def _bury(self) -> None:
        """Take note of the end of what our children left behind, or it would stay in the kernel's table."""
        ours = {child.pid for child in self.children}
        with contextlib.suppress(ChildProcessError):
            while dead := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                if dead.si_pid in ours:
                    return
                os.waitpid(dead.si_pid, 0)

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
        """Short at first, doubled each time it dies soon after a start."""
        first, longest, steady_after_s = 0.5, LONGEST_PAUSE_S, STEADY_AFTER_S
        if child.listens:
            first, longest, steady_after_s = 0.0, LISTENING_PAUSE_S, LISTENING_STEADY_AFTER_S
        is_steady = child.name not in self._pauses or now - child.started_at > steady_after_s
        pause = first if is_steady else min(max(self._pauses[child.name] * 2, 0.25), longest)
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


def heed_signals(supervisor: Supervisor) -> None:
    """Note the signal of an update, and turn the first SIGINT, SIGTERM or SIGHUP into Stopped.

    Later ones change nothing, it ends soon.
    """
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number: int, frame: FrameType | Any | None) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    def update(number: int, frame: FrameType | Any | None) -> None:
        supervisor.is_update_wanted = True

    for number in numbers:
        signal.signal(number, stop)
    signal.signal(UPDATE, update)
