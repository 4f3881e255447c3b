"""Whoever is not known can't fill the disk, the memory or the journal, nor hold what others need.

On the embedded server and behind the real proxy, through sockets.
"""

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.models import Role
from sessions.models import Message, WebhookRequest
from tests.factories import CONTACT, OUR_NUMBER, make_agent, make_road
from tests.installation import log_in
from tests.pbx_messaging.doors.stranger import chunk, connect, endless, head, tell
from tests.portal import PASSWORD, make_user
from tests.product import Stack, new_stack, stacks_key
from tests.servers import Simulator

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

MIB = 1024 * 1024
PATHS = ["/login/", "/inbox/new/", "/w/nobodys/", "/events/", "/api/v1/sessions", "/nothing/"]
CHUNKED = "Transfer-Encoding: chunked"
REFUSED = {400, 401, 403, 404, 405, 408, 411, 413}
CUT_OFF = REFUSED | {502}  # a busy proxy may see the connection end before it reads the answer
LISTENING = ("web", "stream", "proxy")
# Short waits, and bounds that a test reaches; one stack has them all, since its start takes most of the time.
BOUNDS = {
    "BODY_TIMEOUT_S": "4",
    "HEAD_TIMEOUT_S": "4",
    "CONNECTIONS_MOST": "200",
    "BODIES_MAX_BYTES": str(4 * MIB),
}
ESCAPED = [
    "",
    "%7E",
    "~",
    "%7e/",
    "ü/",
    "%C3%BC",
    "%c3%bc/",
    "a b/",
    "%20",
    "%2F",
    "%2e%2e/",
    "?a=~&b=%7E",
    "?ö=ü%20+%2B",
]
CUT_OFF_S = 9.0  # at the latest


@pytest.fixture(scope="module")
def listening(
    tmp_path_factory: pytest.TempPathFactory, collected_static: None, django_db_setup: None
) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("door")
    (folder / "temporary").mkdir()
    stack = new_stack(folder, {**BOUNDS, "TMPDIR": str(folder / "temporary")})
    try:
        stack.start(*(name for name in LISTENING if name in stack.children))
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def stack(listening: Stack, request: pytest.FixtureRequest, settings: Settings) -> Stack:
    """What listens, in a state in which it answers; its temporary files can be seen."""
    request.node.stash[stacks_key] = [listening]
    settings.PUBLIC_URL = listening.url
    assert_answers_quickly(listening)
    return listening


def processes_of(stack: Stack) -> Iterator[int]:
    """The stack's web processes with their workers."""
    groups = {child.pid for name, child in stack.children.items() if name in LISTENING}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            if int((folder / "stat").read_text().rpartition(")")[2].split()[2]) in groups:
                yield int(folder.name)


def memory_mib(stack: Stack) -> float:
    """Of all of them."""
    total = 0
    for pid in processes_of(stack):
        with contextlib.suppress(OSError):
            total += int((Path("/proc") / str(pid) / "statm").read_text().split()[1])
    return total * os.sysconf("SC_PAGE_SIZE") / MIB


def temporary_bytes(stack: Stack) -> int:
    """On disk, in files that have a name and in those that have none."""
    total = 0
    for pid in processes_of(stack):
        for link in (Path("/proc") / str(pid) / "fd").glob("*"):
            with contextlib.suppress(OSError):
                if "temporary" in os.readlink(link):  # noqa: PTH115  it ends with "(deleted)"
                    total += link.stat().st_size
    return total


def assert_answers_quickly(stack: Stack) -> None:
    begun = time.monotonic()
    assert requests.get(f"{stack.url}/healthz", timeout=10).status_code == 200
    assert time.monotonic() - begun < 2


@pytest.mark.long
def test_body_without_end_is_cut_off_and_a_huge_one_refused_at_once(stack: Stack) -> None:
    before = memory_mib(stack)
    heard = {path: tell(stack.port, head(path, CHUNKED), endless(chunk(64 * 1024))) for path in PATHS}
    assert {one.status for one in heard.values()} <= CUT_OFF, heard
    assert max(one.sent for one in heard.values()) < 12 * MIB  # buffers on the way are among it
    assert temporary_bytes(stack) == 0
    assert memory_mib(stack) - before < 60
    assert WebhookRequest.objects.count() == 0
    assert_answers_quickly(stack)

    long = f"Content-Length: {10 * 1024**3}"
    heard = {path: tell(stack.port, head(path, long), iter([])) for path in PATHS}
    assert {one.status for one in heard.values()} <= REFUSED, heard
    assert max(one.took_s for one in heard.values()) < 3.5, heard


@pytest.mark.long
def test_sender_of_a_byte_a_second_is_cut_off(stack: Stack) -> None:
    for port in {stack.stream_port, stack.web_port}:  # not the proxy, which holds a slow body by itself
        slow = tell(port, head("/login/", "Content-Length: 1000"), endless(b"x"), every_s=1)
        assert slow.status in {0, 408}
        assert slow.took_s < CUT_OFF_S
    slow = tell(stack.port, b"POST /login/ HTTP/1.1\r\nHost: a\r\nX-Long: ", endless(b"x"), every_s=1)
    assert slow.status in {0, 408}
    assert slow.took_s < CUT_OFF_S


def test_many_slow_bodies_hold_no_thread_of_others(stack: Stack) -> None:
    with contextlib.ExitStack() as held:
        for _ in range(60):
            slow = held.enter_context(connect(stack.port))
            slow.sendall(head("/login/", "Content-Length: 1000") + b"x")
        time.sleep(0.5)
        for _ in range(5):
            assert_answers_quickly(stack)


def test_half_open_connections_leave_room_and_are_closed(stack: Stack) -> None:
    with contextlib.ExitStack() as held:
        half_open = [held.enter_context(connect(stack.port)) for _ in range(300)]
        for one in half_open[::2]:
            with contextlib.suppress(OSError):
                one.sendall(b"GET / HTTP/1.1\r\nHost: ")
        assert_answers_quickly(stack)
        deadline = time.monotonic() + CUT_OFF_S
        assert all(_is_closed(one, deadline) for one in half_open)
    assert_answers_quickly(stack)


def _is_closed(one: socket.socket, until: float) -> bool:
    one.settimeout(max(until - time.monotonic(), 0.05))
    try:
        while one.recv(4096):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


def test_head_without_end_is_refused(stack: Stack) -> None:
    line = b"X-More: " + b"x" * 4000 + b"\r\n"
    heard = tell(stack.port, b"GET / HTTP/1.1\r\nHost: a\r\n", endless(line))
    assert heard.status in {0, 400, 431}
    assert heard.sent < 4 * MIB


def test_many_larger_bodies_at_once_are_bounded_together(stack: Stack) -> None:
    before = memory_mib(stack)
    with contextlib.ExitStack() as held:
        for _ in range(40):
            one = held.enter_context(connect(stack.stream_port))
            with contextlib.suppress(OSError):
                one.sendall(head("/login/", f"Content-Length: {MIB}") + b"x" * (MIB - 1))
        time.sleep(1)
        assert memory_mib(stack) - before < 60
        assert_answers_quickly(stack)


@pytest.mark.long
def test_database_does_not_grow_by_strangers(stack: Stack) -> None:
    before = journal_bytes()
    for number in range(20):
        start = head(f"/w/nobodys-{number}/", CHUNKED, "Connection: close")  # the proxy would keep it open
        tell(stack.port, start, iter([chunk(600 * 1024), b"0\r\n\r\n"]))
    assert journal_bytes() - before < MIB
    assert WebhookRequest.objects.count() == 0


def journal_bytes() -> int:
    """On disk: of the journal's table, or of the file that it is in."""
    if connection.vendor == "sqlite":
        files = Path(str(connection.settings_dict["NAME"])).parent.glob("test.sqlite3*")
        return sum(file.stat().st_size for file in files)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size(%s)", [WebhookRequest._meta.db_table])
        return int(cursor.fetchone()[0])


def test_known_agent_may_send_files_and_a_stranger_may_not(stack: Stack) -> None:
    make_user("alice", Role.ADMINISTRATOR)
    files = {"file": ("contacts.csv", b"x" * 3 * MIB)}
    address = f"{stack.url}/contacts/import/"
    stranger = requests.post(address, files=files, headers={"Accept": "text/html"}, timeout=20)
    assert stranger.status_code == 413
    assert "That is more than can be taken in at once." in stranger.text
    assert "<h1" in stranger.text
    browser = log_in(f"{stack.url}/", "alice", PASSWORD)
    token = browser.cookies["csrftoken"]
    known = browser.post(address, files=files, headers={"X-CSRFToken": token}, timeout=20)
    assert known.status_code != 413
    elsewhere = browser.post(f"{stack.url}/login/", files=files, timeout=20)
    assert elsewhere.status_code == 413


def test_refusal_of_the_api_is_a_problem(stack: Stack) -> None:
    for _ in range(5):  # a server that hangs up too early answers now and then only
        answer = requests.post(f"{stack.url}/api/v1/me", data=b"x" * 2 * MIB, timeout=20)
        assert (answer.status_code, answer.headers["Content-Type"]) == (413, "application/problem+json")
        assert answer.json()["code"] == "too-large"


def test_webhook_is_verified_however_its_address_is_escaped(stack: Stack, simulator: Simulator) -> None:
    """As it was called it was signed, and no server or proxy on the way may write it anew."""
    account = simulator.get("/control/state")
    secrets = {"account_sid": account["account_sid"], "auth_token": account["auth_token"]}
    road = make_road(make_agent("1001"), **secrets)
    for escaped in ESCAPED:
        url = f"{stack.url}{road.path}{escaped}"
        simulator.post("/control/numbers", {"address": OUR_NUMBER, "sms_url": url})
        simulator.post("/control/inbound", {"from": CONTACT, "to": OUR_NUMBER, "body": escaped or "none"})
    assert [message.body for message in Message.objects.order_by("pk")] == [one or "none" for one in ESCAPED]
