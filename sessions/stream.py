"""`/events/`: what changed, to each agent's and supervisor's page, as server-sent events.

One reader of the Redis stream per process hands every event to the clients that are in its audience. The
stream's ids are the events' ids, so a client that reconnects with `Last-Event-ID` gets what it missed; if
that is no longer kept, it is told to reload (`reset`).
"""

import asyncio
import json
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from functools import cache
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET
from redis import RedisError
from redis.asyncio import Redis

from routing.access import agent_of, supervised_queues_of
from sessions.events import STREAM, Listener, agents_of, supervisors_of

logger = logging.getLogger(__name__)

BLOCK_MS = 5_000
RETRY_S = 1.0
QUEUE_MOST = 1_000  # events that a client may lag behind before it is told to reload
READ_BATCH = 500

Entry = tuple[str, dict[str, Any]]  # id, event


class Box(asyncio.Queue[Entry]):
    """What waits for one client, which listens as its extension and as the supervisor of queues."""

    def __init__(self, listeners: frozenset[Listener]) -> None:
        super().__init__(QUEUE_MOST)
        self.listeners = listeners


class Hub:
    """Reads the Redis stream once for all clients of this process."""

    def __init__(self) -> None:
        self.clients: defaultdict[Listener, set[Box]] = defaultdict(set)
        self.reader: asyncio.Task[None] | None = None
        self.redis = Redis.from_url(
            settings.REDIS_URL, decode_responses=True, socket_timeout=2 * BLOCK_MS / 1000
        )

    async def join(self, listeners: frozenset[Listener]) -> Box:
        """A queue of what happens from now on."""
        box = Box(listeners)
        for listener in listeners:
            self.clients[listener].add(box)
        if self.reader is None or self.reader.done():
            self.reader = asyncio.create_task(self._read(await self.last_id()))
        return box

    def leave(self, box: Box) -> None:
        for listener in box.listeners:
            self.clients[listener].discard(box)
            if not self.clients[listener]:
                del self.clients[listener]

    def has(self, box: Box) -> bool:
        return any(box in self.clients.get(listener, ()) for listener in box.listeners)

    async def last_id(self) -> str:
        """The id of the newest event; "0-0" if there is none or Redis is away."""
        try:
            newest = await self.redis.xrevrange(STREAM, count=1)
        except RedisError:
            return "0-0"
        return str(newest[0][0]) if newest else "0-0"

    async def since(self, last_id: str, listeners: frozenset[Listener]) -> list[Entry] | None:
        """What a client missed since the event with this id; None if that is no longer known."""
        entries: Any = await self.redis.xrange(STREAM, min=last_id)
        if not entries or entries[0][0] != last_id:
            return None
        missed = [(entry_id, json.loads(fields["event"])) for entry_id, fields in entries[1:]]
        return [entry for entry in missed if not listeners.isdisjoint(entry[1]["audience"])]

    async def _read(self, last_id: str) -> None:
        while self.clients:
            try:
                answer: Any = await self.redis.xread({STREAM: last_id}, count=READ_BATCH, block=BLOCK_MS)
            except RedisError as error:
                logger.warning("events come later: %s", error)
                await asyncio.sleep(RETRY_S)
                continue
            for _stream, entries in answer or []:
                for last_id, fields in entries:
                    self._hand_out(last_id, json.loads(fields["event"]))

    def _hand_out(self, entry_id: str, event: dict[str, Any]) -> None:
        for box in {box for listener in event["audience"] for box in self.clients.get(listener, ())}:
            if box.full():
                self.leave(box)  # it hears nothing more, so its stream ends: see `_live`
            else:
                box.put_nowait((entry_id, event))


@cache
def hub() -> Hub:
    """The process's own; made in its event loop."""
    return Hub()


@login_not_required
@require_GET
async def event_stream(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """401 for whoever hears of nothing; otherwise a stream that lasts as long as the access does."""
    listeners = await _listeners_of(request)
    if not listeners:
        return HttpResponse("Log in as an agent.", status=401, content_type="text/plain")
    stream = _live(request, listeners, request.headers.get("Last-Event-ID", ""))
    response = StreamingHttpResponse(stream, content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


@sync_to_async
def _listeners_of(request: HttpRequest) -> frozenset[Listener]:
    """What the login may hear of now; holds no database connection after it."""
    try:
        request.session = SessionStore(request.session.session_key)
        request.user = get_user(request)
        agent = agent_of(request)
        mine = [agent.pk, *map(agents_of, agent.queues.live().values_list("pk", flat=True))] if agent else []
        return frozenset([*mine, *map(supervisors_of, supervised_queues_of(request))])
    finally:
        connections.close_all()


async def _live(request: HttpRequest, listeners: frozenset[Listener], last_id: str) -> AsyncIterator[str]:
    here = hub()
    box = await here.join(listeners)
    try:
        for line in await _greeting(here, listeners, last_id):
            yield line
        checked_at = time.monotonic()
        while here.has(box):
            try:
                yield _line(*await asyncio.wait_for(box.get(), settings.EVENTS_HEARTBEAT_S))
            except TimeoutError:
                yield ": still here\n\n"
            if time.monotonic() - checked_at >= settings.EVENTS_HEARTBEAT_S:
                if await _listeners_of(request) != listeners:
                    return
                checked_at = time.monotonic()
    finally:
        here.leave(box)


async def _greeting(here: Hub, listeners: frozenset[Listener], last_id: str) -> list[str]:
    """What a client begins with: what it missed, or where it stands."""
    try:
        missed = await here.since(last_id, listeners) if last_id else []
    except RedisError:
        missed = None
    if missed is None:
        return ["event: reset\ndata: {}\n\n"]
    if missed:
        return [_line(*entry) for entry in missed]
    return [f"id: {last_id or await here.last_id()}\nevent: hello\ndata: {{}}\n\n"]


def _line(entry_id: str, event: dict[str, Any]) -> str:
    data = json.dumps({"session": event["session"]})
    return f"id: {entry_id}\nevent: {event['kind']}\ndata: {data}\n\n"
