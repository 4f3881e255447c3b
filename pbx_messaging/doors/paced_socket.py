"""A socket of a thread that never waits longer for what it reads than the moment allows."""

import errno
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pbx_messaging.doors.pace import Pace


class PacedSocket(socket.socket):
    """Whoever is late looks like one that hung up: gunicorn then closes the connection without a word."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.left_s: Callable[[], float] | None = None

    def recv(self, *arguments: Any) -> bytes:
        if self.left_s is None:
            return super().recv(*arguments)
        given, left_s = self.gettimeout(), self.left_s()
        if given is not None and given <= left_s:  # somebody waits for less
            return super().recv(*arguments)
        self.settimeout(left_s)
        try:
            return super().recv(*arguments)
        except TimeoutError as error:  # no end of the stream, or gunicorn would take the rest for read
            raise ConnectionResetError(errno.ECONNRESET, "It came too slowly.") from error
        finally:
            self.settimeout(given)


def accepted(client: socket.socket) -> PacedSocket:
    """The same connection as a `PacedSocket`."""
    return PacedSocket(client.family, client.type, client.proto, client.detach())


def in_time(timeout_s: float) -> Callable[[], float]:
    """What is left of so many seconds from now on; at the end a moment that is as good as none."""
    end = time.monotonic() + timeout_s
    return lambda: max(end - time.monotonic(), 0.001)


@contextmanager
def paced(sock: PacedSocket, pace: Pace) -> Iterator[None]:
    """Reads in the block wait as long as the body's pace allows. Raises `Refused`."""
    before, sock.left_s = sock.left_s, pace.left_s
    try:
        yield
    finally:
        sock.left_s = before
