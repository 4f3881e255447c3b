"""An agent who looks elsewhere is told once, by one of the tabs, and never what a text says."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from routing.models import Extension
from sessions import actions
from sessions.models import MessagingSession
from tests.factories import CONTACT, Road
from tests.sessions.conftest import inbound_fields, sid_of, signed_post
from tests.walking import log_in

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOWN = """async () => {
  const worker = await navigator.serviceWorker.ready;
  return (await worker.getNotifications()).map((one) => [one.title, one.body]);
}"""


def look(*pages: Page) -> None:
    """As if an event had come."""
    for page in pages:
        page.evaluate("document.dispatchEvent(new CustomEvent('inbox:reset'))")


def test_one_tab_tells_of_a_new_session_and_of_a_follow_up(
    live_server: LiveServer, new_page: Callable[..., Page], road: Road, agents: list[Extension]
) -> None:
    page = new_page()
    page.context.grant_permissions(["notifications"], origin=live_server.url)
    silence = {"status": 200, "content_type": "text/event-stream", "body": "retry: 600000\n\n"}
    page.context.route("**/events/**", lambda route: route.fulfill(**silence))
    log_in(page, live_server.url, "agent1001", "secret-of-the-agent")
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(f"{live_server.url}/inbox/")
        tab.evaluate("Object.defineProperty(document, 'hasFocus', { value: () => false })")
        assert tab.evaluate(SHOWN) == []
    signed_post(Client(), road.path, inbound_fields(sid_of(1), "A secret"))
    look(page, other)
    for tab in (page, other):
        expect(tab).to_have_title("(1) Inbox · PBX Messaging")
    page.wait_for_timeout(800)
    assert page.evaluate(SHOWN) == [[CONTACT, "A new session waits"]]
    session = MessagingSession.objects.get()
    actions.pick_up(session, agent=agents[0])
    look(page, other)
    expect(other).to_have_title("Inbox · PBX Messaging")
    signed_post(Client(), road.path, inbound_fields(sid_of(2), "Another secret"))
    look(page, other)
    expect(other).to_have_title("(1) Inbox · PBX Messaging")
    page.wait_for_timeout(800)
    assert page.evaluate(SHOWN) == [[CONTACT, "New text"]]
