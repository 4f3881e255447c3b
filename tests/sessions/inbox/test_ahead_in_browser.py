"""A session is asked for while somebody rests or presses on its row; only a click opens it, and reads it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from routing.models import Extension
from sessions.models import Message, MessagingSession
from tests.factories import CONTACT, Road
from tests.sessions.conftest import Post
from tests.sessions.inbox.undisturbed import SILENCE, hear_of, undisturbed
from tests.waiting import wait_until
from tests.walking import log_in

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OTHER = "+14155550124"
LIVE = "document.getElementById('live').dataset.state = 'on'"  # as while events come


@pytest.fixture
def session(road: Road, agents: list[Extension], post_inbound: Post) -> MessagingSession:
    """Ada's, with a text that she has not read. Another one waits."""
    post_inbound(1, "Are you open today?")
    post_inbound(2, "Do you repair e-bikes?", From=OTHER)
    MessagingSession.objects.filter(contact=CONTACT).update(agent=agents[0])
    return MessagingSession.objects.get(contact=CONTACT)


@pytest.fixture
def inbox(
    live_server: LiveServer, new_page: Callable[..., Page], session: MessagingSession
) -> Iterator[Page]:
    with undisturbed(new_page(reduced_motion="reduce"), live_server.url, "/inbox/") as page:
        expect(page.locator("#live")).to_have_attribute("data-state", "off")
        page.evaluate(LIVE)
        yield page


def row(page: Page, session: MessagingSession) -> Locator:
    return page.locator(f"#row-{session.pk} .inbox-row")


def log(page: Page) -> Locator:
    return page.get_by_role("log", name="Messages")


def asked_for(page: Page, session: MessagingSession) -> list[bool]:
    """Of each request for the session from now on, whether it was made ahead."""
    found: list[bool] = []

    def note(request: Request) -> None:
        if request.url.endswith(f"/inbox/{session.pk}/"):
            found.append("pbx-ahead" in request.headers)

    page.on("request", note)
    return found


def unread(session: MessagingSession) -> int:
    session.refresh_from_db()
    return session.unread


def asked_ahead(page: Page, session: MessagingSession, act: Callable[[], None]) -> None:
    """Does what makes the page ask ahead, and waits for the answer."""
    with page.expect_response(lambda answer: answer.url.endswith(f"/inbox/{session.pk}/")) as asked:
        act()
    assert "pbx-ahead" in asked.value.request.headers
    asked.value.finished()


def test_rest_asks_for_a_session_and_the_click_reads_it(inbox: Page, session: MessagingSession) -> None:
    found = asked_for(inbox, session)
    asked_ahead(inbox, session, row(inbox, session).hover)
    assert (unread(session), inbox.url.endswith("/inbox/")) == (1, True)
    expect(log(inbox)).to_have_count(0)
    row(inbox, session).click()
    expect(log(inbox)).to_contain_text("Are you open today?")
    expect(inbox).to_have_url(f"{inbox.url.partition('/inbox/')[0]}/inbox/{session.pk}/")
    wait_until(lambda: unread(session) == 0)
    assert found == [True]


def test_focus_that_rests_asks_as_well_and_enter_opens(inbox: Page, session: MessagingSession) -> None:
    found = asked_for(inbox, session)
    asked_ahead(inbox, session, row(inbox, session).focus)
    inbox.keyboard.press("Enter")
    expect(log(inbox)).to_contain_text("Are you open today?")
    expect(row(inbox, session)).to_be_focused()
    assert found == [True]


def test_press_that_is_moved_away_opens_and_reads_nothing(inbox: Page, session: MessagingSession) -> None:
    row(inbox, session).hover()
    asked_ahead(inbox, session, inbox.mouse.down)
    inbox.locator("#session").hover()
    inbox.mouse.up()
    expect(inbox.get_by_text("Choose a session to read it.")).to_be_visible()
    assert (unread(session), inbox.url.endswith("/inbox/")) == (1, True)


def test_what_came_meanwhile_is_shown(inbox: Page, session: MessagingSession, post_inbound: Post) -> None:
    found = asked_for(inbox, session)
    asked_ahead(inbox, session, row(inbox, session).hover)
    post_inbound(3, "And on Sunday?")
    hear_of(inbox, session)
    expect(row(inbox, session)).to_contain_text("And on Sunday?")
    row(inbox, session).dispatch_event("click")
    expect(log(inbox)).to_contain_text("And on Sunday?")
    assert found == [True, False]
    wait_until(lambda: unread(session) == 0)


def test_what_is_somebody_elses_by_now_is_said_to_be(
    live_server: LiveServer, new_page: Callable[..., Page], session: MessagingSession, agents: list[Extension]
) -> None:
    """Though no event told of it."""
    inbox = log_in(new_page(), live_server.url, "agent1001", "secret-of-the-agent")
    inbox.route("**/events/**", lambda route: route.fulfill(**SILENCE))
    inbox.goto(f"{live_server.url}/inbox/")
    expect(inbox.locator("#live")).to_have_attribute("data-state", "off")
    inbox.evaluate(LIVE)
    asked_ahead(inbox, session, row(inbox, session).hover)
    MessagingSession.objects.update(agent=agents[1])
    row(inbox, session).dispatch_event("click")
    expect(inbox.locator("#session")).to_contain_text("This session is with somebody else now.")
    expect(log(inbox)).to_have_count(0)


def test_where_no_events_come_nothing_is_asked_ahead(inbox: Page, session: MessagingSession) -> None:
    inbox.evaluate(LIVE.replace("'on'", "'off'"))
    found = asked_for(inbox, session)
    row(inbox, session).click()
    expect(log(inbox)).to_contain_text("Are you open today?")
    assert found == [False]


def test_what_is_typed_and_not_stored_yet_is_there_again(
    inbox: Page, session: MessagingSession, agents: list[Extension]
) -> None:
    """The server would answer without it."""
    inbox.route("**/draft/", lambda route: route.abort())
    other = MessagingSession.objects.exclude(pk=session.pk).get()
    row(inbox, session).click()
    inbox.get_by_role("textbox", name="Message").fill("Till six, and on")
    row(inbox, other).click()
    expect(log(inbox)).to_contain_text("Do you repair e-bikes?")
    found = asked_for(inbox, session)
    row(inbox, session).click(delay=200)
    expect(inbox.get_by_role("textbox", name="Message")).to_have_value("Till six, and on")
    assert found == [False]
    assert not Message.objects.filter(body__startswith="Till six").exists()
