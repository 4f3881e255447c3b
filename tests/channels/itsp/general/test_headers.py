"""Headers that a provider names as it likes: what proves a call comes through the door, and nothing else."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from channels.itsp.general.shape import Shape
from channels.itsp.general.signatures import signature
from channels.webhook import keys as webhook_keys
from sessions.models import Message, WebhookRequest
from sessions.receiving import spool
from tests.channels.itsp.general.conftest import SECRET
from tests.factories import CONTACT, OUR_NUMBER, Road, make_agent, make_road
from tests.sessions.receiving.test_spool import database_away

pytestmark = pytest.mark.django_db

THEIRS = {"signature_header": "Acme-Proof", "timestamp_header": "Acme-Sent-At"}
BODY = json.dumps({"id": "in-1", "from": CONTACT, "to": OUR_NUMBER, "text": "Hello"}).encode()
NOT_NEEDED = {"X-Api-Key": "of-somebody", "Cookie": "a=b", "X-Forwarded-For": "192.0.2.1"}


@pytest.fixture
def road() -> Road:
    made = make_road(make_agent("1001"))
    own = {"send_url": "https://api.example.com/send", "api_key": "k", "secret": SECRET, **THEIRS}
    made.channel.itsp, made.channel.credentials = "general", own
    made.channel.save()
    return made


def headers(secret: str = SECRET) -> dict[str, str]:
    at = str(int(timezone.now().timestamp()))
    return {"Acme-Proof": signature(BODY, secret.encode(), Shape.of(THEIRS), at), "Acme-Sent-At": at}


def post(client: Client, road: Road, given: dict[str, str]) -> int:
    answer = client.post(road.path, BODY, content_type="application/json", headers={**given, **NOT_NEEDED})
    return int(answer.status_code)


def stored(given: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in given.items()} | {"content-type": "application/json"}


def test_call_is_proven_by_them_and_no_others_are_kept(client: Client, road: Road) -> None:
    given = headers()
    assert post(client, road, given) == 200
    assert [one.body for one in Message.objects.all()] == ["Hello"]
    assert WebhookRequest.objects.get().headers == stored(given)


@pytest.mark.parametrize("is_known", [True, False])
def test_call_is_proven_by_them_after_the_database_was_away(
    client: Client, road: Road, redis_client: Any, is_known: bool
) -> None:
    if is_known:
        webhook_keys.remember(road.channel.webhook_addresses.all())
    given = headers()
    with database_away():
        assert post(client, road, given) == 200
    assert spool.drain() == 1
    assert [one.body for one in Message.objects.all()] == ["Hello"]
    assert WebhookRequest.objects.get().headers == stored(given)


def test_text_that_is_signed_with_another_secret_is_held(client: Client, road: Road) -> None:
    assert post(client, road, headers("another-secret")) == 403
    assert [one.outcome for one in WebhookRequest.objects.all()] == ["held"]


def test_call_to_nobody_leaves_only_what_all_itsps_need(client: Client, road: Road) -> None:
    road.channel.webhook_addresses.all().delete()
    assert post(client, road, headers()) == 404
    assert [one.headers for one in WebhookRequest.objects.all()] == [{"content-type": "application/json"}]
