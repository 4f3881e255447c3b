"""The load of the benchmark of events: agents at the event stream, and texts at a steady rate.

All in one process with one clock. A client is a bare protocol that notes when which session's event came.
"""

import asyncio
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

EVENT = re.compile(rb'event: message\ndata: \{"session": (\d+)\}\n\n')
MOST_CONNECTIONS = 64


class Agent(asyncio.Protocol):
    """One connection to the event stream."""

    def __init__(self, port: int, key: str) -> None:
        self.heard: list[tuple[int, float]] = []  # session, when
        self.greeted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        lines = ["GET /events/ HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Cookie: pbx_session={key}", "", ""]
        self._request = "\r\n".join(lines).encode()
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        if not self.greeted.done():
            if not data.startswith(b"HTTP/1.1 200") and not self._rest:
                self.greeted.set_exception(RuntimeError(data[:200].decode()))
            elif b"event: hello" in data:
                self.greeted.set_result(None)
        self._rest += data
        end = 0
        for found in EVENT.finditer(self._rest):
            self.heard.append((int(found[1]), now))
            end = found.end()
        self._rest = self._rest[end:][-200:]

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.greeted.done():
            self.greeted.set_exception(RuntimeError("the stream ended"))


async def connect(port: int, keys: Iterable[str], at_once: int = 50) -> list[Agent]:
    """All of them, greeted."""
    loop, free = asyncio.get_running_loop(), asyncio.Semaphore(at_once)

    async def one(key: str) -> Agent:
        async with free:
            _transport, agent = await loop.create_connection(lambda: Agent(port, key), "127.0.0.1", port)
            await asyncio.wait_for(agent.greeted, 60)
        return agent

    return await asyncio.gather(*(one(key) for key in keys))


@dataclass
class Text:
    """A signed post. `to`: the index of its number, `contact`: whom its session is with; times in seconds."""

    request: bytes
    to: int
    contact: str
    sent_at: float = 0.0
    accepted_at: float = 0.0


@dataclass
class Poster:
    """Posts texts at their times, whether or not the ones before are answered."""

    port: int
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)

    async def post(self, texts: list[Text], per_s: float) -> float:
        """Returns by how much the latest was late, in seconds."""
        begun, late, running = time.perf_counter() + 0.1, 0.0, set[asyncio.Task[None]]()
        for number, text in enumerate(texts):
            due = begun + number / per_s
            await asyncio.sleep(due - time.perf_counter())
            late = max(late, time.perf_counter() - due)
            running.add(asyncio.create_task(self._post(text)))
        await asyncio.gather(*running)
        return late

    async def _post(self, text: Text) -> None:
        text.sent_at = time.perf_counter()
        connection = self.idle.pop() if self.idle else await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = connection
        writer.write(text.request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]
        await reader.readexactly(int(length))
        if head.split(b" ", 2)[1] == b"200":
            text.accepted_at = time.perf_counter()
        self.idle.append(connection)
