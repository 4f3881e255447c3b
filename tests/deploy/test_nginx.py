"""Pages, files, events and webhooks through the real nginx with our configuration, to a real stack."""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.models import Role, User
from channels.webhook import keys as webhook_keys
from pbx_messaging.embedded.children import stop_all
from pbx_messaging.processes.ports import free_port
from sessions.models import Message
from tests.certificates import self_signed
from tests.deploy import nginx
from tests.factories import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, make_agent, make_queue, make_road
from tests.pbx_messaging.doors.twilio_calls import TwilioCalls
from tests.portal import PASSWORD, make_user
from tests.product import Stack
from tests.servers import wait_for_http

pytestmark = pytest.mark.processes
MIB = 1024 * 1024


@pytest.fixture
def proxied(
    start_stack: Callable[..., Stack], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> Iterator[tuple[str, Stack]]:
    """The address that nginx answers at, by TLS, and what is behind it."""
    if connection.vendor == "sqlite":
        pytest.skip("the embedded stack has no proxy of its own")
    port, plain_port = free_port(), free_port()
    address = f"https://127.0.0.1:{port}"
    stack = start_stack(only=("web", "stream", "proxy"), PUBLIC_URL=address, TRUST_PROXY_HEADERS="True")
    settings.PUBLIC_URL = address
    certificate = self_signed(tmp_path, "127.0.0.1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    ports = {"80": plain_port, "443": port, "8000": stack.web_port, "8001": stack.stream_port}
    command = nginx.configure(tmp_path / "nginx", certificate, ports)
    judged = nginx.judged(command)
    assert judged.returncode == 0, judged.stderr
    assert "[warn]" not in judged.stderr
    server = nginx.child(command, tmp_path)
    server.start()
    try:
        wait_for_http(f"http://127.0.0.1:{stack.stream_port}/healthz")
        yield address, stack
    finally:
        stop_all([server], timeout_s=4)


def _logged_in(address: str) -> requests.Session:
    browser = requests.Session()
    browser.headers["Referer"] = f"{address}/login/"
    browser.get(f"{address}/login/", timeout=10)
    token = browser.cookies["csrftoken"]
    data = {"username": "alice", "password": PASSWORD, "csrfmiddlewaretoken": token}
    answer = browser.post(f"{address}/login/", data=data, timeout=10, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    return browser


def test_nginx_serves_all_roads_and_bounds_strangers(proxied: tuple[str, Stack]) -> None:
    address, stack = proxied
    make_user("alice", Role.ADMINISTRATOR)
    browser = _logged_in(address)

    page = browser.get(f"{address}/contacts/", timeout=10, headers={"X-Forwarded-For": "6.6.6.6"})
    assert (page.status_code, page.headers["Content-Encoding"]) == (200, "gzip")
    token = browser.cookies["csrftoken"]
    files = {"file": ("contacts.csv", b"x" * 3 * MIB)}
    stranger = requests.post(f"{address}/contacts/import/", files=files, timeout=20)
    assert stranger.status_code == 413
    assert "That is more than can be taken in at once." in stranger.text
    known = browser.post(
        f"{address}/contacts/import/", files=files, headers={"X-CSRFToken": token}, timeout=20
    )
    assert known.status_code in {200, 302, 422}
    over = {"Content-Length": str(60 * MIB)}
    assert browser.post(f"{address}/login/", data=b"", headers=over, timeout=20).status_code == 413
    unsized = requests.post(f"{address}/login/", data=(b"x" * MIB for _ in range(3)), timeout=20)
    assert (unsized.status_code, "nginx" in unsized.text) == (413, True)  # the product was not reached

    agent = make_agent("1001")
    agent.user = User.objects.get(username="alice")
    agent.save()
    with browser.get(f"{address}/events/", stream=True, timeout=20) as events:
        assert events.headers["Content-Type"].startswith("text/event-stream")
        begun = time.monotonic()
        assert next(events.iter_content(64))
        assert time.monotonic() - begun < 10  # what is buffered comes when the stream ends

    stack.kill("stream")
    again = browser.get(f"{address}/events/", timeout=20)
    assert (again.status_code, again.text) == (200, "retry: 1000\n\n")
    assert again.headers["Content-Type"].startswith("text/event-stream")
    stack.start("stream")
    stack.kill("web")
    assert browser.get(f"{address}/contacts/", timeout=20).status_code == 200


@pytest.mark.long
def test_restarts_behind_nginx_lose_no_text(proxied: tuple[str, Stack]) -> None:
    address, stack = proxied
    road = make_road(make_queue(make_agent("1001")))
    webhook_keys.remember(road.channel.webhook_addresses.all())
    calls = TwilioCalls(address + road.path, ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER)
    with calls.running():
        for name, number in (("stream", signal.SIGTERM), ("stream", signal.SIGKILL), ("web", signal.SIGTERM)):
            child = stack.children[name]
            time.sleep(1)
            child.signal(number)
            assert child.wait(10)
            time.sleep(1)
            child.start()
            port = stack.stream_port if name == "stream" else stack.web_port
            wait_for_http(f"http://127.0.0.1:{port}/healthz", child)
    assert calls.last == {"200"}
    assert {answer for tries in calls.answers.values() for answer in tries} <= {"200", "ReadTimeout"}
    assert set(Message.objects.values_list("itsp_message_id", flat=True)) >= set(calls.answers)
