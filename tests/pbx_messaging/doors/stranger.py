"""A stranger at the door: connections by hand, which send what no HTTP client would."""

import contextlib
import socket
import time
from collections.abc import Iterator
from typing import NamedTuple

WAITS_S = 12.0


class Heard(NamedTuple):
    """What came back until the connection was closed. `status` is 0 if there was no answer."""

    status: int
    text: str
    took_s: float
    sent: int


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=WAITS_S)


def head(path: str, *lines: str, method: str = "POST") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *lines, "", ""]).encode()


def tell(port: int, begin: bytes, parts: Iterator[bytes], every_s: float = 0.0) -> Heard:
    """Sends `begin` and then part after part, until an answer comes or the connection is closed."""
    begun, sent = time.monotonic(), 0
    with connect(port) as connection:
        connection.sendall(begin)
        with contextlib.suppress(OSError):
            for part in parts:
                if _has_answer(connection, every_s) or time.monotonic() - begun > WAITS_S:
                    break
                connection.sendall(part)
                sent += len(part)
        answer = _read(connection)
    status = int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0
    return Heard(status, answer.decode(errors="replace"), time.monotonic() - begun, sent)


def _has_answer(connection: socket.socket, wait_s: float) -> bool:
    connection.settimeout(max(wait_s, 0.0001))
    try:
        connection.recv(1, socket.MSG_PEEK)
    except TimeoutError:
        return False
    finally:
        connection.settimeout(WAITS_S)
    return True


def _read(connection: socket.socket) -> bytes:
    answer = b""
    with contextlib.suppress(OSError):
        while part := connection.recv(65536):
            answer += part
    return answer


def endless(part: bytes) -> Iterator[bytes]:
    while True:
        yield part


def chunk(size: int) -> bytes:
    return b"%x\r\n%s\r\n" % (size, b"x" * size)
