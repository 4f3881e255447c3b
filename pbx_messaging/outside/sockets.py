"""Connections that keep the thread's deadline, and go only to addresses that they may go to."""

import socket
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from pbx_messaging.outside.deadline import left_s

May = Callable[[str], bool]
Options = Sequence[tuple[int, int, int | bytes]]
RESOLVING_AT_ONCE = 16


class ForbiddenAddress(Exception):
    """The name leads to addresses only that we do not connect to. No `OSError`: it is not tried again."""


class _Bounded(socket.socket):
    """Each use of the socket gets the time that is left of the whole call."""

    def _arm(self) -> None:
        left = left_s()
        if left is not None:
            self.settimeout(left)

    def recv(self, *arguments: Any, **options: Any) -> bytes:
        self._arm()
        return super().recv(*arguments, **options)

    def recv_into(self, *arguments: Any, **options: Any) -> int:
        self._arm()
        return super().recv_into(*arguments, **options)

    def send(self, *arguments: Any, **options: Any) -> int:
        self._arm()
        return super().send(*arguments, **options)

    def sendall(self, *arguments: Any, **options: Any) -> None:
        self._arm()
        super().sendall(*arguments, **options)


class BoundedSocket(_Bounded):
    """Plain."""


class BoundedSslSocket(_Bounded, ssl.SSLSocket):
    """With TLS, whose handshake gets what was left at its beginning."""


def bounded(context: ssl.SSLContext) -> ssl.SSLContext:
    """The context, made to wrap sockets so that they stay bounded."""
    context.sslsocket_class = BoundedSslSocket
    return context


def connect(host: str, port: int, *, may: May | None = None, options: Options = ()) -> BoundedSocket:
    """Connects to the address that was judged, so that a name which changes meanwhile gains nothing.

    Raises `ForbiddenAddress`, `TimeoutError`, `socket.gaierror` or another `OSError`.
    """
    found = _resolve(host, port)
    allowed = [one for one in found if may is None or may(one[1][0])]
    if found and not allowed:
        raise ForbiddenAddress(host)
    failure = OSError("the name has no address")
    for family, address in allowed:
        try:
            return _connected(family, address, options)
        except OSError as error:
            failure = error
    raise failure


def _connected(family: int, address: tuple[Any, ...], options: Options) -> BoundedSocket:
    made = BoundedSocket(family, socket.SOCK_STREAM)
    try:
        for option in options:
            made.setsockopt(*option)
        made.settimeout(left_s())
        made.connect(address)
    except BaseException:
        made.close()
        raise
    return made


def _resolve(host: str, port: int) -> list[tuple[int, tuple[Any, ...]]]:
    """The name's addresses. The system's resolver knows no time-out, so another thread waits for it."""
    asked = _resolvers().submit(socket.getaddrinfo, host, port, 0, socket.SOCK_STREAM)
    found = asked.result(left_s())
    return [(family, address) for family, _kind, _protocol, _name, address in found]


@cache
def _resolvers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(RESOLVING_AT_ONCE, "resolver")
