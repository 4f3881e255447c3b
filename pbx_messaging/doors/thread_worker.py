"""gunicorn's worker with threads, in which nobody holds a thread by sending slowly.

It stands behind a proxy and speaks no TLS: Python's TLS sockets would read past `PacedSocket`.
"""

import errno
from typing import Any

from django.conf import settings
from gunicorn.workers.gthread import TConn, ThreadWorker

from pbx_messaging.doors.paced_socket import PacedSocket, accepted, in_time


class DoorThreadWorker(ThreadWorker):  # type: ignore[misc]
    """One of gunicorn's workers."""

    def accept(self, listener: Any) -> None:
        """As gunicorn's, with a socket of ours."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        self.enqueue_req(TConn(self.cfg, accepted(client), address, listener.getsockname()))

    def handle(self, conn: Any) -> Any:
        """Answers one request; its head must come in time."""
        if isinstance(conn.sock, PacedSocket):
            conn.sock.left_s = in_time(settings.HEAD_TIMEOUT_S)
        return super().handle(conn)
