"""Hands each event to the clients of this process: one reader of the Redis stream for all of them.

The latest events stay in memory, so that a thousand clients that come back at once ask Redis for nothing.
"""

import asyncio
import json
import logging
import secrets
import time
from collections import defaultdict, deque
from collections.abc import Iterable
from itertools import islice
from typing import Any, NamedTuple

from django.conf import settings
from redis import RedisError
from redis.asyncio import Redis

from sessions.events import STREAM, Listener, readers_of
from sessions.live.gate import Access, Credential

logger = logging.getLogger(__name__)

BLOCK_MS = 5_000
RETRY_S = 1.0
VERIFY_EVERY_S = 2.0  # whether the stream is still the one that we read from
LAG_MOST = 1_000  # events that a client may lag behind, or have missed, before it must reload
READ_BATCH = 500
GENERATION = "events:generation"  # made once; gone when Redis has lost its memory
HEARTBEAT = b": still here\n\n"


class Entry(NamedTuple):
    """An event with the bytes that every client in its audience gets."""

    id: str
    session: int | None
    audience: frozenset[Listener]
    line: bytes


class Client:
    """What waits for one connection. It ends when its access does, or when it does not keep up."""

    __slots__ = ("_lines", "_task", "_waker", "access", "credential", "is_open", "is_sending", "page", "turn")

    def __init__(self, credential: Credential, access: Access, page: str) -> None:
        self.credential, self.access, self.page = credential, access, page
        self.turn = secrets.randbelow(1 << 16)  # spreads heartbeats and checks over the interval
        self.is_open, self.is_sending = True, False
        self._lines: list[bytes] = []
        self._waker: asyncio.Future[None] | None = None
        self._task = asyncio.current_task()

    def push(self, line: bytes) -> None:
        if len(self._lines) >= LAG_MOST:
            self.end()
        elif self.is_open:
            self._lines.append(line)
            self._wake()

    def end(self) -> None:
        """Says no more. Who does not read what was sent is cut off, so that nothing piles up for them."""
        self.is_open = False
        self._lines.clear()
        if self.is_sending and self._task is not None:
            self._task.cancel()
        self._wake()

    async def next(self) -> bytes:
        """All that waits, as soon as there is something; nothing at the end."""
        while self.is_open and not self._lines:
            self._waker = asyncio.get_running_loop().create_future()
            await self._waker
        lines, self._lines = self._lines, []
        return lines[0] if len(lines) == 1 else b"".join(lines)

    def _wake(self) -> None:
        if self._waker is not None and not self._waker.done():
            self._waker.set_result(None)


def event_lines(kind: str, session: int | None, entry_id: str = "") -> bytes:
    """As the stream has it; its data says the kind too, for clients that are not told an event's name."""
    place = f"id: {entry_id}\n" if entry_id else ""
    data = json.dumps({"session": session, "kind": kind})
    return f"{place}event: {kind}\ndata: {data}\n\n".encode()


class Hub:
    """All clients of this process, and the latest events."""

    def __init__(self) -> None:
        self.clients: set[Client] = set()
        self.redis = Redis.from_url(
            settings.REDIS_URL, decode_responses=True, socket_timeout=2 * BLOCK_MS / 1000
        )
        self._heard: defaultdict[Listener, set[Client]] = defaultdict(set)
        self._latest: deque[Entry] = deque()
        self._places: dict[str, int] = {}  # of an event's id, counted from the first that was ever read
        self._first = 0  # the place of the oldest in `_latest`
        self._newest = ""
        self._generation = ""
        self._verify_at = 0.0
        self._reader: asyncio.Task[None] | None = None
        self._is_ready = asyncio.Event()
        self._is_ending = False

    async def ready(self, timeout_s: float) -> bool:
        """Whether the latest events are known."""
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read())
        try:
            await asyncio.wait_for(self._is_ready.wait(), timeout_s)
        except TimeoutError:
            return False
        return True

    @property
    def newest(self) -> str:
        """The id of the newest event; "" if Redis has not answered yet."""
        return self._newest

    def join(self, client: Client) -> None:
        self.clients.add(client)
        for listener in client.access.listeners:
            self._heard[listener].add(client)
        if self._is_ending:
            client.end()

    def end(self) -> None:
        """Ends all clients, and each one that still joins."""
        self._is_ending = True
        for client in self.clients:
            client.end()

    def leave(self, client: Client) -> None:
        self.clients.discard(client)
        for listener in client.access.listeners:
            self._heard[listener].discard(client)
            if not self._heard[listener]:
                del self._heard[listener]

    def change(self, client: Client, access: Access) -> None:
        """Its access is another one from now on: it must look anew at everything."""
        self.leave(client)
        client.access = access
        self.join(client)
        client.push(self.reset())

    def reset(self) -> bytes:
        """Has a client look anew at everything; what comes after this it hears."""
        return event_lines("reset", None, self._newest)

    def since(self, last_id: str, listeners: frozenset[Listener]) -> list[Entry] | None:
        """What came after the event with this id; None if that is no longer known, or too much."""
        # A place counts on while old events are dropped, so that `place - _first` is an index of `_latest`.
        place = self._places.get(last_id)
        if place is None or place + 1 < self._first:
            return None
        later = islice(self._latest, place + 1 - self._first, None)
        missed = [entry for entry in later if not listeners.isdisjoint(entry.audience)]
        return missed if len(missed) <= LAG_MOST else None

    async def _read(self) -> None:
        while True:
            try:
                await self._read_on()
            except RedisError as error:
                logger.warning("events come later: %s", error)
                self._verify_at = 0.0
                await asyncio.sleep(RETRY_S)

    async def _read_on(self) -> None:
        if time.monotonic() >= self._verify_at:
            if not await self._is_unbroken():
                await self._load()
                for client in self.clients:
                    client.push(self.reset())
            self._verify_at = time.monotonic() + VERIFY_EVERY_S
        block_ms = round(min(BLOCK_MS, VERIFY_EVERY_S * 1000))
        answer: Any = await self.redis.xread({STREAM: self._newest}, count=READ_BATCH, block=block_ms)
        for _stream, entries in answer or []:
            for entry_id, fields in entries:
                self._hand_out(self._keep(entry_id, fields))

    async def _is_unbroken(self) -> bool:
        """Whether Redis remembers what we do, and nothing was cut off that we have not read yet.

        A stream alone does not tell: after Redis has lost its memory, or has come back with an older one,
        a read from our newest id waits, and looks like a quiet time. So a generation is made once, which
        is another one after a loss; and our newest event must be in the stream still, since what came
        between it and the stream's first is lost if it was trimmed away.
        """
        async with self.redis.pipeline(transaction=False) as pipeline:
            pipeline.set(GENERATION, secrets.token_hex(8), nx=True)
            pipeline.get(GENERATION)
            pipeline.xrange(STREAM, min=self._newest or "-", max=self._newest or "+", count=1)
            _set, generation, last = await pipeline.execute()
        known, self._generation = self._generation, generation
        return known == generation and (bool(last) or self._newest == "0-0")

    async def _load(self) -> None:
        """Begins anew with what Redis has."""
        found: list[Any] = []
        while len(found) < settings.EVENTS_KEPT:
            older = f"({found[-1][0]}" if found else "+"
            batch: Any = await self.redis.xrevrange(STREAM, max=older, count=READ_BATCH)
            found += batch
            if len(batch) < READ_BATCH:
                break
        self._latest.clear()
        self._places = {"0-0": -1} if not found else {}
        self._first, self._newest = 0, "0-0"
        for entry_id, fields in reversed(found):
            self._keep(entry_id, fields)
        self._is_ready.set()

    def _keep(self, entry_id: str, fields: dict[str, str]) -> Entry:
        event = json.loads(fields["event"])
        line = event_lines(event["kind"], event["session"], entry_id)
        readers = [] if event["session"] is None else [readers_of(event["session"])]
        entry = Entry(entry_id, event["session"], frozenset([*event["audience"], *readers]), line)
        self._places[entry_id] = self._first + len(self._latest)
        self._latest.append(entry)
        self._newest = entry_id
        if len(self._latest) > settings.EVENTS_KEPT:
            self._places.pop(self._latest.popleft().id)
            self._first += 1
        return entry

    def _hand_out(self, entry: Entry) -> None:
        for client in self._audience(entry.audience):
            client.push(entry.line)

    def _audience(self, listeners: Iterable[Listener]) -> set[Client]:
        """Copies the set: a client for which a line is too much leaves it meanwhile."""
        return {client for listener in listeners for client in self._heard.get(listener, ())}
