"""The databases are killed, emptied or locked in mid-drain."""

import sqlite3
import time
from collections.abc import Iterator

import pytest
from django.db import connection

from tests.faults.conftest import NUMBERS, StartDrain
from tests.faults.drain import JITTER_S, most_within
from tests.servers import PostgresServer, ValkeyServer
from tests.stack import Servers

MOST_S = 1.0  # that an agent waits for a text to be accepted while the broker is away

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def valkey(servers: Servers) -> Iterator[ValkeyServer]:
    if servers.valkey is None:
        pytest.skip("TEST_REDIS_URL names a server that is not ours to kill")
    yield servers.valkey
    servers.valkey.restart()


@pytest.fixture
def postgres(servers: Servers) -> Iterator[PostgresServer]:
    if servers.postgres is None:
        pytest.skip("there is no PostgreSQL of ours to kill")
    yield servers.postgres
    servers.postgres.restart()


@pytest.mark.short
@pytest.mark.long
def test_killed_valkey_comes_back_with_its_data(start_drain: StartDrain, valkey: ValkeyServer) -> None:
    drain = start_drain()
    drain.wait_for(0.3)
    valkey.kill()
    time.sleep(2)
    valkey.restart()
    drain.ends_well()


def test_texts_are_accepted_while_the_broker_is_away(start_drain: StartDrain, valkey: ValkeyServer) -> None:
    drain = start_drain()
    drain.wait_for(0.3)
    valkey.kill()
    began = time.monotonic()
    drain.write_more(30)
    assert time.monotonic() - began < 30 * MOST_S
    valkey.restart()
    drain.ends_well()


def test_emptied_valkey_lets_no_second_exceed_the_rate(start_drain: StartDrain, valkey: ValkeyServer) -> None:
    drain = start_drain(rate=15)
    for share in (0.2, 0.4):
        drain.wait_for(share)
        with valkey.client() as client:
            client.flushall()
    drain.ends_well()
    for number in NUMBERS:
        times = [request.at for request in drain.requests(number)]
        assert most_within(1.0 - JITTER_S, times) <= 15


@pytest.mark.parametrize("away_s", [0.0, 6.0])
def test_killed_postgres_comes_back(start_drain: StartDrain, postgres: PostgresServer, away_s: float) -> None:
    drain = start_drain()
    drain.wait_for(0.3)
    postgres.kill()
    time.sleep(away_s)
    postgres.restart()
    connection.close()
    drain.ends_well()


def test_locked_sqlite_is_waited_for(start_drain: StartDrain) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no lock of the whole database")
    drain = start_drain()
    drain.wait_for(0.3)
    lock = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, timeout=30)
    lock.execute("BEGIN EXCLUSIVE")
    time.sleep(8)
    lock.execute("ROLLBACK")
    lock.close()
    drain.ends_well()
