"""Outsiders that take a connection and then hang, or send a byte a second for ever."""

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

DRIP_S = 0.2


class Outsider:
    """Listens on loopback. `drip`: what it says, a byte at a time, then the last byte again for ever."""

    def __init__(self, drip: bytes = b"") -> None:
        self.drip = drip
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self.connections: list[socket.socket] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _run(self) -> None:
        chooser = selectors.DefaultSelector()
        chooser.register(self._listener, selectors.EVENT_READ)
        said: dict[socket.socket, int] = {}
        while not self._ended.is_set():
            if chooser.select(DRIP_S):
                taken, _address = self._listener.accept()
                self.connections.append(taken)
                said[taken] = 0
                continue
            for one in [one for one in said if self.drip]:
                at = min(said[one], len(self.drip) - 1)
                with contextlib.suppress(OSError):
                    one.send(self.drip[at : at + 1])
                said[one] += 1

    def end(self) -> None:
        self._ended.set()
        self._thread.join()
        for one in (*self.connections, self._listener):
            one.close()


@contextmanager
def hanging(drip: bytes = b"") -> Iterator[Outsider]:
    """An outsider that ends with the block."""
    outsider = Outsider(drip)
    try:
        yield outsider
    finally:
        outsider.end()


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Fails if the block takes longer."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds
