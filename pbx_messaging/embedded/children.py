"""One child process: started in its own group, gone when its parent is gone, its log in a file."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import IO

from pbx_messaging.embedded.adopted import Adopted
from pbx_messaging.processes.orphans import dying_with_me
from pbx_messaging.processes.process import Process

LOG_MAX_BYTES = 5 * 1024 * 1024
LOGS_KEPT = 5  # beside the one that is written
KILLED_WITHIN_S = 10.0
Running = subprocess.Popen[bytes] | Adopted
# From its command line, its log and what it inherits to its id; None where it is a program of its own.
Fork = Callable[[Sequence[str], int, Sequence[int]], int | None]


class Child:
    """A process definition that runs, or ran. Restartable: start() after it ended starts it anew.

    `fork` makes it where there is a nursery; else it is a program of its own. `fds` it inherits as they are.
    """

    def __init__(
        self,
        process: Process,
        env: Mapping[str, str],
        log_path: Path,
        cwd: Path,
        *,
        fork: Fork | None = None,
        fds: Sequence[int] = (),
    ) -> None:
        self.process = process
        self.name = process.name
        self.log_path = log_path
        self._env = dict(env)
        self._cwd = cwd
        self._fork = fork
        self._fds = fds
        self._running: Running | None = None
        self.started_at = 0.0

    def start(self) -> None:
        """Start it; its output is appended to its log."""
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log:
            pid = self._fork(self.process.argv, log.fileno(), self._fds) if self._fork else None
            self._running = self._popen(log) if pid is None else Adopted(pid)
        self.started_at = time.monotonic()

    def _popen(self, log: IO[bytes]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            self.process.argv,
            env=self._env,
            cwd=self._cwd,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=self._fds,
            process_group=0,  # Ctrl-C reaches the supervisor only, and a group can be ended whole
            preexec_fn=dying_with_me(),
        )

    def adopt(self, pid: int) -> None:
        """It runs already, as a child of ours."""
        self._running = Adopted(pid)
        self.started_at = time.monotonic()

    @property
    def listens(self) -> bool:
        """Whether callers wait for it in a socket that it inherits."""
        return bool(self._fds)

    @property
    def pid(self) -> int:
        """Its process id, which is its process group's id too."""
        if self._running is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._running.pid

    def exit_code(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return None if self._running is None else self._running.poll()

    def is_running(self) -> bool:
        """Whether its first process runs."""
        return self._running is not None and self._running.poll() is None

    def signal(self, number: int) -> None:
        """Send a signal to its first process alone."""
        if self._running is not None:
            self._running.send_signal(number)

    def kill(self) -> None:
        """Kill -9 it and all that it started."""
        if self._running is None:
            return
        self._running.send_signal(signal.SIGKILL)  # it may have no group yet
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._running.pid, signal.SIGKILL)
        self.wait(KILLED_WITHIN_S)

    def wait(self, timeout_s: float) -> bool:
        """Wait for its end; whether it came."""
        if isinstance(self._running, subprocess.Popen):
            try:
                self._running.wait(max(timeout_s, 0))
            except subprocess.TimeoutExpired:
                return False
            return True
        return self._running is None or self._running.ends_within(timeout_s)

    def last_lines(self, count: int = 12) -> list[str]:
        """The end of its log."""
        path = self.log_path if self.log_path.exists() else self.log_path.with_suffix(".log.1")
        if not path.exists():
            return []
        with path.open("rb") as log:
            log.seek(max(path.stat().st_size - 20_000, 0))
            return log.read().decode(errors="replace").splitlines()[-count:]

    def bound_log(self) -> None:
        """Rename a long log to NAME.log.1, and older ones onward; the oldest goes.

        No line of a child that follows is lost: it goes on in the renamed file until its next line, before
        which it notices (`pbx_messaging.logs.files`; Valkey opens its log for each line).
        """
        if not self.log_path.exists() or self.log_path.stat().st_size <= LOG_MAX_BYTES:
            return
        files = [self.log_path, *(self.log_path.with_suffix(f".log.{n}") for n in range(1, LOGS_KEPT + 1))]
        for newer, older in reversed(list(pairwise(files))):
            if newer.exists() and (self.process.follows or newer != self.log_path):
                newer.replace(older)
        if not self.process.follows:
            files[1].write_bytes(self.log_path.read_bytes())
            os.truncate(self.log_path, 0)


def stop_all(children: list[Child], timeout_s: float) -> None:
    """End children together: SIGTERM, near the end SIGQUIT (a quick stop to ours), then kill -9."""
    deadline = time.monotonic() + timeout_s
    for number, until in ((signal.SIGTERM, deadline - timeout_s * 0.25), (signal.SIGQUIT, deadline)):
        for child in children:
            if child.is_running():
                child.signal(number)
        for child in children:
            child.wait(until - time.monotonic())
    for child in children:
        child.kill()
