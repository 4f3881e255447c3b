"""Answers of the ITSP with nothing, or something else, where something was expected; or that never end."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from channels.models import Channel, SetUpResult
from channels.set_up import preflight
from tests.factories import Road
from tests.pbx_messaging.outside.hanging import at_most, hanging
from tests.servers import Simulator

pytestmark = pytest.mark.django_db

PARTS = {
    "credentials": "/Accounts/{sid}.json",
    "owned": "/IncomingPhoneNumbers",
    "override": "/v1/Services",
    "countries": "/GeoPermissions",
    "balance": "/Balance",
    "failures": "/Alerts",
}
VALUES: dict[str, Any] = {"null": None, "number": 7, "list": [], "object": {}, "word": "x"}


def spoilt(value: Any, by: Any) -> Any:
    """Each value in it is another one; its shape stays."""
    if isinstance(value, dict):
        return {name: spoilt(one, by) for name, one in value.items()}
    if isinstance(value, list):
        return [spoilt(one, by) for one in value]
    return by


@contextmanager
def spoiling(simulator: Simulator, part: str, by: Any) -> Iterator[str]:
    """The simulator, whose answers on one path are spoilt."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {"Authorization": self.headers["Authorization"]}
            answer = requests.get(simulator.url + self.path, headers=headers, timeout=10)
            body = answer.content
            if part in self.path:
                body = json.dumps(spoilt(answer.json(), by)).encode()
            self.send_response(answer.status_code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("check", PARTS)
def test_answer_that_can_not_be_read_ends_no_check_and_stops_no_channel(
    simulator: Simulator, road: Road, public_url: str, settings: Any, check: str, value: str
) -> None:
    part = PARTS[check].format(sid=road.channel.credentials["account_sid"])
    with spoiling(simulator, part, VALUES[value]) as url:
        settings.ITSP_API_URLS = {"twilio": url}
        assert preflight.run(road.channel.pk)
    channel = Channel.objects.get()
    assert not preflight.is_running(channel)
    assert channel.status == "connected"
    outcomes = dict(SetUpResult.objects.values_list("check_name", "outcome"))
    assert outcomes["address"] == "pass"
    assert check not in outcomes or outcomes[check] != "fail"
    if (check, value) in {("credentials", "null"), ("owned", "null"), ("balance", "null")}:
        assert outcomes[check] == "cannot_tell"


@pytest.mark.parametrize(
    "drip", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"], ids=["hangs", "drips"]
)
def test_set_up_check_ends_in_time(road: Road, public_url: str, settings: Any, drip: bytes) -> None:
    settings.ITSP_CHECK_TIMEOUT_S = 0.8
    with hanging(drip) as outsider, at_most(5):
        settings.ITSP_API_URLS = {"twilio": outsider.url}
        preflight.run(road.channel.pk)
    outcomes = dict(SetUpResult.objects.values_list("check_name", "outcome"))
    assert outcomes == {"credentials": "cannot_tell", "address": "pass"}


def test_set_up_check_has_a_limit_over_all_calls(
    simulator: Simulator, road: Road, public_url: str, settings: Any
) -> None:
    simulator.post("/control/settings", {"api_latency_ms": 400})
    settings.SET_UP_CHECK_TOTAL_S = 1.0
    with at_most(5):
        preflight.run(road.channel.pk)
    outcomes = dict(SetUpResult.objects.values_list("check_name", "outcome"))
    assert outcomes["credentials"] == "pass"
    assert outcomes["failures"] == "cannot_tell"
