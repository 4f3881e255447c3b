"""Fixtures for all tests; what runs beneath them is started by tests/stack.py."""

from collections.abc import Iterator

import pytest
import redis

from tests.stack import Servers, servers_key


@pytest.fixture(scope="session")
def servers(pytestconfig: pytest.Config) -> Servers:
    """The servers of the run: `servers.postgres`, `servers.valkey` with kill(), restart()."""
    return pytestconfig.stash[servers_key]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: Servers) -> None:
    """Have SQLite's test database in a file: threads and other processes must see it."""
    from django.db import connection  # noqa: PLC0415  needs the settings

    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(servers.folder / "test.sqlite3")


@pytest.fixture(autouse=True)
def redis_client() -> Iterator["redis.Redis"]:
    """A client of the run's Valkey, emptied before each test; it answers in str."""
    from django.conf import settings  # noqa: PLC0415  needs the settings

    with redis.Redis.from_url(settings.REDIS_URL, decode_responses=True) as client:
        client.flushall()
        yield client
