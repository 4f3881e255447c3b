"""gunicorn's ASGI connection with an end to all its waiting, so that nobody holds one by doing nothing."""

from asyncio import BaseTransport, TimerHandle
from typing import Any

from django.conf import settings
from gunicorn.asgi.protocol import ASGIProtocol

from pbx_messaging.doors.house import House

BUFFER_BYTES = 64 * 1024  # of a body that nobody reads yet; then the sender waits
HEAD_BYTES = 64 * 1024
LINGER_S = 2.0  # in which the rest of a refused body is read and thrown away, or its answer would be lost
WRITE_TIMEOUT_S = 60.0
FULL = "There are too many connections. Try again in a few seconds."


class Connection(ASGIProtocol):  # type: ignore[misc]
    """One client."""

    def __init__(self, worker: Any, house: House) -> None:
        super().__init__(worker)
        self._closed: bool
        self._house = house
        self._max_buffer_size = BUFFER_BYTES
        self._head_bytes = 0
        self._head_timer: TimerHandle | None = None
        self._end_timer: TimerHandle | None = None
        self._is_deaf = False

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        if self._house.enter(self):
            self._await_head()
        else:
            self._refuse(503, FULL, [("Retry-After", "3")])

    def data_received(self, data: bytes) -> None:
        """The head is counted; a body is counted by whoever reads it."""
        if self._is_deaf:
            return
        super().data_received(data)
        if self._request_ready.is_set() or self._closed:
            return
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES:
            self._refuse(431, "The head of the request is too long.")
        elif self._head_timer is None:
            self._await_head()

    def _await_head(self) -> None:
        self._head_timer = self.worker.loop.call_later(settings.HEAD_TIMEOUT_S, self._head_is_late)

    def _head_is_late(self) -> None:
        if self._head_bytes:
            self._refuse(408, "The head of the request did not come in time.")
        else:
            self.hang_up()

    def _on_headers_complete(self) -> bool:
        self._head_bytes = 0
        self._cancel(self._head_timer)
        self._head_timer = None
        self._house.work(self)
        return bool(super()._on_headers_complete())

    def _arm_keepalive_timer(self) -> None:
        """The request is answered and the next one is waited for."""
        super()._arm_keepalive_timer()
        self._house.rest(self)

    def _cancel_keepalive_timer(self) -> None:
        super()._cancel_keepalive_timer()
        self._house.work(self)

    @property
    def is_asking(self) -> bool:
        """Whether a part of a head has come."""
        return self._head_bytes > 0

    def _refuse(self, status: int, words: str, headers: list[tuple[str, str]] | None = None) -> None:
        self._send_error_response(status, words, headers or [])
        self.hang_up()

    def hang_up(self) -> None:
        """Closes it, and lets gunicorn's loop see that."""
        self._close_transport()
        self._request_ready.set()

    def abort(self) -> None:
        """Closes it without sending what is still to be sent."""
        self.hang_up()
        self.transport.abort()

    def _close_transport(self) -> None:
        if self._closed or self.transport is None:
            return
        if self._end_timer is None:
            self._end_timer = self.worker.loop.call_later(WRITE_TIMEOUT_S, self.transport.abort)
        if self._body_receiver is None or self._body_receiver._complete:
            super()._close_transport()
            return
        self._closed = self._is_deaf = True
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._resume_reading()
        self.worker.loop.call_later(LINGER_S, self.transport.close)

    def pause_writing(self) -> None:
        """The client reads too slowly."""
        super().pause_writing()
        self._cancel(self._end_timer)
        self._end_timer = self.worker.loop.call_later(WRITE_TIMEOUT_S, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._cancel(self._end_timer)
        self._end_timer = None

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._house.leave(self)
        self._cancel(self._head_timer)
        self._cancel(self._end_timer)

    def _cancel(self, timer: TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()
