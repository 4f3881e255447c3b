"""The ground the tests stand on."""

import json
import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest
import redis
from django.db import connection

from tests.installation import Installation
from tests.product import Stack
from tests.servers import ROOT, Simulator
from tests.stack import Servers


@pytest.mark.django_db
def test_stack_database_is_the_one_asked_for(pytestconfig: pytest.Config) -> None:
    assert (
        connection.vendor == {"embedded": "sqlite", "postgres": "postgresql"}[pytestconfig.getoption("stack")]
    )


def test_valkey_keeps_what_it_acknowledged_when_killed(servers: Servers, redis_client: "redis.Redis") -> None:
    if servers.valkey is None:
        pytest.skip("TEST_REDIS_URL names a server that is not ours to kill")
    redis_client.set("kept", "yes")
    redis_client.waitaof(1, 0, 2000)
    servers.valkey.kill()
    servers.valkey.restart()
    assert redis_client.get("kept") == "yes"


SERVERS = """
import sys, time, pathlib
from tests.servers import PostgresServer, ValkeyServer
for server in PostgresServer(pathlib.Path(sys.argv[1]) / "postgres"), ValkeyServer(pathlib.Path(sys.argv[1])):
    server.start()
print("all run", flush=True)
time.sleep(60)
"""


@pytest.mark.once
def test_servers_end_with_a_killed_test_run(servers: Servers) -> None:
    folder = servers.folder / "of-killed-run"
    run = Installation([sys.executable, "-c", SERVERS, str(folder)], folder, ROOT)
    try:
        run.wait_for("all run")
        assert len(run.processes()) > 5  # itself, Valkey, PostgreSQL with some of its own
        os.kill(run.popen.pid, signal.SIGKILL)
        run.popen.wait()
        assert run.seconds_until_gone() < 5
    finally:
        run.end()


@pytest.mark.once
def test_simulator_is_reset_between_tests(simulator: Simulator) -> None:
    assert simulator.get("/control/state")["messages"] == 0


@pytest.mark.once
@pytest.mark.processes
def test_processes_start_and_a_killed_one_starts_again(start_stack: Callable[..., Stack]) -> None:
    stack = start_stack()
    assert _readiness(stack) == (200, {"database": "ok", "redis": "ok", "migrations": "ok"})
    stack.kill("web")
    assert _readiness(stack)[0] in {0, 502, 503}
    stack.restart("web")
    assert _readiness(stack)[0] == 200
    stack.stop()
    assert [name for name, child in stack.children.items() if child.is_running()] == []


@pytest.mark.once
@pytest.mark.processes
def test_readyz_says_that_redis_is_away(start_stack: Callable[..., Stack], servers: Servers) -> None:
    if servers.valkey is None:
        pytest.skip("TEST_REDIS_URL names a server that is not ours to kill")
    stack = start_stack()
    servers.valkey.kill()
    assert _readiness(stack) == (503, {"database": "ok", "redis": "unavailable", "migrations": "ok"})
    servers.valkey.restart()
    assert _readiness(stack)[0] == 200


def _readiness(stack: Stack) -> tuple[int, dict[str, str]]:
    try:
        with urllib.request.urlopen(f"{stack.url}/readyz", timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        body = error.read()
        return error.code, json.loads(body) if error.code == 503 else {}
    except OSError:
        return 0, {}
