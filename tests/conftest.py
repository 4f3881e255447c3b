"""Fixtures for all tests; the servers beneath them are started by tests/stack.py."""

import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path

import pytest
import redis
from django.conf import settings as django_settings
from django.db import connection, connections
from pytest_django.fixtures import Settings

from sessions.receiving import held, journal
from tests import emptying
from tests.browser import browser, new_page, page
from tests.portal import admin_page, administrator
from tests.product import Stack, new_stack, stacks_key
from tests.servers import ROOT, Simulator
from tests.stack import Servers, servers_key

__all__ = ["admin_page", "administrator", "browser", "new_page", "page"]
emptying.install()


@pytest.fixture(scope="session")
def servers(pytestconfig: pytest.Config) -> Servers:
    """The servers of the run: `servers.postgres`, `servers.valkey` with kill(), restart()."""
    return pytestconfig.stash[servers_key]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: Servers) -> None:
    """Have SQLite's test database in a file: threads and other processes must see it."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(servers.folder / "test.sqlite3")


@pytest.fixture(autouse=True)
def redis_client(servers: Servers) -> Iterator["redis.Redis"]:
    """A client of the run's Valkey, emptied before each test; it answers in str."""
    servers.revive()  # a test that failed may have left it killed
    with redis.Redis.from_url(django_settings.REDIS_URL, decode_responses=True) as client:
        client.flushall()
        yield client


@pytest.fixture(autouse=True)
def reject_budget() -> None:
    """Traces of rejected requests that a test may leave are not used up by the test before it."""
    journal._reject_budget.used = held._budget.used = 0


@pytest.fixture(scope="session")
def simulator_process(servers: Servers) -> Iterator[Simulator]:
    """The stand-in for ITSPs, one process for the run."""
    simulator = Simulator(servers.folder / "simulator")
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.fixture
def simulator(simulator_process: Simulator, settings: Settings) -> Simulator:
    """The stand-in for ITSPs with nothing in it; the product calls it in their place."""
    simulator_process.reset()
    url = simulator_process.url
    settings.ITSP_API_URLS = {"twilio": url, "telnyx": f"{url}/telnyx"}
    return simulator_process


@pytest.fixture(scope="session")
def collected_static(servers: Servers) -> None:
    """The hashed front-end files that real processes serve."""
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, check=True)


@pytest.fixture
def start_stack(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    collected_static: None,
    settings: Settings,
    transactional_db: None,
) -> Iterator[Callable[..., Stack]]:
    """Start the product's real processes on the run's databases: `stack = start_stack(SENDER_THREADS="8")`.

    `kind` is "embedded" or "production", by default what fits --stack. The test's own Django sees the same
    data, and its PUBLIC_URL is the stack's. Keywords in capitals are further settings by environment.
    A test that takes `simulator` too has the processes call that. `only` names those to be started.
    """
    stacks = request.node.stash.setdefault(stacks_key, [])

    def start(kind: str = "", *, workers: int = 1, only: Sequence[str] = (), **env: str) -> Stack:
        stack = new_stack(tmp_path / f"stack-{len(stacks)}", env, kind, workers=workers)
        stacks.append(stack)
        settings.PUBLIC_URL = stack.url
        stack.start(*(name for name in only if name in stack.children))
        return stack

    yield start
    for stack in stacks:
        stack.stop()
    connections.close_all()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Print the processes' logs below a test that failed with them."""
    report = yield
    if report.failed:
        for stack in item.stash.get(stacks_key, []):
            report.sections += [(f"log of {name}", text) for name, text in stack.logs().items()]
    return report
