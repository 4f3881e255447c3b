"""Who loses the race for a session in the browser is told so, and loses nothing that was typed."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.models import Message, MessagingSession
from tests.sessions.conftest import Post
from tests.walking import log_in

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TYPED = "Yes, we are open till six."


@pytest.mark.parametrize("hears_first", [False, True], ids=["sends", "is told meanwhile"])
def test_second_agent_of_an_auto_queue_keeps_what_was_typed(
    live_server: LiveServer, page: Page, agents: list[Extension], post_inbound: Post, hears_first: bool
) -> None:
    post_inbound(1, "Are you open today?")
    MessageQueue.objects.update(pickup_mode=MessageQueue.PickupMode.AUTO)
    session = MessagingSession.objects.get()
    log_in(page, live_server.url, agents[0].user.username, "secret-of-the-agent")
    page.goto(f"{live_server.url}/inbox/{session.pk}/")
    expect(page.get_by_text("Whoever answers first has the session.")).to_be_visible()
    page.get_by_label("Message", exact=True).fill(TYPED)
    actions.reply(session, agent=agents[1], body="Till six")
    if hears_first:
        event = "new CustomEvent('inbox:event', {detail: {kind: 'session', session: pk}})"
        page.evaluate(f"(pk) => document.dispatchEvent({event})", session.pk)
        expect(page.get_by_text("This session is with somebody else now.")).to_be_visible()
        kept = page.get_by_label("What you had written; it was not sent:")
    else:
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text("1002 Ben was faster and has the session now.")).to_be_visible()
        kept = page.get_by_label("Your text, not sent")
    expect(kept).to_have_value(TYPED)
    assert [message.body for message in Message.objects.filter(kind="outbound")] == ["Till six"]
