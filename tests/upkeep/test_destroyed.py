"""An installation is backed up under load, destroyed, restored elsewhere: nothing is lost or doubled."""

import base64
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.models import Role
from channels.itsp import ITSPS
from channels.models import Channel, FetchGap
from channels.webhook.url import webhook_url_of
from routing.models import Extension
from sessions import actions, standstill
from sessions.models import Lane, Message, Restoration
from tests.factories import make_agent, make_queue, make_road
from tests.faults.conftest import SHORT_WAITS
from tests.portal import logged_in, make_user, text_of
from tests.product import Stack
from tests.servers import Simulator
from tests.stack import Servers
from tests.upkeep.elsewhere import Machine, manage, new_machine
from tests.waiting import wait_until

pytestmark = [pytest.mark.ops, pytest.mark.processes, pytest.mark.django_db(transaction=True)]

OURS, RATE, TEXTS, CONTACTS = "+14155550101", 5, 150, 6
KEY = base64.urlsafe_b64encode(os.urandom(32)).decode()
WAITS = {**SHORT_WAITS, "RECONCILE_AFTER_S": "2", "RECONCILE_GIVE_UP_S": "4", "BACKUP_KEY": KEY}
FILE = b"a picture" * 1000


@pytest.fixture
def machine(servers: Servers, tmp_path: Path) -> Iterator[Machine]:
    """Elsewhere."""
    if connection.vendor == "postgresql" and servers.postgres is None:
        pytest.skip("there is no PostgreSQL of ours for a second database")
    database = connection.settings_dict["NAME"]
    made = new_machine(servers, tmp_path)
    yield made
    connection.close()
    connection.settings_dict["NAME"] = database
    made.valkey.kill()


@pytest.fixture
def agent(simulator: Simulator) -> Extension:
    """Who may write from a channel whose texts take their time."""
    simulator.post("/control/settings", {"api_latency_ms": 100})
    simulator.post("/control/numbers", {"address": OURS, "rate": "unlimited"})
    account = simulator.get("/control/state")
    agent = make_agent("1001")
    queue = make_queue(agent)
    queue.closed_reply = "We are closed."
    queue.save()
    credentials = {name: account[name] for name in ("account_sid", "auth_token")}
    make_road(queue, agent, address=OURS, rate=RATE, **credentials)
    return agent


def _write(agent: Extension, what: str, count: int) -> list[str]:
    number = Channel.objects.get().numbers.get()
    bodies = [f"{what} {n}" for n in range(count)]
    for n, body in enumerate(bodies):
        contact = f"+1415556{n % CONTACTS:04}"
        actions.start_session(agent=agent, number=number, contact=contact, body=body)
    return bodies


def _lead_webhooks(simulator: Simulator) -> None:
    channel = Channel.objects.get()
    url = webhook_url_of(channel, ITSPS[channel.itsp])
    simulator.post("/control/numbers", {"address": OURS, "sms_url": url})


class Texting:
    """A phone that texts one after the other, until it is told to end."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator, self._ended = simulator, threading.Event()
        self.answered: list[str] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ended.is_set():
            self.text(f"Inbound {len(self.answered)}")

    def text(self, body: str) -> None:
        self._simulator.post("/control/inbound", {"from": "+14155570001", "to": OURS, "body": body})
        self.answered.append(body)

    def end(self) -> list[str]:
        self._ended.set()
        self._thread.join(20)
        return self.answered


@pytest.fixture
def start_texting() -> Iterator[Callable[[Simulator], Texting]]:
    started: list[Texting] = []

    def start(simulator: Simulator) -> Texting:
        started.append(Texting(simulator))
        return started[-1]

    yield start
    for one in started:
        one.end()


def _sent(simulator: Simulator) -> "Counter[str]":
    """What the ITSP has of us, by its words."""
    found: list[dict[str, Any]] = simulator.get("/control/messages?limit=0")["messages"]
    return Counter(one["body"] for one in found if one["direction"] != "inbound")


def _sent_at_last(simulator: Simulator) -> "Counter[str]":
    """What it has once it is done with the calls that were under way when the sender ended."""
    before, found = None, _sent(simulator)
    while found != before:
        time.sleep(1)
        before, found = found, _sent(simulator)
    return found


def _stored(kind: str) -> "Counter[str]":
    return Counter(Message.objects.filter(kind=kind).values_list("body", flat=True))


def test_destroyed_installation_is_restored_elsewhere(
    simulator: Simulator,
    agent: Extension,
    start_stack: Callable[..., Stack],
    machine: Machine,
    start_texting: Callable[[Simulator], Texting],
    settings: Settings,
    tmp_path: Path,
) -> None:
    settings.MEDIA_ROOT = tmp_path / "former" / "media"
    settings.MEDIA_ROOT.mkdir(parents=True)
    former = start_stack(**WAITS, DATA_DIR=str(tmp_path / "former"))
    _lead_webhooks(simulator)
    phone = start_texting(simulator)
    picture = default_storage.save("pictures/one.png", ContentFile(FILE))
    written = _write(agent, "Text", TEXTS)
    wait_until(lambda: len(_sent(simulator)) >= 5, timeout_s=60)

    # Backed up under load.
    known_before = list(phone.answered)
    folder = tmp_path / "backups"
    done = manage(former.environment, "backup", "--to", str(folder))
    assert done.returncode == 0, done.stderr
    [backup] = folder.iterdir()
    assert (backup.suffix, backup.stat().st_mode & 0o777) == (".backup", 0o600)
    sent_then = len(_sent(simulator))

    # The installation lives on for a while, and is destroyed in the middle of sending.
    later = _write(agent, "Later", 3)
    wait_until(lambda: len(_sent(simulator)) >= sent_then + 10, timeout_s=60)
    former.stop()
    received = phone.end()
    before = _sent_at_last(simulator)
    assert len(before) < TEXTS - 10

    # Elsewhere, with a new address.
    env = {**former.environment, **machine.env}
    wrong = manage(
        {**env, "BACKUP_KEY": base64.urlsafe_b64encode(bytes(32)).decode()}, "restore", str(backup)
    )
    assert "the key does not fit" in wrong.stderr
    done = manage(env, "restore", str(backup))
    assert done.returncode == 0, done.stderr
    assert "Nothing is sent until you say so" in done.stdout
    machine.look()
    settings.MEDIA_ROOT = machine.folder / "data" / "media"
    assert default_storage.open(picture).read() == FILE
    again = manage(env, "restore", str(backup))
    assert "There is an installation in this database already" in again.stderr
    present = start_stack(**{**WAITS, **machine.env})
    _lead_webhooks(simulator)

    # It asks the ITSP, fetches what came meanwhile, and sends nothing.
    wait_until(lambda: not Lane.objects.exclude(unproven_since=None).exists(), timeout_s=60)
    wait_until(lambda: not FetchGap.objects.filter(finished_at=None).exists(), timeout_s=60)
    assert _sent(simulator) == before
    inbound = _stored("inbound")
    assert set(known_before) <= set(inbound)
    assert inbound == Counter(received)
    assert Restoration.objects.get().adopted > 0
    assert min(Message.objects.filter(body="Inbound 0").values_list("pk", flat=True)) < 1_000_000
    assert Message.objects.latest("pk").pk > 1_000_000

    Channel.objects.update(sending_rate=50)

    # An administrator sees it, and lets it go.
    admin = logged_in(make_user("root", Role.ADMINISTRATOR))
    assert "A backup of" in text_of(admin.get("/system/status/").content.decode())
    page = admin.get("/system/restored/")
    assert "Nothing has been sent since." in text_of(page.content.decode())
    assert admin.post("/system/restored/").status_code == 302
    assert not standstill.lasting().exists()
    wait_until(lambda: not _unsettled(), timeout_s=90)
    sent = _sent(simulator)
    there = _stored("outbound")
    assert {body: sent[body] for body in written} == dict.fromkeys(written, 1)
    assert max(sent.values()) == 1
    assert set(written) <= set(there)
    assert set(later) & set(there) == set()
    present.stop()


def _unsettled() -> bool:
    return bool(Message.objects.filter(kind="outbound").exclude(status="delivered").exists())
