"""The first admin's password, which no lasting process shows in its environment: not even the supervisor."""

import os
import sys
import tempfile

NAME = "ADMIN_PASSWORD"
HANDED = "PBX_MESSAGING_PASSWORD_FD"


def taken() -> str | None:
    """What was given by the environment; then this process begins anew without it, which alone removes it.

    Meanwhile it lies in a file that has no name.
    """
    if (given := os.environ.pop(NAME, None)) is not None:
        file = tempfile.TemporaryFile()  # noqa: SIM115  it lives on in what this process becomes
        file.write(given.encode())
        file.flush()
        os.set_inheritable(file.fileno(), True)
        command = [sys.executable, "-m", "pbx_messaging.embedded", *sys.argv[1:]]
        os.execve(sys.executable, command, {**os.environ, HANDED: str(file.fileno())})  # noqa: S606  no shell is wanted
    handle = os.environ.pop(HANDED, None)
    if handle is None:
        return None
    with open(int(handle), "rb") as kept:  # noqa: PTH123  it is open
        kept.seek(0)
        return kept.read().decode()
