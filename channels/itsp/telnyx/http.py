"""Calls to Telnyx's API, with its login, and their answers."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.conf import settings

from channels.itsp.api import Api, ahead
from channels.itsp.base import Credentials

API = "https://api.telnyx.com"


@dataclass(frozen=True)
class Answer:
    """`ahead`: of Telnyx's clock, ours was, to a second."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    ahead: timedelta

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    def read(self) -> dict[str, Any]:
        """The JSON object. Raises what is in `api.UNREADABLE`."""
        found = json.loads(self.content)
        if not isinstance(found, dict):
            raise TypeError("no object")
        return found


class Client:
    """Of one account, for many threads; times are those of `Api`."""

    def __init__(self, credentials: Credentials, timeout_s: float, total_s: float | None = None) -> None:
        self._headers = {"Authorization": f"Bearer {credentials['api_key']}", "Accept": "application/json"}
        self._api = Api("Telnyx", timeout_s, total_s)

    def get(self, *path: str, **query: str) -> Answer:
        return self.ask("GET", *path, query=query)

    def patch(self, *path: str, fields: Mapping[str, Any]) -> Answer:
        return self.ask("PATCH", *path, body=encoded(fields))

    def ask(
        self,
        method: str,
        *path: str,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        wait: Callable[[], None] = lambda: None,
    ) -> Answer:
        """Calls `wait` directly before the socket is used. Raises `api.ERRORS`, and whatever that raises."""
        base = settings.ITSP_API_URLS.get("telnyx") or API
        url = "/".join([base, "v2", *(quote(part, safe="") for part in path)])
        own = {**self._headers, **({} if body is None else {"Content-Type": "application/json"})}
        answer = self._api.call(
            method, url, wait, headers={**own, **(headers or {})}, data=body, params=query
        )
        return Answer(answer.status_code, answer.headers, answer.content, ahead(answer))


def encoded(fields: Mapping[str, Any]) -> bytes:
    """JSON; the same fields are the same bytes."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


def checking(credentials: Credentials) -> Client:
    """For one question while an admin or a worker waits."""
    return Client(credentials, settings.ITSP_CHECK_TIMEOUT_S)
