"""An inbound text is never lost: databases stopped, frozen and killed below real processes under load.

"The database is away" is PostgreSQL stopped, or SQLite locked for longer than it is waited for.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

import httpx
import pytest
import redis
from django.conf import settings
from django.db import connection, connections
from django.db.models import Sum
from django.db.utils import Error

from channels.webhook import keys as webhook_keys
from pbx_messaging.queues import QUEUES
from sessions.models import Message, MessagingSession
from sessions.nudges import nudge
from sessions.receiving.spool import TEXTS
from stats.queries import counts_by_channel
from tests.factories import Road
from tests.product import Stack
from tests.servers import ValkeyServer
from tests.sessions.receiving.load import ITSP_WAITS_S, NO_CONNECTION, Load
from tests.sessions.receiving.test_webhook import TWIML
from tests.stack import Servers
from tests.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

OUTAGE_S = 20.0
LOCK_S = 8.0  # of SQLite, where nothing is lost but the time
REFUSALS = {503, 502, NO_CONNECTION}  # 502 is the proxy's word for a web process that is gone
Away = Callable[[], AbstractContextManager[None]]


@contextmanager
def locked_database() -> Iterator[None]:
    lock = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, timeout=30)
    lock.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        lock.execute("ROLLBACK")
        lock.close()


@pytest.fixture
def database_away(servers: Servers) -> Away:
    """`with database_away(): ...`; afterwards it is back, for the test and for those that follow."""
    if connection.vendor == "sqlite":
        return locked_database
    if servers.postgres is None:
        pytest.skip("TEST_DATABASE_URL names a server that is not ours to stop")
    postgres = servers.postgres

    @contextmanager
    def stopped() -> Iterator[None]:
        postgres.stop()
        try:
            yield
        finally:
            postgres.restart()
            connections.close_all()

    return stopped


@pytest.fixture
def valkey(servers: Servers) -> Iterator[ValkeyServer]:
    if servers.valkey is None:
        pytest.skip("TEST_REDIS_URL names a server that is not ours to kill")
    yield servers.valkey
    servers.valkey.restart()


@pytest.fixture
def stack(road: Road, start_stack: Callable[..., Stack]) -> Stack:
    stack = start_stack()
    webhook_keys.remember(road.channel.webhook_addresses.all())  # as on saving a channel
    return stack


def stored() -> list[str]:
    with suppress(Error):
        return sorted(str(sid) for sid in Message.objects.values_list("itsp_message_id", flat=True))
    return []  # SQLite is being written to


def assert_kept_once(load: Load, road: Road) -> None:
    """Every text that was answered 200 is there, and nothing that happened with it happened twice."""
    wait_until(lambda: load.answered(200) <= set(stored()), timeout_s=40)
    sids = stored()
    assert len(sids) == len(set(sids))
    assert set(sids) <= set(load.answers)
    assert MessagingSession.objects.aggregate(Sum("unread"))["unread__sum"] == len(sids)
    assert counts_by_channel(None, None)[road.channel.pk].received == len(sids)


def is_said_to_a_browser(stack: Stack) -> bool:
    """SQLite is read while it is written to, so that pages which only read are there."""
    cookies = {"pbx_session": "a" * 32}  # of somebody, whom only the database knows
    page = httpx.get(f"{stack.url}/inbox/", cookies=cookies, follow_redirects=True, timeout=30)
    expected = (200, "Log in") if connection.vendor == "sqlite" else (503, "Back in a moment")
    return page.status_code == expected[0] and expected[1] in page.text


@pytest.mark.long
def test_texts_survive_an_outage_of_the_database_and_a_killed_web_process(
    stack: Stack, road: Road, database_away: Away
) -> None:
    load, outage_s = Load(stack.url + road.path), LOCK_S if connection.vendor == "sqlite" else OUTAGE_S
    with load.running():
        time.sleep(2)
        with database_away():
            away_from = time.monotonic()
            assert is_said_to_a_browser(stack)
            time.sleep(outage_s)
            away_until = time.monotonic()
        time.sleep(3)
        stack.restart("web")
        time.sleep(3)
    spooled = load.between(away_from, away_until - 1)
    assert {answer.status for answer in spooled} == {200}
    assert len(spooled) > outage_s
    assert max(answer.took_s for answer in spooled) < ITSP_WAITS_S
    assert set(load.statuses()) <= {200} | REFUSALS
    assert_kept_once(load, road)


@pytest.mark.long
def test_text_that_was_spooled_survives_a_killed_valkey(
    stack: Stack, road: Road, database_away: Away, valkey: ValkeyServer
) -> None:
    load = Load(stack.url + road.path)
    with database_away():
        answers = [load.post(number) for number in (1, 2, 3)]
        valkey.kill()
        valkey.restart()
    assert [(answer.status, answer.body) for answer in answers] == [(200, TWIML)] * 3
    assert_kept_once(load, road)
    assert len(stored()) == 3


@pytest.mark.long
def test_with_both_away_the_itsp_must_try_again(
    stack: Stack, road: Road, database_away: Away, valkey: ValkeyServer
) -> None:
    load = Load(stack.url + road.path)
    with database_away():
        valkey.kill()
        assert [load.post(number).status for number in (1, 2)] == [503, 503]
        assert load.slowest_s() < ITSP_WAITS_S
    valkey.restart()
    assert [load.post(number).status for number in (1, 2, 2, 1)] == [200] * 4  # the ITSP's own retries
    assert_kept_once(load, road)
    assert len(stored()) == 2


@pytest.mark.once
def test_worker_outlives_its_broker_while_tasks_wait_in_it(
    stack: Stack, database_away: Away, valkey: ValkeyServer, redis_client: "redis.Redis"
) -> None:
    def nudge_and_wait_until_taken(times: int) -> None:
        for _ in range(times):
            nudge("stats.tasks.fold_counts")
        wait_until(lambda: redis_client.llen(QUEUES["stats.tasks.fold_counts"]) == 0, timeout_s=20)

    nudge_and_wait_until_taken(1)
    stack.kill("beat")
    with database_away():
        nudge_and_wait_until_taken(settings.SENDER_TASK_THREADS + 3)
        time.sleep(0.5)  # all threads wait for the database now
        valkey.kill()
        valkey.restart()
    nudge_and_wait_until_taken(1)
    assert all(child.is_running() for child in stack.children.values() if child.name != "beat")


@pytest.mark.long
def test_frozen_postgres_is_not_waited_for(
    stack: Stack, road: Road, servers: Servers, redis_client: "redis.Redis"
) -> None:
    if servers.postgres is None:
        pytest.skip("only a PostgreSQL of ours can be frozen; a locked SQLite is in the other tests")
    load = Load(stack.url + road.path, threads=8, per_s=16)
    with load.running():
        time.sleep(1)
        servers.postgres.freeze()
        time.sleep(6)
        waiting = redis_client.xlen(TEXTS)
        servers.postgres.thaw()
        time.sleep(2)
    assert set(load.statuses()) == {200}
    assert waiting > 20
    assert load.slowest_s() < ITSP_WAITS_S
    assert_kept_once(load, road)
