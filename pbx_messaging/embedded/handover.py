"""An update of the supervisor itself: it becomes its own new code, and keeps its children and its socket."""

import json
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import NoReturn

VARIABLE = "PBX_MESSAGING_HANDED_OVER"
UPDATE = signal.SIGUSR2


@dataclass(frozen=True)
class Inheritance:
    """What the old code leaves to the new: `children` by name, with their process ids."""

    listening_fd: int
    valkey_port: int
    children: Mapping[str, int]


def hand_over(inheritance: Inheritance) -> NoReturn:
    """Become the new code. The process stays the same, so its children stay its children."""
    signal.signal(UPDATE, signal.SIG_IGN)
    os.set_inheritable(inheritance.listening_fd, True)
    env = {**os.environ, VARIABLE: json.dumps({"pid": os.getpid(), **asdict(inheritance)})}
    command = [sys.executable, "-m", "pbx_messaging.embedded", *sys.argv[1:]]
    os.execve(sys.executable, command, env)  # noqa: S606  no shell is wanted


def received() -> Inheritance | None:
    """What was left to this process, if it is one that was updated."""
    left = json.loads(os.environ.pop(VARIABLE, "{}"))
    if left.pop("pid", None) != os.getpid():
        return None
    return Inheritance(**left)
