"""PBX's Webhook URL, as far as a provider's calls to it can be judged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from simulator.general.signing import HEADER, is_signed

LARGEST = 1024 * 1024
Item = dict[str, Any]


@dataclass(frozen=True)
class Came:
    """A call: its items, if it is JSON; `is_refused`: it was answered 503 to see it come again."""

    body: bytes
    signature: str
    content_type: str
    items: list[Item]
    is_refused: bool


@dataclass
class Webhook:
    """Refuses the first call, so that the provider has to repeat it, and takes all others."""

    secret: str
    came: list[Came] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST)
        app.router.add_post("/{path:.*}", self._take)
        return app

    async def _take(self, request: web.Request) -> web.Response:
        body, is_first = await request.read(), not self.came
        given = request.headers.get(HEADER, "")
        self.came.append(Came(body, given, request.content_type, _items(body), is_first))
        self.changed.set()
        return web.Response(status=503 if is_first else 200)

    def is_signed(self, came: Came) -> bool:
        return is_signed(came.body, came.signature, self.secret)

    async def wait(self, is_there: Callable[[], bool], timeout_s: float) -> bool:
        """Whether it became true in time; looked at after each call."""
        try:
            async with asyncio.timeout(timeout_s):
                while not is_there():
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            return False
        return True

    def items(self, is_meant: Callable[[Item], bool]) -> list[Item]:
        return [item for came in self.came if not came.is_refused for item in came.items if is_meant(item)]


def _items(body: bytes) -> list[Item]:
    try:
        told = json.loads(body)
    except ValueError:
        return []
    return [one for one in (told if isinstance(told, list) else [told]) if isinstance(one, dict)]
