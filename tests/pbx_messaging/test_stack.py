"""The ground the tests stand on."""

import pytest
import redis
from django.db import connection

from tests.stack import Servers


@pytest.mark.django_db(transaction=True)
def test_stack_database_is_the_one_asked_for(pytestconfig: pytest.Config) -> None:
    expected = {"embedded": "sqlite", "postgres": "postgresql"}[pytestconfig.getoption("--stack")]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
    assert connection.vendor == expected


def test_valkey_keeps_what_it_acknowledged_when_killed(servers: Servers, redis_client: "redis.Redis") -> None:
    if servers.valkey is None:
        pytest.skip("TEST_REDIS_URL names a server that is not ours to kill")
    redis_client.set("kept", "yes")
    redis_client.execute_command("WAITAOF", 1, 0, 2000)
    servers.valkey.kill()
    servers.valkey.restart()
    assert redis_client.get("kept") == "yes"
