"""A token asks so often a minute and no more."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from pytest_django.fixtures import Settings
from redis import Redis

from api import rate
from tests.api.conftest import Caller, code_of
from tests.stack import Servers
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db


def test_headers_count_down_and_429_says_when(
    ada: Caller, ben: Caller, settings: Settings, redis_client: Redis
) -> None:
    settings.API_RATE_PER_MIN = 2
    answers = [ada.get("me") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    refused = answers[2]
    assert code_of(refused) == (429, "rate_limited")
    assert refused["RateLimit-Policy"] == '"token";q=2;w=60'
    assert refused["RateLimit"] == f'"token";r=0;t={refused["Retry-After"]}'
    assert (refused["RateLimit-Limit"], refused["RateLimit-Reset"]) == ("2", refused["Retry-After"])
    assert 58 <= int(refused["Retry-After"]) <= 60
    assert "Retry-After" not in answers[1]
    assert ben.get("me").status_code == 200  # each token for itself

    key = f"api:rate:{ada.token_row.pk}"
    redis_client.pexpire(key, 1)
    assert wait_until(lambda: not redis_client.exists(key))
    assert ada.get("me").status_code == 200


def test_refused_write_is_counted_and_not_done(ada: Caller, settings: Settings) -> None:
    settings.API_RATE_PER_MIN = 1
    ada.get("me")
    assert code_of(ada.post("sessions", {})) == (429, "rate_limited")


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_no_more_than_the_rate(ada: Caller, settings: Settings) -> None:
    settings.API_RATE_PER_MIN = 7

    def ask(_number: int) -> bool:
        try:
            counted = rate.count(ada.token_row.pk)
            return counted is not None and not counted.is_exceeded
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(ask, range(40))) == 7


def test_without_redis_there_is_no_limit(ada: Caller, settings: Settings, servers: Servers) -> None:
    if servers.valkey is None:
        pytest.skip("TEST_REDIS_URL names a server that is not ours to stop")
    settings.API_RATE_PER_MIN = 1
    servers.valkey.kill()
    try:
        answers = [ada.get("me") for _ in range(3)]
    finally:
        servers.valkey.restart()
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert "RateLimit" not in answers[2]
