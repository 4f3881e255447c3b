"""PostgreSQL as it is run in earnest: behind a pooler, with a replica, gone in the middle of an export."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from django.db import connection, connections
from django.utils import timezone

from accounts.models import Role
from channels.webhook import keys as webhook_keys
from imports.models import Import
from routing.models import Extension
from sessions import actions
from sessions.models import Attempt, Contact, Message, MessagingSession
from tests.factories import CONTACT, Road, make_agent, make_queue, make_road
from tests.installation import log_in
from tests.pooler import PgBouncer
from tests.portal import PASSWORD, make_user
from tests.postgres import PostgresServer
from tests.product import Stack
from tests.servers import Simulator
from tests.sessions.receiving.load import Load
from tests.stack import Servers
from tests.waiting import wait_until

pytestmark = [
    pytest.mark.ops,
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(240),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="there is no PostgreSQL on this stack"),
]
SESSIONS = 30_000  # more than the sockets on the way hold


@pytest.fixture
def postgres(servers: Servers) -> PostgresServer:
    if servers.postgres is None:
        pytest.skip("TEST_DATABASE_URL names a server that is not ours to stop")
    return servers.postgres


@pytest.fixture
def agent() -> Extension:
    return make_agent("1001", "Ada")


@pytest.fixture
def login(simulator: Simulator) -> dict[str, str]:
    state = simulator.get("/control/state")
    return {name: state[name] for name in ("account_sid", "auth_token")}


@pytest.fixture
def road(agent: Extension, login: dict[str, str]) -> Road:
    return make_road(make_queue(agent), agent, rate=225, **login)


@pytest.fixture
def pooler(tmp_path: Path, postgres: PostgresServer) -> Iterator[PgBouncer]:
    pooler = PgBouncer(tmp_path / "pooler", postgres)
    pooler.start()
    yield pooler
    pooler.stop()


def administrator(stack: Stack) -> requests.Session:
    make_user("anna", Role.ADMINISTRATOR)
    return log_in(f"{stack.url}/", "anna", PASSWORD)


def test_all_works_behind_a_pooler(
    start_stack: Callable[..., Stack], road: Road, agent: Extension, login: dict[str, str], pooler: PgBouncer
) -> None:
    url = pooler.url(str(connection.settings_dict["NAME"]))
    stack = start_stack(DATABASE_URL=url, DATABASE_POOLED="True")
    webhook_keys.remember(road.channel.webhook_addresses.all())
    load = Load(
        stack.url + road.path, per_s=20.0, account_sid=login["account_sid"], auth_token=login["auth_token"]
    )
    with load.running():
        text = actions.start_session(agent=agent, number=road.number, contact=CONTACT, body="On our way.")
        wait_until(lambda: Attempt.objects.get(message=text).itsp_message_id, timeout_s=60)
    assert set(load.statuses()) == {200}
    stored = Message.objects.filter(kind="inbound").values_list("itsp_message_id", flat=True)
    wait_until(lambda: load.answered(200) == set(stored.all()), timeout_s=60)
    assert stored.count() == len(load.answers)

    browser = administrator(stack)
    headers = {"X-CSRFToken": browser.cookies["csrftoken"], "Referer": f"{stack.url}/"}
    rows = "\n".join(["Number,Name", *(f"+4420794{number:05},Person {number}" for number in range(3_000))])
    page = browser.post(f"{stack.url}/contacts/import/", files={"file": ("a.csv", rows)}, headers=headers)
    chosen = {"has_headings": "on", "column_0": "number", "column_1": "name", "start": "1"}
    browser.post(page.url, data=chosen, headers=headers)
    wait_until(lambda: Import.objects.get().state == "done", timeout_s=90)
    assert Contact.objects.count() == 3_000
    lines = browser.get(f"{stack.url}/logs/export/messages/").text.splitlines()
    assert len(lines) == 1 + Message.objects.count()


@pytest.mark.long
def test_export_that_breaks_off_does_not_look_complete(
    start_stack: Callable[..., Stack], road: Road, postgres: PostgresServer
) -> None:
    now = timezone.now()
    MessagingSession.objects.bulk_create(
        MessagingSession(
            number=road.number,
            queue=road.number.queue,
            contact=f"+1415{number:07}",
            opened_at=now,
            last_active_at=now - timedelta(seconds=number),
            closed_at=now,
        )
        for number in range(SESSIONS)
    )
    stack = start_stack()
    export = administrator(stack).get(f"{stack.url}/logs/export/", stream=True)
    assert export.status_code == 200
    pieces = export.iter_content(10_000)
    lines = next(pieces).count(b"\n")
    postgres.stop()
    try:
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            for piece in pieces:
                lines += piece.count(b"\n")
    finally:
        postgres.restart()
        connections.close_all()
    assert lines < SESSIONS


def test_logs_and_statistics_are_read_from_the_replica_and_without_it_from_the_database(
    start_stack: Callable[..., Stack], road: Road, postgres: PostgresServer, servers: Servers
) -> None:
    replica = PostgresServer(servers.folder / "replica", primary=postgres)
    replica.start()
    try:
        stack = start_stack(DATABASE_REPLICA_URL=replica.url(str(connection.settings_dict["NAME"])))
        browser = administrator(stack)
        paths = "/logs/", "/logs/export/", "/logs/export/messages/", "/statistics/"

        def shows(contact: str, path: str) -> bool:
            answer = browser.get(f"{stack.url}{path}")
            assert answer.status_code == 200
            return contact in answer.text

        session = MessagingSession.objects.create(
            number=road.number,
            queue=road.number.queue,
            contact="+14155550123",
            opened_at=timezone.now(),
            last_active_at=timezone.now(),
        )
        wait_until(lambda: shows(session.contact, "/logs/export/"), timeout_s=20)
        replica.execute("SELECT pg_wal_replay_pause()")
        MessagingSession.objects.update(contact="+14155550999")
        assert shows("+14155550123", "/logs/export/")
        assert "pbx web" in replica.values("SELECT application_name FROM pg_stat_activity")
        replica.stop()
        for path in paths:
            wait_until(lambda: browser.get(f"{stack.url}{path}").status_code == 200, timeout_s=20)  # noqa: B023
        assert shows("+14155550999", "/logs/export/")
    finally:
        replica.stop()
