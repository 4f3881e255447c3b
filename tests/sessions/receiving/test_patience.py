"""An ITSP that waits for two seconds has its answer in that time, whatever is slow or away."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial

import pytest
import redis
from django.db import connection

from channels.webhook import keys as webhook_keys
from pbx_messaging import time_limit
from pbx_messaging.redis import redis_client as client_of
from sessions.models import Message
from sessions.receiving import answers, spool, webhook
from sessions.receiving.batches import Batcher
from tests.channels.itsp import example
from tests.factories import OUR_NUMBER, Road
from tests.sessions.receiving.test_asgi import Answer, end_thread, together
from tests.sessions.receiving.test_asgi import post as asgi_post
from tests.sessions.receiving.test_outage import locked_database
from tests.stack import Servers

pytestmark = pytest.mark.django_db(transaction=True)

WAITS_S = example.Example.answers_within_s
AT_ONCE = 20
Slow = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def road(road: Road, monkeypatch: pytest.MonkeyPatch) -> Iterator[Road]:
    """The tests' own Valkey is given as long as the product's, and its threads are this test's own."""
    example.register(monkeypatch)
    example.moved_to_example(road)
    webhook_keys.remember(road.channel.webhook_addresses.all())
    for module in (webhook_keys, spool):
        monkeypatch.setattr(module, "redis_client", partial(_quick_client, 0.25))
    for name, work in (("_take_in", answers.take_in), ("_keep", answers.keep)):
        monkeypatch.setattr(webhook, name, Batcher(work, name=name, most=webhook.BATCH))
    monkeypatch.setattr(time_limit, "_waited_in_vain_at", float("-inf"))
    yield road
    end_thread(webhook._take_in)


def _quick_client(usual_s: float, timeout_s: float = 0.0) -> "redis.Redis":
    return client_of(timeout_s or usual_s)


@pytest.fixture
def slow_database(servers: Servers) -> Slow:
    """It takes what is sent to it, and does not answer."""
    if connection.vendor == "sqlite":
        return locked_database
    if servers.postgres is None:
        pytest.skip("TEST_DATABASE_URL names a server that is not ours to freeze")
    postgres = servers.postgres

    @contextmanager
    def frozen() -> Iterator[None]:
        connection.close()
        postgres.freeze()
        try:
            yield
        finally:
            postgres.thaw()

    return frozen


def posted(road: Road, numbers: range) -> tuple[list[int], float]:
    """The statuses of so many texts at once, and how long the slowest answer took."""
    slowest = 0.0

    async def one(number: int) -> Answer:
        nonlocal slowest
        body = example.body_of([example.text(number, to=OUR_NUMBER)])
        began = time.monotonic()
        answer = await asgi_post(road.path, [body], headers=example.signed(body))
        slowest = max(slowest, time.monotonic() - began)
        return answer

    return [status for status, _body in together(*(one(number) for number in numbers))], slowest


def test_database_that_does_not_answer_leaves_time_for_the_spool(road: Road, slow_database: Slow) -> None:
    with slow_database():
        statuses, slowest_s = posted(road, range(AT_ONCE))
    assert statuses == [200] * AT_ONCE
    assert slowest_s < WAITS_S
    assert spool.drain() == AT_ONCE
    assert Message.objects.count() == AT_ONCE


def test_slow_valkey_beside_it_is_waited_for_as_long_as_there_is_time(
    road: Road, slow_database: Slow, redis_client: "redis.Redis"
) -> None:
    with slow_database():
        redis_client.client_pause(1300, all=False)  # the database takes 0.9 of them
        statuses, slowest_s = posted(road, range(AT_ONCE))
    assert statuses == [200] * AT_ONCE
    assert slowest_s < WAITS_S


def test_both_that_do_not_answer_are_a_503_in_time(road: Road, slow_database: Slow, servers: Servers) -> None:
    if servers.valkey is None:
        pytest.skip("TEST_REDIS_URL names a server that is not ours to freeze")
    with slow_database():
        servers.valkey.freeze()
        try:
            statuses, slowest_s = posted(road, range(AT_ONCE))
        finally:
            servers.valkey.revive()
    assert statuses == [503] * AT_ONCE
    assert slowest_s < WAITS_S


def test_disk_that_is_too_slow_is_a_503_in_time(
    road: Road, slow_database: Slow, redis_client: "redis.Redis"
) -> None:
    with slow_database():
        redis_client.client_pause(4000, all=False)
        statuses, slowest_s = posted(road, range(AT_ONCE))
        redis_client.client_unpause()
    assert statuses == [503] * AT_ONCE
    assert slowest_s < WAITS_S
