"""Receivers of alarms, and what is looked at."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.utils import timezone

from health.alarms import looking
from health.models import AlarmWishes
from health.result import Result, State


@dataclass
class Receiver:
    """Takes what is posted, or asked for, on loopback; `answers` are the statuses of the next calls."""

    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.calls.append((self.path, headers, body))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST  # noqa: N815

            def log_message(self, *_arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def told(self) -> list[tuple[str, str]]:
        """The types and titles of what came."""
        read = [json.loads(body) for _path, _headers, body in self.calls]
        return [(one["type"], one["data"]["title"]) for one in read]

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    made = Receiver()
    settings.ALARM_NEAR_URLS = [made.url]
    yield made
    made.end()


SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # of the standard's own example


def wish(user: Any, **values: Any) -> AlarmWishes:
    return AlarmWishes.objects.update_or_create(user=user, defaults={"webhook_secret": SECRET, **values})[0]


Look = Callable[..., datetime]


@pytest.fixture
def clock() -> "Clock":
    return Clock(timezone.now() - timedelta(hours=3))


@dataclass
class Clock:
    """A clock that is moved, by which what fails is looked at."""

    now: datetime

    def look(self, *failing: Result, after_s: float = 0.0, unknown: str = "") -> None:
        self.now += timedelta(seconds=after_s)
        held = [Result(unknown, State.UNKNOWN, "untold")] if unknown else []
        looking.compare([*failing, *held], now=self.now)


DEAD = Result("worker", State.FAILING, "gone", 25.0, {"count": 0})
FAILING = Result(
    "channels", State.FAILING, "failing", None, {"label": "Main", "reason": "No such account."}, about="7"
)
