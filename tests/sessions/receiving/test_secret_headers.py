"""A password that an ITSP sends with its calls is nowhere afterwards, whatever became of the call."""

import base64
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from django.db import connection
from django.test import Client

from channels.webhook import keys as webhook_keys
from sessions.models import Message, WebhookRequest
from sessions.receiving import inbound, spool, verifying
from tests.channels.itsp import example
from tests.factories import OUR_NUMBER, Road
from tests.sessions.receiving.test_asgi import own_thread, together
from tests.sessions.receiving.test_asgi import post as asgi_post
from tests.sessions.receiving.test_spool import database_away
from tests.stack import Servers

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["own_thread"]

WRONG = "of-somebody-else-93ab"
MARK = "a text that is kept"
Ask = Callable[[str, str], int]


@pytest.fixture
def road(road: Road, monkeypatch: pytest.MonkeyPatch) -> Road:
    example.register(monkeypatch)
    example.moved_to_example(road)
    webhook_keys.remember(road.channel.webhook_addresses.all())
    return road


@pytest.fixture(params=["before Django", "by Django"])
def ask(request: pytest.FixtureRequest, client: Client, caplog: pytest.LogCaptureFixture) -> Ask:
    """ask(token, password): a text to that address by that door; gives the status."""
    caplog.set_level(logging.DEBUG)
    items = [example.text(1, MARK, to=OUR_NUMBER)]

    def by_django(token: str, password: str) -> int:
        return example.post(client, f"/w/{token}/", items, example.basic(password))

    def before_it(token: str, password: str) -> int:
        headers = example.basic(password)
        return together(asgi_post(f"/w/{token}/", [example.body_of(items)], headers=headers))[0][0]

    return by_django if request.param == "by Django" else before_it


@contextmanager
def defect(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("a defect")

    with monkeypatch.context() as patch:
        patch.setattr(inbound, "_text", broken)
        yield


def files_with(words: str, folder: Path) -> list[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return [path.name for path in found if words.encode() in path.read_bytes()]


def on_disk(servers: Servers, redis_client: "redis.Redis") -> Callable[[str], list[str]]:
    """The files of the databases that hold some words, written out as far as they ever are."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(FULL)")
    redis_client.waitaof(1, 0, 5000)
    redis_client.save()
    return lambda words: files_with(words, servers.folder)


def assert_nowhere(servers: Servers, redis_client: "redis.Redis", logged: str) -> None:
    where = on_disk(servers, redis_client)
    for password in (example.CREDENTIALS["password"], WRONG):
        pair = base64.b64encode(f"{example.CREDENTIALS['user']}:{password}".encode()).decode()
        for secret in (password, pair):
            assert where(secret) == []
            assert secret not in logged


def is_on_disk(servers: Servers, redis_client: "redis.Redis") -> bool:
    """What was to be kept was found: the same look would find a password."""
    return bool(on_disk(servers, redis_client)(MARK))


def test_password_of_a_text_that_is_taken_in(
    ask: Ask, road: Road, servers: Servers, redis_client: "redis.Redis", caplog: pytest.LogCaptureFixture
) -> None:
    assert ask(road.token, example.CREDENTIALS["password"]) == 200
    assert [message.body for message in Message.objects.all()] == [MARK]
    assert is_on_disk(servers, redis_client)
    assert_nowhere(servers, redis_client, caplog.text)


def test_wrong_password_is_held_and_taken_in_once_it_is_the_channels(
    ask: Ask, road: Road, servers: Servers, redis_client: "redis.Redis", caplog: pytest.LogCaptureFixture
) -> None:
    assert ask(road.token, WRONG) == 403
    assert WebhookRequest.objects.get().outcome == "held"
    assert is_on_disk(servers, redis_client)
    assert_nowhere(servers, redis_client, caplog.text)
    road.channel.credentials = {**example.CREDENTIALS, "password": WRONG}
    road.channel.credentials_changed_at = WebhookRequest.objects.get().received_at
    road.channel.save()
    assert verifying.verify_due() == 1
    assert_nowhere(servers, redis_client, caplog.text)


def test_password_sent_to_an_unknown_address(
    ask: Ask, road: Road, servers: Servers, redis_client: "redis.Redis", caplog: pytest.LogCaptureFixture
) -> None:
    assert ask("unknown", example.CREDENTIALS["password"]) == 404
    assert WebhookRequest.objects.get().outcome == "rejected"
    assert is_on_disk(servers, redis_client)
    assert_nowhere(servers, redis_client, caplog.text)


def test_password_of_a_text_that_fails(
    ask: Ask,
    road: Road,
    servers: Servers,
    redis_client: "redis.Redis",
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with defect(monkeypatch):
        assert ask(road.token, example.CREDENTIALS["password"]) == 200
    assert WebhookRequest.objects.get().outcome == "failed"
    assert "Traceback" in caplog.text
    assert_nowhere(servers, redis_client, caplog.text)


def test_password_of_a_text_that_is_spooled(
    client: Client,
    road: Road,
    servers: Servers,
    redis_client: "redis.Redis",
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    items, right = [example.text(1, MARK, to=OUR_NUMBER)], example.basic()
    with database_away():
        assert example.post(client, road.path, items, right) == 200
        assert example.post(client, road.path, items, example.basic(WRONG)) == 403
        assert example.post(client, "/w/unknown/", items, right) == 200
    assert redis_client.xlen(spool.TEXTS) + redis_client.xlen(spool.UNVERIFIED) == 2
    assert_nowhere(servers, redis_client, caplog.text)
    assert spool.drain() == 2
    assert [message.body for message in Message.objects.all()] == [MARK]
    assert is_on_disk(servers, redis_client)
    assert_nowhere(servers, redis_client, caplog.text)
