"""Clients at the event stream, as pages and as programs with a token."""

import json
import queue
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import requests
from django.test import Client

from accounts.models import User

Heard = tuple[str, str, dict[str, Any]]  # id, kind, data


class Listener:
    """Somebody at the event stream: a browser that is logged in, or whoever has the token."""

    def __init__(self, url: str, user: User | None, last_id: str = "", token: str = "", **asked: str) -> None:
        headers = {"Last-Event-ID": last_id} if last_id else {}
        self.browser = Client()
        if user is not None:
            self.browser.force_login(user)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        cookies = {name: morsel.value for name, morsel in self.browser.cookies.items()}
        address = f"{url}/events/?{urlencode(asked)}" if asked else f"{url}/events/"
        self.response = requests.get(address, headers=headers, cookies=cookies, stream=True, timeout=30)
        self.heard: queue.SimpleQueue[Heard] = queue.SimpleQueue()
        self.ended = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def next(self, timeout_s: float = 10.0) -> Heard:
        return self.heard.get(timeout=timeout_s)

    def until(self, kind: str) -> list[str]:
        """The kinds of what comes, up to the first of `kind`."""
        kinds = [self.next(30)[1]]
        while kinds[-1] != kind:
            kinds.append(self.next(30)[1])
        return kinds

    def close(self) -> None:
        self.response.close()

    def _listen(self) -> None:
        try:
            for block in self._blocks():
                fields = dict(line.split(": ", 1) for line in block if not line.startswith(":"))
                if fields:
                    self.heard.put((fields.get("id", ""), fields["event"], json.loads(fields["data"])))
        except (requests.RequestException, AttributeError):
            pass  # closed under our hands
        self.ended.set()

    def _blocks(self) -> Iterator[list[str]]:
        block: list[str] = []
        for line in self.response.iter_lines(chunk_size=1, decode_unicode=True):
            if line:
                block.append(line)
            elif block:
                yield block
                block = []
