"""A signature's age is judged by when the call came in, however late it is verified again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from channels.webhook import keys as webhook_keys
from sessions.models import Message, WebhookRequest
from sessions.receiving import inbound, replaying, spool, verifying
from tests.channels.itsp import example
from tests.factories import OUR_NUMBER, Road
from tests.sessions.receiving.test_spool import database_away
from tests.sessions.receiving.test_webhook import journal

pytestmark = pytest.mark.django_db

AGES = [timedelta(minutes=6), timedelta(hours=7), timedelta(days=12)]
NEW_SECRET = "signs-the-calls-since-today"


@pytest.fixture(autouse=True)
def of_example(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    example.register(monkeypatch)
    example.moved_to_example(road)
    webhook_keys.remember(road.channel.webhook_addresses.all())


@contextmanager
def ago(age: timedelta) -> Iterator[datetime]:
    """Within it our clock is behind by that."""
    real = timezone.now
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: real() - age)
        yield timezone.now()


def items(body: str = "Hello") -> list[dict[str, str]]:
    return [example.text(1, body, to=OUR_NUMBER)]


@pytest.mark.parametrize("age", AGES)
def test_call_that_lay_in_the_spool_is_verified_as_of_its_arrival(
    client: Client, road: Road, age: timedelta
) -> None:
    with ago(age) as then, database_away():
        assert example.post(client, road.path, items()) == 200
    assert spool.drain() == 1
    assert journal() == [("processed", "")]
    assert abs(Message.objects.get().created_at - then) < timedelta(minutes=1)


@pytest.mark.parametrize("age", AGES)
def test_call_that_was_held_is_verified_as_of_its_arrival(client: Client, road: Road, age: timedelta) -> None:
    with ago(age) as then:
        headers = example.signed(example.body_of(items()), at=then, secret=NEW_SECRET)
        assert example.post(client, road.path, items(), headers) == 403
    road.channel.credentials = {**example.CREDENTIALS, "secret": NEW_SECRET}
    road.channel.credentials_changed_at = timezone.now()
    road.channel.save()
    assert verifying.verify_due() == 1
    assert [message.body for message in Message.objects.all()] == ["Hello"]


def test_failed_call_is_processed_whenever_that_succeeds(
    client: Client, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("a defect")

    with ago(timedelta(hours=3)), monkeypatch.context() as patch:
        patch.setattr(inbound, "_text", broken)
        assert example.post(client, road.path, items()) == 200
    assert replaying.retry_failed() == 1
    assert journal() == [("processed", "")]


@pytest.mark.parametrize("age", AGES)
def test_call_that_is_posted_again_after_its_time_is_refused(
    client: Client, road: Road, age: timedelta
) -> None:
    body = example.body_of(items())
    headers = example.signed(body, at=timezone.now() - age)
    assert example.post(client, road.path, items(), headers) == 403
    with database_away():
        assert example.post(client, road.path, items(), headers) == 403
    road.channel.credentials_changed_at = timezone.now()
    road.channel.save()
    assert verifying.verify_due() == 0
    assert (Message.objects.count(), WebhookRequest.objects.get().outcome) == (0, "held")


def test_call_that_was_seen_once_brings_nothing_new(client: Client, road: Road) -> None:
    headers = example.signed(example.body_of(items()))
    assert [example.post(client, road.path, items(), headers) for _ in range(3)] == [200] * 3
    assert sorted(outcome for outcome, _ in journal()) == ["duplicate", "duplicate", "processed"]
