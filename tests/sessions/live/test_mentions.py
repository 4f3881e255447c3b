"""Whoever is mentioned hears of it at once, and then of all that happens in the session."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from routing.models import Extension
from sessions import actions
from sessions.models import MessagingSession
from tests.product import Stack
from tests.sessions.conftest import Post
from tests.sessions.live.listening import Listener
from tests.walking import log_in

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def session(post_inbound: Post) -> MessagingSession:
    post_inbound(1, "Are you open today?")
    return MessagingSession.objects.get()


@pytest.mark.long
def test_mentioned_hears_of_the_note_and_of_what_comes_after(
    session: MessagingSession, agents: list[Extension], start_stack: Callable[..., Stack]
) -> None:
    actions.pick_up(session, agent=agents[0])
    stack = start_stack(EVENTS_HEARTBEAT_S="0.5")
    cleo = Listener(stack.url, agents[2].user)
    assert cleo.until("hello")
    actions.add_note(session, agent=agents[0], body="Nobody is mentioned")
    actions.add_note(session, agent=agents[0], body="@Cleo")
    assert cleo.until("message") == ["message"]
    assert cleo.until("reset") == ["reset"]  # what she may hear has grown
    actions.set_tags(session, tags=[])
    assert cleo.until("session") == ["session"]
    cleo.close()


@pytest.mark.browser
@pytest.mark.long
def test_who_is_typing_is_seen_by_whoever_has_the_session_open(
    session: MessagingSession,
    agents: list[Extension],
    start_stack: Callable[..., Stack],
    new_page: Callable[..., Page],
) -> None:
    assert session.queue
    session.queue.pickup_mode = session.queue.PickupMode.NONE
    session.queue.save()
    stack = start_stack()
    ada = log_in(new_page(), stack.url, "agent1001", "secret-of-the-agent")
    phone = new_page(viewport={"width": 390, "height": 844})
    ben = log_in(phone, stack.url, "agent1002", "secret-of-the-agent")
    for page in (ada, ben):
        page.goto(f"{stack.url}/inbox/{session.pk}/")
        live = page.get_by_role("status", include_hidden=True)  # beside the lists: a phone hides them
        expect(live.filter(has_text="Live")).to_be_attached()
    line = ben.locator("#viewers")
    expect(line).to_contain_text("1001 Ada has this session open, too.")
    ada.get_by_label("Message", exact=True).press_sequentially("We are open until ", delay=50)
    expect(line).to_contain_text("1001 Ada is typing…")
    expect(ada.locator("#viewers")).not_to_contain_text("typing")
    assert ben.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(line).to_have_text("1001 Ada has this session open, too.", timeout=20_000)
    ada.get_by_label("Message", exact=True).press_sequentially("six.")
    expect(line).to_contain_text("1001 Ada is typing…")
    ada.keyboard.press("Control+Enter")
    expect(line).to_have_text("1001 Ada has this session open, too.", timeout=5_000)
    expect(ben.locator("#thread")).to_contain_text("We are open until six.")
