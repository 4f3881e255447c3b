"""gunicorn's ASGI worker: how long it waits for strangers, how many it holds, and how it takes its leave.

What it changes: heads and idle connections have an end, the connections a number, and at SIGTERM it is gone
within a second with nobody's request lost, since streams and idle connections are told to go.
"""

import asyncio
import os
import resource
from typing import Any

from django.conf import settings
from gunicorn.asgi.lifespan import LifespanManager
from gunicorn.sock import ssl_context
from gunicorn.workers.gasgi import ASGIWorker

from pbx_messaging.doors.connection import Connection
from pbx_messaging.doors.house import House
from pbx_messaging.processes.ports import BACKLOG

FILES_KEPT = 200  # for databases, logs and temporary files
LOOK_EVERY_S = 5.0
LEAVE_S = 0.8  # for a request that is on its way in a connection that looked idle
TICK_S = 0.02


class DoorAsgiWorker(ASGIWorker):  # type: ignore[misc]
    """One of gunicorn's workers."""

    def init_process(self) -> None:
        """Runs in the new process."""
        _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.house = House(min(settings.CONNECTIONS_MOST, hard - FILES_KEPT))
        super().init_process()

    def init_signals(self) -> None:
        self._leaving = asyncio.Event()
        super().init_signals()

    def handle_exit_signal(self) -> None:
        super().handle_exit_signal()
        self._leaving.set()

    def handle_quit_signal(self) -> None:
        super().handle_quit_signal()
        self._leaving.set()

    async def _serve(self) -> None:
        """As gunicorn's, but with a longer backlog, waking up less often, and leaving at once."""
        self.lifespan = LifespanManager(self.asgi, self.log, self.state)
        await self.lifespan.startup()
        for sock in self.sockets:
            await self._listen(sock)
        while self.alive and self.ppid == os.getppid():
            self.notify()
            try:
                await asyncio.wait_for(self._leaving.wait(), LOOK_EVERY_S)
            except TimeoutError:
                continue
        await self._shutdown()

    async def _listen(self, sock: Any) -> None:
        tls: dict[str, Any] = {}
        if self.cfg.is_ssl:
            tls = {"ssl": ssl_context(self.cfg), "ssl_handshake_timeout": settings.HEAD_TIMEOUT_S}
        server = await self.loop.create_server(
            lambda: Connection(self, self.house), sock=sock.sock, backlog=BACKLOG, **tls
        )
        self.servers.append(server)
        self.log.info("ASGI server listening on %s", sock)

    async def _shutdown(self) -> None:
        """Says goodbye. What comes from now on waits in the socket for the next process."""
        for server in self.servers:
            server.close()
        if self._quick_shutdown:
            return
        await self.lifespan.shutdown()  # ends the streams
        now = self.loop.time
        leave_at, end = now() + LEAVE_S, now() + self.cfg.graceful_timeout
        while now() < leave_at or (self.house and now() < end):
            if now() >= leave_at:
                self.house.close_idle()
            if self._quick_shutdown:
                return
            await asyncio.sleep(TICK_S)
