"""No process outlives the one that started it, even a killed one: the kernel sees to it."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent_pid: int, death_signal: int = signal.SIGKILL) -> None:
    """Have the kernel send the caller `death_signal` when the parent's thread that forked it ends.

    Linux only; elsewhere a killed parent leaves its children alone. To be called in the new process,
    after any change of user, which would clear it.
    """
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent_pid:  # it died before we asked
        os._exit(1)


def adopt_orphans() -> bool:
    """Have what our children leave behind become our own children; whether that is possible here."""
    return _libc is not None and _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0


def dying_with_me(death_signal: int = signal.SIGKILL) -> Callable[[], None]:
    """A `preexec_fn` for subprocess.Popen. Start the child from a thread that lives as long as we do."""
    parent_pid = os.getpid()
    return lambda: die_with_parent(parent_pid, death_signal)
