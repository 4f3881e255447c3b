"""What a stream process does again and again for all its clients: heartbeats, checks of access, presence.

In slices, so that a thousand clients are never looked after in one breath; an event would wait for it.
"""

import asyncio
import logging

from django.conf import settings
from redis import RedisError

from sessions.live.gate import Gate, Unavailable
from sessions.live.hub import HEARTBEAT, Client, Hub
from sessions.presence import availability, online
from sessions.presence.online import Place

logger = logging.getLogger(__name__)

SLICES = 10  # of an interval between heartbeats


class Rounds:
    def __init__(self, hub: Hub, gate: Gate) -> None:
        self._hub, self._gate = hub, gate
        self._newcomers: set[str] = set()
        self._due: set[Client] = set()
        self._checking: asyncio.Task[None] | None = None
        self._walking: asyncio.Task[None] | None = None

    def welcome(self, client: Client) -> None:
        """Its agent is online within a slice."""
        if client.page:
            self._newcomers.add(client.page)
        if self._walking is None or self._walking.done():
            self._walking = asyncio.create_task(self._walk())

    async def _walk(self) -> None:
        turn = 0
        while True:
            await asyncio.sleep(settings.EVENTS_HEARTBEAT_S / SLICES)
            turn = (turn + 1) % SLICES
            await self._say_who_is_there(everybody=turn == 0)
            for client in [one for one in self._hub.clients if one.turn % SLICES == turn]:
                client.push(HEARTBEAT)
                self._due.add(client)
            if self._due and (self._checking is None or self._checking.done()):
                self._checking = asyncio.create_task(self._check())

    async def _check(self) -> None:
        """Ends streams whose access is over; while the database is away nobody can end one."""
        clients, self._due = self._due, set()
        answers = await asyncio.gather(
            *(self._gate.access_of(client.credential) for client in clients), return_exceptions=True
        )
        for client, access in zip(clients, answers, strict=True):
            if isinstance(access, BaseException):
                continue
            if access is None or (access.user, access.agent) != (client.access.user, client.access.agent):
                client.end()
            elif client.is_open and access != client.access:
                self._hub.change(client, access)

    async def _say_who_is_there(self, *, everybody: bool) -> None:
        """One write for all; one more for those who came since."""
        pages = {client.page for client in self._hub.clients if client.page} if everybody else self._newcomers
        if not (pages or everybody):
            return
        self._newcomers = set()
        try:
            answer = await self._hub.redis.eval(online.SERVING, 0, str(online.lifetime_ms()), *pages)
            came, went, left = answer
            if left:
                await self._gate.run(online.tell_viewers, {Place.read(place) for place in left})
            if came or went:
                await self._gate.run(availability.tell_supervisors, [int(agent) for agent in (*came, *went)])
        except (RedisError, Unavailable) as error:
            logger.warning("who is online is said later: %s", error)
