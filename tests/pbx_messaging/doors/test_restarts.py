"""Restarts and updates lose no text: each process is ended and killed under 20 texts a second."""

import os
import re
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from channels.webhook import keys as webhook_keys
from pbx_messaging.embedded import folder
from pbx_messaging.embedded.environment import environment
from pbx_messaging.embedded.options import parse
from pbx_messaging.embedded.preparation import manage
from pbx_messaging.processes.ports import free_port
from sessions.models import Message, WebhookRequest
from tests.factories import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, make_agent, make_queue, make_road
from tests.installation import Installation, log_in
from tests.pbx_messaging.doors.twilio_calls import READ_S, TwilioCalls
from tests.product import Stack
from tests.servers import ROOT
from tests.waiting import wait_until

pytestmark = [pytest.mark.ops, pytest.mark.processes]
# `make test` runs another stack's tests beside this one, which takes seconds from it; `make faults` does not.
MAY_BE_SLOW = os.environ.get("FAULTS") != "whole"

RUNNING = r"PBX Messaging is running\."
MAKE_ROAD = """
from tests.factories import make_agent, make_queue, make_road
print("made", make_road(make_queue(make_agent("9001", "Zoe"), name="Restarts")).path)
"""


@pytest.fixture
def portal(demo_folder: Path) -> Iterator[tuple[Installation, str, str]]:
    """A demo with a channel: its address and the path of the webhook."""
    port, folder_path = free_port(), demo_folder
    ports = ["--port", str(port), "--simulator-port", str(free_port())]
    arguments = ["demo", *ports, "--data-dir", str(folder_path)]
    installation = Installation(
        [sys.executable, "-m", "pbx_messaging.embedded", *arguments], folder_path, ROOT
    )
    try:
        installation.wait_for(RUNNING)
        secrets = folder.read_values(folder_path / "secrets.env")
        env = environment(parse(arguments), secrets=secrets, valkey_port=1, answers={})
        made = re.search(r"^made (\S+)$", manage(env, "shell", "-v", "0", "-c", MAKE_ROAD), re.M)
        assert made
        yield installation, f"http://127.0.0.1:{port}", made[1]
    finally:
        installation.end()


def stored_by(installation: Installation) -> set[str]:
    with sqlite3.connect(installation.data_dir / "db.sqlite3") as database:
        return {sid for (sid,) in database.execute("SELECT itsp_message_id FROM messaging_sessions_message")}


def end_one(installation: Installation, mark: str, number: signal.Signals, *, newest: bool = False) -> None:
    """And wait until there is another one."""
    before = {pid for pid, command in installation.processes().items() if mark in command}
    os.kill(max(before) if newest else min(before), number)
    wait_until(
        lambda: len({pid for pid, cmd in installation.processes().items() if mark in cmd} - before) > 0,
        timeout_s=30,
    )
    time.sleep(1.5)


@pytest.mark.once
@pytest.mark.long
def test_restarts_of_the_embedded_processes_lose_no_text(portal: tuple[Installation, str, str]) -> None:
    installation, address, path = portal
    calls = TwilioCalls(address + path, ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER)
    browser = log_in(f"{address}/", "alice", "alice-demo")
    streams = [browser.get(f"{address}/events/", stream=True, timeout=30) for _ in range(20)]
    with calls.running():
        time.sleep(1)
        end_one(installation, "gunicorn", signal.SIGTERM)
        end_one(installation, "gunicorn", signal.SIGTERM)
        assert calls.tried_again == {} or MAY_BE_SLOW
        end_one(installation, "gunicorn", signal.SIGTERM, newest=True)
        end_one(installation, "gunicorn", signal.SIGKILL, newest=True)
        end_one(installation, "gunicorn", signal.SIGKILL)
        end_one(installation, "-A pbx_messaging worker", signal.SIGTERM)
        end_one(installation, "nursery", signal.SIGKILL)
        end_one(installation, "valkey-server", signal.SIGKILL)
        before = set(calls.tried_again)
        supervisor = installation.popen.pid
        os.kill(supervisor, signal.SIGUSR2)
        wait_until(lambda: len(re.findall(RUNNING, installation.screen)) == 2, timeout_s=90)
        assert set(calls.tried_again) == before or MAY_BE_SLOW
        time.sleep(1)
    assert all(stream.raw.closed or stream.raw.read(1 << 20) is not None for stream in streams)
    assert installation.popen.poll() is None
    assert calls.last == {"200"}, calls.tried_again
    assert stored_by(installation) >= set(calls.answers)
    assert calls.slowest_s < READ_S or MAY_BE_SLOW


@pytest.mark.django_db(transaction=True)
def test_restarts_behind_the_real_proxy_lose_no_text(start_stack: Callable[..., Stack]) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the embedded stack has no proxy of its own")
    road = make_road(make_queue(make_agent("1001")))
    stack = start_stack(only=("web", "stream", "proxy"))
    webhook_keys.remember(road.channel.webhook_addresses.all())
    calls = TwilioCalls(stack.url + road.path, ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER)
    with calls.running():
        for name in ("stream", "web"):
            for number in (signal.SIGTERM, signal.SIGKILL):
                child = stack.children[name]
                time.sleep(1)
                child.signal(number)
                assert child.wait(10)
                time.sleep(1)
                stack.start(name)
        time.sleep(1)
    assert calls.tried_again == {} or MAY_BE_SLOW
    assert calls.last == {"200"}
    assert set(Message.objects.values_list("itsp_message_id", flat=True)) >= set(calls.answers)
    assert calls.slowest_s < READ_S or MAY_BE_SLOW
    expected = {"processed"} | ({"duplicate"} if calls.tried_again else set())
    assert set(WebhookRequest.objects.values_list("outcome", flat=True)) <= expected
