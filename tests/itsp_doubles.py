"""ITSPs that can less, or more, than Twilio: Twilio with other capabilities, before the real simulator."""

import http.server
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

import pytest

from channels.itsp import ITSPS
from channels.itsp.base import Credentials, Sender
from channels.itsp.errors import Advice, ItspError
from channels.itsp.lists import SentList
from channels.itsp.texts import Accepted, OutboundSms, reference_in
from channels.itsp.twilio import Twilio
from channels.models import Channel

BUSY = b'{"code": 40901, "message": "The first is under way.", "status": 409}'
OTHER_BYTES = b'{"code": 42201, "message": "Another text has this key.", "status": 422}'
TOO_MANY = b'{"code": 20429, "message": "Too many requests", "status": 429}'
Answer = tuple[int, bytes]


def become(monkeypatch: pytest.MonkeyPatch, channel: Channel, kind: type[Twilio], **can: Any) -> None:
    """Makes the channel one at an ITSP of this kind that can this."""
    double = type("Double", (kind,), {"code": "double", **can})
    monkeypatch.setitem(ITSPS, "double", double())
    channel.itsp = "double"
    channel.save(update_fields=["itsp"])


class Wordless(Twilio):
    """Its list has no words; it tells how long a text is where `tells_characters`."""

    tells_characters = True

    def list_sent(
        self, credentials: Credentials, *, sender: str, recipient: str, since: datetime
    ) -> SentList:
        listed = super().list_sent(credentials, sender=sender, recipient=recipient, since=since)
        return replace(
            listed,
            texts=[
                replace(one, body=None, characters=len(one.body or "") if self.tells_characters else None)
                for one in listed.texts
            ],
        )


class Forgetful(Twilio):
    """What is not in its list may have been sent all the same."""

    def list_sent(
        self, credentials: Credentials, *, sender: str, recipient: str, since: datetime
    ) -> SentList:
        listed = super().list_sent(credentials, sender=sender, recipient=recipient, since=since)
        return replace(listed, proves_absence=False)


class Repeating(Twilio):
    """Behind `once`, which takes the same text twice as one."""

    def sender(self, credentials: Credentials) -> Sender:
        return _RepeatingSender(super().sender(credentials))

    def list_sent(
        self, credentials: Credentials, *, sender: str, recipient: str, since: datetime
    ) -> SentList:
        raise AssertionError("nobody asks for its list")


class _RepeatingSender(Sender):
    def __init__(self, sender: Sender) -> None:
        self.sender = sender

    def send(self, sms: OutboundSms, wait_for_slot: Callable[[], None]) -> Accepted:
        try:
            return self.sender.send(sms, wait_for_slot)
        except ItspError as error:
            if error.code == "40901":
                raise ItspError(Advice.UNKNOWN, "It is under way.", error.code) from error
            raise


@dataclass
class Once:
    """A door that keeps the answer to each text that was accepted, and gives it again to the same bytes.

    `faults`: what goes wrong with the next texts: "lost request", "lost answer", "busy", "429" or "".
    `told`: how often what was answered.
    """

    url: str = ""
    faults: list[str] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    _kept: dict[str, tuple[bytes, Answer]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, body: bytes, forward: Callable[[], Answer]) -> Answer | None:
        """None breaks the connection off."""
        with self._lock:
            fault = self.faults.pop(0) if self.faults else ""
            self.told[fault] += 1
            if fault == "lost request":
                return None
            if fault in ("busy", "429"):
                return (409, BUSY) if fault == "busy" else (429, TOO_MANY)
            answer = self._once(body, forward)
            return None if fault == "lost answer" else answer

    def _once(self, body: bytes, forward: Callable[[], Answer]) -> Answer:
        key = reference_in(parse_qs(body.decode())["StatusCallback"][0])
        if key in self._kept:
            first, answer = self._kept[key]
            self.told["again" if first == body else "other bytes"] += 1
            return answer if first == body else (422, OTHER_BYTES)
        answer = forward()
        if answer[0] < 300:
            self._kept[key] = body, answer
        return answer


@contextmanager
def once(simulator_url: str) -> Iterator[Once]:
    """Before the simulator; all but texts to send is passed on."""
    door = Once()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(self._forward(None))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(door.answer(body, lambda: self._forward(body)))

        def _answer(self, answer: Answer | None) -> None:
            if answer is None:
                self.close_connection = True
                return
            self.send_response(answer[0])
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer[1])))
            self.end_headers()
            self.wfile.write(answer[1])

        def _forward(self, body: bytes | None) -> Answer:
            names = ("Authorization", "Content-Type")
            headers = {name: self.headers[name] for name in names if name in self.headers}
            call = urllib.request.Request(simulator_url + self.path, body, headers)
            try:
                with urllib.request.urlopen(call, timeout=30) as answer:
                    return answer.status, answer.read()
            except urllib.error.HTTPError as error:
                return error.code, error.read()

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    door.url = f"http://127.0.0.1:{server.server_port}"
    yield door
    server.shutdown()
    server.server_close()
