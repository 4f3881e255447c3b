"""The door that texts come in by: signed posts to a channel's webhook."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
import redis
from django.conf import settings
from django.test import Client
from twilio.request_validator import RequestValidator

from routing.models import Extension, MessageQueue
from sessions.models import MessagingSession
from sessions.sending import pump
from tests.factories import (
    AUTH_TOKEN,
    Road,
    make_agent,
    make_queue,
    make_road,
)
from tests.servers import Simulator
from tests.twilio_texts import inbound_fields, sid_of

__all__ = ["inbound_fields", "sid_of"]

Post = Callable[..., Any]


@pytest.fixture
def agents(db: None) -> list[Extension]:
    return [make_agent("1001", "Ada"), make_agent("1002", "Ben"), make_agent("1003", "Cleo")]


@pytest.fixture
def queue(agents: list[Extension]) -> MessageQueue:
    """Ada and Ben; Cleo is not in it."""
    return make_queue(*agents[:2])


@pytest.fixture
def road(queue: MessageQueue, agents: list[Extension]) -> Road:
    return make_road(queue, *agents[:2])


@pytest.fixture
def own_road(
    simulator: Simulator,
    queue: MessageQueue,
    agents: list[Extension],
    redis_client: "redis.Redis",
    monkeypatch: pytest.MonkeyPatch,
) -> Road:
    """A channel on the simulator's account; the test's own pump neither waits for it nor lingers."""
    account = simulator.get("/control/state")
    secrets = {"account_sid": account["account_sid"], "auth_token": account["auth_token"]}
    road = make_road(queue, *agents[:2], rate=225, **secrets)
    redis_client.hset(f"pace:{road.channel.pk}", "next", 0)  # or the limiter, new to it, waits for a second
    monkeypatch.setattr(pump, "IDLE_S", 0.1)
    return road


def signed_post(client: Client, path: str, fields: dict[str, str], token: str = AUTH_TOKEN) -> Any:
    """Posts a form, signed by Twilio's own code."""
    signature = RequestValidator(token).compute_signature(settings.PUBLIC_URL + path, fields)
    return client.post(
        path,
        urlencode(fields),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signature},
    )


@pytest.fixture
def post_inbound(client: Client, road: Road) -> Post:
    """post_inbound(1, "Hello", From="+1…"): a text with the number as its id."""

    def post(number: int, body: str, **others: str) -> Any:
        return signed_post(client, road.path, inbound_fields(sid_of(number), body, **others))

    return post


def listed_in(page: Any, group: str) -> list[MessagingSession]:
    """The rows of one of the lists on an agent's page."""
    return [row for one in page.context["groups"] if one.name == group for row in one.rows]
