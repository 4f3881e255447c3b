"""The nursery as the supervisor sees it: a child that makes the other children."""

import contextlib
import json
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from pbx_messaging.embedded.children import Child
from pbx_messaging.embedded.titles import ROOM
from pbx_messaging.processes.orphans import adopt_orphans
from pbx_messaging.processes.process import Process

ORDER_BYTES = 65536
NAME = "nursery"
ANSWERS_WITHIN_S = 3.0


class Nursery(Child):
    """Where it can't be, or does not answer, `fork` makes nothing and a program of its own is started."""

    def __init__(self, env: Mapping[str, str], log_path: Path, cwd: Path) -> None:
        super().__init__(Process(NAME, []), env, log_path, cwd)
        self._orders: socket.socket | None = None
        self._is_ready = False

    @property
    def listens(self) -> bool:
        return False

    def start(self) -> None:
        """With a new socket for its orders."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        module = ["-m", "pbx_messaging.embedded.nursery"]
        self.process = Process(NAME, [sys.executable, *module, str(theirs.fileno()), ROOM])
        self._fds = [theirs.fileno()]
        self._orders, self._is_ready = ours, False
        with theirs:
            super().start()

    def is_ready_within(self, timeout_s: float) -> bool:
        """Whether it has loaded the product."""
        if self._orders is not None and not self._is_ready:
            self._orders.settimeout(timeout_s)
            with contextlib.suppress(OSError):
                self._is_ready = self._orders.recv(ORDER_BYTES) == b"ready"
        return self._is_ready

    def fork(self, argv: Sequence[str], log_fd: int, fds: Sequence[int]) -> int | None:
        """The id of a process that runs this command line; None if it must be started otherwise."""
        is_python = list(argv[:2]) == [sys.executable, "-m"]
        if self._orders is None or not is_python or not self.is_ready_within(0.001):
            return None
        order = {"argv": list(argv), "fds": [1, *fds]}
        self._orders.settimeout(ANSWERS_WITHIN_S)
        try:
            socket.send_fds(self._orders, [json.dumps(order).encode()], [log_fd, *fds])
            return int(self._orders.recv(ORDER_BYTES))
        except (OSError, ValueError):
            self._is_ready = False
            self.kill()
            return None


def is_possible() -> bool:
    """Whether processes can be forked here that outlive the nursery and end with us."""
    return os.name == "posix" and adopt_orphans()
