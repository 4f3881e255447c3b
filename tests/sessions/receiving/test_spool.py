"""What is kept while the database is away, from whom, and what becomes of it afterwards."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
import redis
from cryptography.fernet import Fernet
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from channels.itsp.base import WebhookCall
from channels.webhook import keys as webhook_keys
from channels.webhook.url import hash_of
from sessions.models import Message, MessagingSession, WebhookRequest
from sessions.receiving import journal as intake
from sessions.receiving import spool
from tests.factories import Road
from tests.sessions.conftest import Post, inbound_fields, sid_of, signed_post
from tests.sessions.receiving.test_webhook import TWIML, journal

pytestmark = pytest.mark.django_db


@contextmanager
def database_away() -> Iterator[None]:
    def fail(*_arguments: Any) -> None:
        raise OperationalError("the database is away")

    with connection.execute_wrapper(fail):
        yield


@pytest.fixture(autouse=True)
def known(road: Road) -> None:
    """The channel was saved while all was well."""
    webhook_keys.remember(road.channel.webhook_addresses.all())


def waiting(redis_client: "redis.Redis") -> tuple[int, int]:
    return redis_client.xlen(spool.VERIFIED), redis_client.xlen(spool.UNVERIFIED)


def test_verified_text_is_spooled_and_drained_with_its_own_time(
    post_inbound: Post, redis_client: "redis.Redis"
) -> None:
    with database_away():
        before = timezone.now()
        answer = post_inbound(1, "Café 🎉")
        after = timezone.now()
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "text/xml", TWIML)
    assert waiting(redis_client) == (1, 0)
    assert [spool.drain(), spool.drain()] == [1, 0]
    assert waiting(redis_client) == (0, 0)
    assert journal() == [("processed", "")]
    message = Message.objects.get()
    assert message.body == "Café 🎉"
    assert before <= message.created_at <= after
    assert WebhookRequest.objects.get().received_at == message.created_at


def test_text_spooled_twice_is_stored_once(post_inbound: Post) -> None:
    with database_away():
        post_inbound(1, "Hello")
        post_inbound(1, "Hello")
    assert spool.drain() == 2
    assert MessagingSession.objects.get().unread == 1
    assert [outcome for outcome, _ in journal()] == ["processed", "duplicate"]


def test_spool_waits_while_the_database_is_away(post_inbound: Post, redis_client: "redis.Redis") -> None:
    with database_away():
        post_inbound(1, "Hello")
        assert spool.drain() == 0
    assert waiting(redis_client) == (1, 0)


def test_forged_request_is_403_and_not_kept(client: Client, road: Road, redis_client: "redis.Redis") -> None:
    with database_away():
        answer = signed_post(client, road.path, inbound_fields(sid_of(1), "Hello"), token="f" * 32)
    assert answer.status_code == 403
    assert waiting(redis_client) == (0, 0)


def test_request_of_an_unknown_token_ends_as_a_rejected_trace(
    client: Client, redis_client: "redis.Redis"
) -> None:
    with database_away():
        assert signed_post(client, "/w/unknown/", inbound_fields(sid_of(1), "Hello")).status_code == 200
    assert waiting(redis_client) == (0, 1)
    assert spool.drain() == 1
    assert journal() == [("rejected", "The URL is unknown.")]
    assert Message.objects.count() == 0


def test_text_to_a_channel_that_redis_has_forgotten_is_kept(
    post_inbound: Post, redis_client: "redis.Redis"
) -> None:
    redis_client.delete(webhook_keys.KEY)
    with database_away():
        assert post_inbound(1, "Hello").status_code == 200
    assert waiting(redis_client) == (0, 1)
    spool.drain()
    assert [message.body for message in Message.objects.all()] == ["Hello"]


def test_unverified_requests_are_bounded_and_none_is_dropped(
    client: Client, settings: Settings, redis_client: "redis.Redis"
) -> None:
    settings.SPOOL_UNVERIFIED_KEPT = 3

    def post(number: int, body: str = "Hello") -> object:
        return signed_post(client, "/w/unknown/", inbound_fields(sid_of(number), body)).status_code

    with database_away():
        assert post(1, "x" * spool.UNVERIFIED_MAX_BYTES) == 503
        assert [post(number) for number in range(1, 6)] == [200, 200, 200, 503, 503]
    assert waiting(redis_client) == (0, 3)


def test_key_that_no_longer_decrypts_leaves_the_text_to_the_database(
    post_inbound: Post, road: Road, redis_client: "redis.Redis"
) -> None:
    old = Fernet(Fernet.generate_key()).encrypt(b"{}").decode()
    entry = json.dumps({"itsp": "twilio", "credentials": old})
    redis_client.hset(webhook_keys.KEY, hash_of(road.token), entry)
    with database_away():
        assert post_inbound(1, "Hello").status_code == 200
    assert waiting(redis_client) == (0, 1)
    spool.drain()
    assert [message.body for message in Message.objects.all()] == ["Hello"]


def test_request_that_cannot_be_journalled_stays_and_keeps_nothing_back(
    post_inbound: Post, redis_client: "redis.Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    with database_away():
        post_inbound(1, "First")
        post_inbound(2, "Second")
    take = intake.take

    def broken_for_first(token: str, call: WebhookCall, *, at: datetime) -> intake.Verdict:
        if b"First" in call.body:
            raise ValueError("a defect")
        return take(token, call, at=at)

    with monkeypatch.context() as patch:
        patch.setattr(intake, "take", broken_for_first)
        assert spool.drain() == 1
    assert waiting(redis_client) == (1, 0)
    assert spool.drain() == 1
    assert sorted(message.body for message in Message.objects.all()) == ["First", "Second"]


def test_late_text_does_not_take_its_session_back_in_time(post_inbound: Post) -> None:
    with database_away():
        post_inbound(1, "Spooled")
    post_inbound(2, "Stored at once")
    newest = Message.objects.get()
    spool.drain()
    session = MessagingSession.objects.get()
    assert (session.unread, session.last_active_at) == (2, newest.created_at)
