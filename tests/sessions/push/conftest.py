"""Agents with devices, and a push service that reads what they get."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pbx_messaging.redis import redis_client
from routing.models import Extension
from sessions import events
from sessions.push import looking, pushing
from tests.portal import logged_in
from tests.push_service import Browser, PushService, push_service

Subscribe = Callable[..., tuple[Client, Browser]]
OTHER_SETTINGS = {"after_closing": "stay", "undo_send_s": "0"}  # that the form of the inbox has


@pytest.fixture
def service(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    monkeypatch.setattr(looking, "REST", 0)
    with push_service() as running:
        settings.PUSH_STAND_IN_URLS = [running.url]
        for key in (looking.READ, looking.TURN, events.STREAM):
            redis_client().delete(key)
        yield running


@pytest.fixture
def subscribe(service: PushService) -> Subscribe:
    """subscribe(agent): a browser in which the agent is logged in, and which is told."""

    def make(agent: Extension, name: str = "phone", client: Client | None = None) -> tuple[Client, Browser]:
        client = client or logged_in(agent.user)
        browser = service.browser(name)
        answer = client.post("/inbox/push/", browser.fields, headers={"User-Agent": "Firefox on Android"})
        assert answer.status_code == 204, answer.content
        return client, browser

    return make


def tell() -> None:
    """What beat has workers do."""
    look()
    pushing.push_due()


def look() -> None:
    redis_client().delete(looking.TURN)
    looking.look(now=timezone.now())


def told(browser: Browser) -> list[tuple[str, str]]:
    """And forgets it."""
    shown = [(one["title"], one["body"]) for one in browser.shown]
    browser.shown.clear()
    return shown
