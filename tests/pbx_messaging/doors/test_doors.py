"""Whoever is not known can't fill the disk, the memory or the journal, nor hold what others need.

On the embedded server and behind the real proxy, through sockets.
"""

import contextlib
import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from django.db import connection

from accounts.models import Role
from sessions.models import WebhookRequest
from tests.installation import log_in
from tests.pbx_messaging.doors.stranger import chunk, connect, endless, head, tell
from tests.portal import PASSWORD, make_user
from tests.product import Stack

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

MIB = 1024 * 1024
PATHS = ["/login/", "/inbox/new/", "/w/nobodys/", "/events/", "/api/v1/sessions", "/nothing/"]
CHUNKED = "Transfer-Encoding: chunked"
REFUSED = {400, 401, 403, 404, 405, 408, 411, 413}
LISTENING = ("web", "stream", "proxy")
QUICK = {"BODY_TIMEOUT_S": "2", "HEAD_TIMEOUT_S": "2"}
Door = Callable[..., Stack]


@pytest.fixture
def door(start_stack: Callable[..., Stack], tmp_path: Path) -> Door:
    """A stack with short waits, whose temporary files can be seen."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()

    def start(**env: str) -> Stack:
        return start_stack(only=LISTENING, **{**QUICK, "TMPDIR": str(temporary), **env})

    return start


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


def test_body_without_end_is_cut_off_and_a_huge_one_refused_at_once(door: Door) -> None:
    stack = door()
    before = memory_mib(stack)
    heard = {path: tell(stack.port, head(path, CHUNKED), endless(chunk(64 * 1024))) for path in PATHS}
    assert {one.status for one in heard.values()} <= REFUSED, heard
    assert max(one.sent for one in heard.values()) < 12 * MIB  # buffers on the way are among it
    assert temporary_bytes(stack) == 0
    assert memory_mib(stack) - before < 60
    assert WebhookRequest.objects.count() == 0
    assert_answers_quickly(stack)

    long = f"Content-Length: {10 * 1024**3}"
    heard = {path: tell(stack.port, head(path, long), iter([])) for path in PATHS}
    assert {one.status for one in heard.values()} <= REFUSED, heard
    assert max(one.took_s for one in heard.values()) < 3.5, heard


def test_sender_of_a_byte_a_second_is_cut_off(door: Door) -> None:
    stack = door()
    for port in {stack.stream_port, stack.web_port}:  # not the proxy, which holds a slow body by itself
        slow = tell(port, head("/login/", "Content-Length: 1000"), endless(b"x"), every_s=1)
        assert slow.status in {0, 408}
        assert slow.took_s < 7
    slow = tell(stack.port, b"POST /login/ HTTP/1.1\r\nHost: a\r\nX-Long: ", endless(b"x"), every_s=1)
    assert slow.status in {0, 408}
    assert slow.took_s < 7


def test_many_slow_bodies_hold_no_thread_of_others(door: Door) -> None:
    stack = door(BODY_TIMEOUT_S="8", HEAD_TIMEOUT_S="8")
    with contextlib.ExitStack() as held:
        for _ in range(60):
            slow = held.enter_context(connect(stack.port))
            slow.sendall(head("/login/", "Content-Length: 1000") + b"x")
        time.sleep(0.5)
        for _ in range(5):
            assert_answers_quickly(stack)


def test_half_open_connections_leave_room_and_are_closed(door: Door) -> None:
    stack = door(CONNECTIONS_MOST="200")
    with contextlib.ExitStack() as held:
        half_open = [held.enter_context(connect(stack.port)) for _ in range(300)]
        for one in half_open[::2]:
            with contextlib.suppress(OSError):
                one.sendall(b"GET / HTTP/1.1\r\nHost: ")
        assert_answers_quickly(stack)
        deadline = time.monotonic() + 8
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


def test_head_without_end_is_refused(door: Door) -> None:
    stack = door()
    line = b"X-More: " + b"x" * 4000 + b"\r\n"
    heard = tell(stack.port, b"GET / HTTP/1.1\r\nHost: a\r\n", endless(line))
    assert heard.status in {0, 400, 431}
    assert heard.sent < 4 * MIB


def test_many_larger_bodies_at_once_are_bounded_together(door: Door) -> None:
    stack = door(BODIES_MAX_BYTES=str(4 * MIB), BODY_TIMEOUT_S="10")
    before = memory_mib(stack)
    with contextlib.ExitStack() as held:
        for _ in range(40):
            one = held.enter_context(connect(stack.stream_port))
            with contextlib.suppress(OSError):
                one.sendall(head("/login/", f"Content-Length: {MIB}") + b"x" * (MIB - 1))
        time.sleep(1)
        assert memory_mib(stack) - before < 60
        assert_answers_quickly(stack)


def test_database_does_not_grow_by_strangers(door: Door) -> None:
    stack = door()
    for number in range(60):
        start = head(f"/w/nobodys-{number}/", CHUNKED, "Connection: close")  # the proxy would keep it open
        tell(stack.port, start, iter([chunk(600 * 1024), b"0\r\n\r\n"]))
    if connection.vendor == "sqlite":
        files = Path(str(connection.settings_dict["NAME"])).parent.glob("test.sqlite3*")
        assert sum(file.stat().st_size for file in files) < 40 * MIB
    assert WebhookRequest.objects.count() == 0


def test_known_agent_may_send_files_and_a_stranger_may_not(door: Door) -> None:
    stack = door()
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


def test_refusal_of_the_api_is_a_problem(door: Door) -> None:
    stack = door()
    for _ in range(5):  # a server that hangs up too early answers now and then only
        answer = requests.post(f"{stack.url}/api/v1/me", data=b"x" * 2 * MIB, timeout=20)
        assert (answer.status_code, answer.headers["Content-Type"]) == (413, "application/problem+json")
        assert answer.json()["code"] == "too-large"
