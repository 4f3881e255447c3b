"""What an agent sees of waiting texts and opt-outs without reloading, in a real browser."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from routing.models import Extension
from sessions import actions
from sessions.inbox.thread import PAGE
from sessions.models import Attempt, MessagingSession
from tests.factories import CONTACT, Road
from tests.sessions.conftest import inbound_fields, sid_of, signed_post
from tests.sessions.inbox.undisturbed import undisturbed

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def session(road: Road, agents: list[Extension]) -> MessagingSession:
    """Ada's, with a text that is 2nd in the queue: it takes turns with three of a colleague."""
    for number in range(3):
        write = {"agent": agents[1], "number": road.number, "contact": f"+1415555019{number}"}
        actions.start_session(**write, body="Hello")  # type: ignore[arg-type]
    start = {"agent": agents[0], "number": road.number, "contact": CONTACT}
    return actions.start_session(**start, body="We are open till six.").session  # type: ignore[arg-type]


@pytest.fixture
def inbox(
    live_server: LiveServer, new_page: Callable[..., Page], session: MessagingSession
) -> Iterator[Page]:
    """Ada's inbox with the session open."""
    with undisturbed(new_page(), live_server.url, f"/inbox/{session.pk}/") as page:
        yield page


def look(inbox: Page) -> None:
    """As if an event had come."""
    inbox.evaluate("thread.dispatchEvent(new Event('refresh'))")


def test_place_in_the_queue_counts_down_and_then_nothing_asks_any_more(
    inbox: Page, session: MessagingSession
) -> None:
    place = inbox.locator(".message-place")
    expect(place).to_contain_text("2nd in the queue, goes out in")
    composer = inbox.get_by_label("Message", exact=True)
    composer.fill("Half a sentence")
    Attempt.objects.exclude(lane__contact=CONTACT).update(status="accepted")
    expect(place).to_contain_text("1st in the queue")
    expect(composer).to_have_value("Half a sentence")
    Attempt.objects.update(status="accepted")
    session.messages.update(status="accepted")
    look(inbox)
    expect(inbox.locator(".message-place")).to_have_count(0)
    expect(inbox.locator("[hx-trigger='every 2s']")).to_have_count(0)


@pytest.mark.long
def test_texts_that_wait_above_what_is_shown_are_counted_down_once_they_are_there(
    live_server: LiveServer, new_page: Callable[..., Page], session: MessagingSession, road: Road
) -> None:
    for number in range(3 * PAGE):
        signed_post(Client(), road.path, inbound_fields(sid_of(number), f"Text {number}"))
    with undisturbed(new_page(), live_server.url, f"/inbox/{session.pk}/") as inbox:
        place = inbox.locator(".message-place")
        with inbox.expect_response("**/places/**"):
            expect(place).to_have_count(0)
        thread = inbox.get_by_role("log", name="Messages")
        for text in (f"Text {PAGE}", "Text 0", "We are open till six."):
            inbox.evaluate("document.getElementById('thread-scroll').scrollTop = 0")
            expect(thread.get_by_text(text, exact=True)).to_be_attached()
        expect(place).to_contain_text("2nd in the queue")
        Attempt.objects.exclude(lane__contact=CONTACT).update(status="accepted")
        expect(place).to_contain_text("1st in the queue")


def test_text_is_taken_back_for_good_while_the_agent_goes_on_typing(inbox: Page) -> None:
    composer = inbox.get_by_label("Message", exact=True)
    composer.fill("Half a sentence")
    inbox.get_by_role("log").get_by_role("button", name="Cancel").click()
    expect(inbox.get_by_text("Taken back by Ada.")).to_be_visible()
    expect(inbox.get_by_role("button", name="Retry")).to_have_count(0)
    expect(composer).to_have_value("Half a sentence")


def test_answer_that_was_overtaken_takes_nothing_back(inbox: Page) -> None:
    """What the page had asked for before the click comes after the click's own answer."""
    held: list[Route] = []
    inbox.wait_for_timeout(500)  # what the page asks for by itself is there
    inbox.route("**/thread/**", lambda route: held.append(route), times=1)
    look(inbox)
    while not held:
        inbox.wait_for_timeout(20)
    stale = held[0].fetch()
    inbox.get_by_role("log").get_by_role("button", name="Cancel").click()
    taken_back = inbox.get_by_text("Taken back by Ada.")
    expect(taken_back).to_be_visible()
    held[0].fulfill(response=stale)
    inbox.wait_for_timeout(500)
    expect(taken_back).to_be_visible()


def test_text_is_sent_later(inbox: Page) -> None:
    expect(inbox.get_by_label("Send at")).to_be_hidden()
    inbox.get_by_label("Message", exact=True).fill("Good morning")
    inbox.get_by_label("Send later").check()
    inbox.get_by_label("Send at").fill((timezone.localtime() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"))
    inbox.get_by_role("button", name="Schedule").click()
    expect(inbox.get_by_text("This time has passed. Choose one in the future.")).to_be_visible()
    inbox.get_by_label("Send at").fill((timezone.localtime() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"))
    inbox.get_by_role("button", name="Schedule").click()
    expect(inbox.get_by_text("Goes out on")).to_be_visible()
    expect(inbox.get_by_role("button", name="Send", exact=True)).to_be_visible()


def test_stop_disables_the_composer_and_start_brings_it_back(inbox: Page, road: Road) -> None:
    composer = inbox.get_by_label("Message", exact=True)
    expect(composer).to_be_visible()
    signed_post(Client(), road.path, inbound_fields(sid_of(1), "STOP"))
    look(inbox)
    expect(inbox.get_by_text("No texts can be sent: the contact has opted out.")).to_be_visible()
    expect(composer).to_have_count(0)
    signed_post(Client(), road.path, inbound_fields(sid_of(2), "START"))
    look(inbox)
    expect(composer).to_be_visible()


def test_what_comes_while_the_thread_is_asked_for_is_shown(inbox: Page, road: Road) -> None:
    """The first answer knows nothing of it; that to the second question does."""
    texts = iter([["And on Sunday?"]])

    def answer(route: Route) -> None:
        rendered = route.fetch()
        for (body,) in texts:
            signed_post(Client(), road.path, inbound_fields(sid_of(1), body))
            look(inbox)
        route.fulfill(response=rendered)

    inbox.route("**/thread/**", answer)
    look(inbox)
    expect(inbox.get_by_role("log")).to_contain_text("And on Sunday?")


UPDATE_HEAD = """async () => {
  const { htmx } = await import(document.querySelector("script[type=module]").src);
  const head = document.getElementById("session-head");
  const update = head.cloneNode(true);
  head.replaceWith(update);
  htmx.process(update);
}"""


def test_who_marks_as_unread_is_back_at_the_row_though_the_page_was_updated_meanwhile(
    inbox: Page, session: MessagingSession
) -> None:
    inbox.route("**/unread/", lambda route: (inbox.evaluate(UPDATE_HEAD), route.continue_()))
    inbox.keyboard.press("u")
    expect(inbox.get_by_text("Choose a session to read it.")).to_be_visible()
    expect(inbox.locator(f"#row-{session.pk} .inbox-row")).to_be_focused()
    expect(inbox).to_have_url(re.compile(r"/inbox/$"))


def test_what_is_asked_and_said_in_the_dialog_outlives_an_update_of_the_page(inbox: Page, road: Road) -> None:
    """Before one has answered, and before the answers have come."""
    inbox.route("**/close/", lambda route: (inbox.evaluate(UPDATE_HEAD), route.continue_()))
    signed_post(Client(), road.path, inbound_fields(sid_of(1), "And on Sunday?"))
    look(inbox)
    inbox.get_by_role("button", name="Close").click()
    expect(inbox.get_by_role("button", name="Close without an answer")).to_be_focused()
    inbox.evaluate(UPDATE_HEAD)
    inbox.keyboard.press("Enter")
    expect(inbox.get_by_role("log")).to_contain_text("Ada closed the session.")
