"""The real simulator process, the real twilio client on it, and a server that receives webhooks."""

import http.server
import itertools
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

ROOT = Path(__file__).resolve().parents[2]
SID = "AC" + "51a0" * 8
TOKEN = "70ce" * 8
NUMBER = "+14155550100"
FAST = "+15005550006"
ABROAD = "+447700900123"
CONTACT = "+14155550123"
TWIML = "<?xml version='1.0' encoding='UTF-8'?><Response/>"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(true: Callable[[], Any], timeout_s: float = 5) -> Any:
    """The first value that counts as true."""
    deadline = time.monotonic() + timeout_s
    while not (value := true()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
    return value


class _Redirected(TwilioHttpClient):  # type: ignore[misc]  # twilio has no types
    """Every call to Twilio goes to the simulator: scheme and host are replaced, nothing else."""

    def __init__(self, url: str) -> None:
        super().__init__(timeout=10)
        self._url = url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return super().request(method, self._url + path, *args, **kwargs)


class StandIn:
    """A simulator process of its own."""

    def __init__(self, *arguments: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.arguments = arguments
        self.session = requests.Session()
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "simulator", "--quiet", "--port", str(self.port), *self.arguments]
        self.process = subprocess.Popen(command, cwd=ROOT)
        wait_until(self._answers, 10)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> float:
        """End it; the seconds that took."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(10)
        return time.monotonic() - began

    @property
    def client(self) -> Client:
        return Client(SID, TOKEN, http_client=_Redirected(self.url))

    def api(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        """A call below the account, without the client."""
        url = f"{self.url}/2010-04-01/Accounts/{SID}{path}"
        return requests.request(method, url, auth=(SID, TOKEN), timeout=10, **kwargs)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.session.get(f"{self.url}/control/{path}", params=query, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def post(self, path: str, **body: Any) -> Any:
        answer = self.session.post(f"{self.url}/control/{path}", json=body, timeout=20)
        assert answer.ok, answer.text
        return answer.json()

    def text(self, body: str, to: str = NUMBER, contact: str = CONTACT, **more: Any) -> Any:
        """A contact texts a number; what the webhook answered."""
        return self.post("inbound", **{"from": contact, "to": to, "body": body, **more})

    def send(self, body: str = "Hello", to: str = CONTACT, from_: str = NUMBER, **more: Any) -> str:
        """The product sends; the SID."""
        sid = self.client.messages.create(to=to, from_=from_, body=body, **more).sid
        return str(sid)

    def message(self, sid: str) -> Any:
        (message,) = self.get("messages", sid=sid)["messages"]
        return message

    def ended(self, sid: str) -> Any:
        """The message, once it has its last status."""
        final = ("delivered", "undelivered", "failed", "canceled")
        return wait_until(lambda: (m := self.message(sid))["status"] in final and m)


@dataclass
class Answer:
    """How the receiver answers one request; a `status` of 0 closes the connection instead."""

    status: int = 200
    body: str = TWIML
    content_type: str = "text/xml"
    after_s: float = 0


@dataclass
class Received:
    at: float
    method: str
    path: str
    headers: dict[str, str]
    params: dict[str, str]
    body: bytes = b""


@dataclass
class Receiver:
    """The product's place: keeps what it is sent, answers as told, and with empty TwiML after that."""

    received: list[Received] = field(default_factory=list)
    answers: deque[Answer] = field(default_factory=deque)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def reset(self) -> None:
        self.received.clear()
        self.answers.clear()
        self.files.clear()

    def statuses(self) -> list[str]:
        return [request.params["MessageStatus"] for request in list(self.received)]

    def wait_for(self, count: int) -> list[Received]:
        wait_until(lambda: len(self.received) >= count)
        return self.received


def _handler(receiver: Receiver) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_form = "json" not in self.headers["Content-Type"]
            pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True) if is_form else []
            self._keep(dict(pairs), body)

        def do_GET(self) -> None:
            if self.path in receiver.files:
                self._file()
            else:
                self._keep({})

        do_HEAD = do_GET  # noqa: N815  the name that http.server calls

        def _file(self) -> None:
            content_type, data = receiver.files[self.path]
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(data)

        def _keep(self, params: dict[str, str], body: bytes = b"") -> None:
            arrived = Received(time.time(), self.command, self.path, dict(self.headers), params, body)
            receiver.received.append(arrived)
            answer = receiver.answers.popleft() if receiver.answers else Answer()
            time.sleep(answer.after_s)
            if not answer.status:
                self.close_connection = True
                return
            data = answer.body.encode()
            self.send_response(answer.status)
            if answer.content_type:
                self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: Any) -> None:
            """Nothing on the terminal."""

    return Handler


def gaps(times: list[float]) -> list[float]:
    return [later - earlier for earlier, later in itertools.pairwise(times)]
