"""A provider of the general interface: the simulator's, and one whose answers a test decides."""

import http.server
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from channels.itsp.calls import WebhookCall
from channels.itsp.general.shape import Shape
from channels.itsp.general.signatures import signature
from channels.itsp.texts import OutboundSms

KEY, SECRET = "key-1f2e3d", "secret-9a8b7c"
AT = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)


class Provider:
    """Answers each request with `answer`, and keeps what was asked."""

    def __init__(self) -> None:
        self.answer: tuple[int, dict[str, str], bytes] = (200, {}, b'{"data": {"id": "m-1"}}')
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def says(self, status: int, body: Any = None, **headers: str) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answer = (status, named, raw)

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                told = json.loads(raw) if raw else None
                provider.asked.append((self.command, self.path, dict(self.headers), told))
                status, headers, body = provider.answer
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    one = Provider()
    settings.ITSP_API_URLS = {"general": one.url}
    yield one
    one.server.shutdown()
    one.server.server_close()


@pytest.fixture
def credentials(provider: Provider) -> dict[str, str]:
    return {"send_url": f"{provider.url}/send", "api_key": KEY, "secret": SECRET}


def sms(**changes: Any) -> OutboundSms:
    values: dict[str, Any] = {
        "sender": "+14155550100",
        "recipient": "+447700900123",
        "body": "Grüße 😀",
        "callback_url": "https://pbx.example.com/w/t/",
        "reference": "a-42",
    }
    return OutboundSms(**values | changes)


def called(told: Any, *, secret: str = SECRET, time: str = "", **settings: str) -> WebhookCall:
    """Signed as a provider with these settings signs."""
    shape = Shape.of(settings)
    body = told if isinstance(told, bytes) else json.dumps(told, ensure_ascii=False).encode()
    headers = {shape.signature_header.lower(): signature(body, secret.encode(), shape, time)}
    headers |= {shape.timestamp_header.lower(): time} if time else {}
    return WebhookCall("POST", "https://pbx.example.com/w/t/", headers, body, AT)
