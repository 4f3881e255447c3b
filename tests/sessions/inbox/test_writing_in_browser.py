"""The composer in a real browser, with a server that answers: keys, warnings, pasted and dropped files."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from routing.models import Extension
from sessions.models import Message, MessagingSession
from tests.factories import Road, make_road
from tests.sessions.conftest import inbound_fields, sid_of, signed_post
from tests.sessions.inbox.undisturbed import undisturbed
from tests.sessions.media.pictures import OUR_US_NUMBER
from tests.waiting import wait_until

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GIVE_FILE = """([kind, name]) => {
  const data = new DataTransfer();
  data.items.add(new File(["picture"], name, { type: "image/png" }));
  const given = { bubbles: true, cancelable: true };
  const event = kind === "paste"
    ? new ClipboardEvent(kind, { ...given, clipboardData: data })
    : new DragEvent(kind, { ...given, dataTransfer: data });
  document.querySelector(kind === "paste" ? "#composer textarea" : "#thread").dispatchEvent(event);
}"""


@pytest.fixture
def road(agents: list[Extension]) -> Road:
    """A number that takes pictures, straight to Ada."""
    return make_road(agents[0], agents[0], address=OUR_US_NUMBER)


@pytest.fixture
def session(road: Road) -> MessagingSession:
    signed_post(Client(), road.path, inbound_fields(sid_of(1), "Are you open?", To=OUR_US_NUMBER))
    return MessagingSession.objects.get()


@pytest.fixture
def inbox(
    live_server: LiveServer, new_page: Callable[..., Page], session: MessagingSession
) -> Iterator[Page]:
    """Ada's inbox with the session open."""
    with undisturbed(new_page(), live_server.url, f"/inbox/{session.pk}/") as page:
        yield page


def composer(page: Page) -> Locator:
    return page.get_by_label("Message", exact=True)


def answers() -> list[str]:
    return list(Message.objects.filter(kind="outbound").order_by("pk").values_list("body", flat=True))


def test_text_that_came_since_one_began_to_write_is_pointed_out(inbox: Page, road: Road) -> None:
    notice = inbox.get_by_role("status").filter(has_text="A new text has come since you began to write.")
    composer(inbox).press_sequentially("Till")
    signed_post(Client(), road.path, inbound_fields(sid_of(2), "On Sunday, I mean", To=OUR_US_NUMBER))
    inbox.evaluate("htmx.trigger('#thread', 'refresh')")
    expect(inbox.get_by_role("log")).to_contain_text("On Sunday, I mean")
    expect(notice).to_be_visible()
    expect(composer(inbox)).to_have_value("Till")
    inbox.get_by_role("button", name="I have read it").click()
    expect(notice).to_be_hidden()
    expect(composer(inbox)).to_be_focused()


def test_enter_sends_where_the_agent_wants_it(inbox: Page, live_server: LiveServer) -> None:
    composer(inbox).press_sequentially("First")
    composer(inbox).press("Enter")
    composer(inbox).press_sequentially("line")
    assert answers() == []
    composer(inbox).press("Control+Enter")
    wait_until(lambda: answers() == ["First\nline"])
    address = inbox.url
    inbox.goto(f"{live_server.url}/inbox/settings/")
    inbox.get_by_label("Enter sends a text").check()
    inbox.goto(address)
    composer(inbox).press_sequentially("Second")
    composer(inbox).press("Shift+Enter")
    composer(inbox).press_sequentially("line")
    composer(inbox).press("Enter")
    wait_until(lambda: answers() == ["First\nline", "Second\nline"])


def test_files_are_pasted_and_dropped(inbox: Page) -> None:
    files = inbox.locator("[data-files] li")
    inbox.evaluate(GIVE_FILE, ["paste", "pasted.png"])
    expect(files).to_have_text(["pasted.png"])
    inbox.evaluate(GIVE_FILE, ["drop", "dropped.png"])
    expect(files).to_have_text(["pasted.png", "dropped.png"])
    inbox.get_by_role("button", name="Remove pasted.png").click()
    expect(files).to_have_text(["dropped.png"])


def test_two_tabs_send_what_waits_once(inbox: Page) -> None:
    inbox.context.set_offline(True)
    for body in ("Till six.", "On Sundays, too."):
        composer(inbox).fill(body)
        composer(inbox).press("Control+Enter")
    expect(inbox.locator(".message-local")).to_have_count(2)
    inbox.context.set_offline(False)
    other = inbox.context.new_page()
    other.goto(inbox.url)
    wait_until(lambda: answers() == ["Till six.", "On Sundays, too."], timeout_s=20)
    for page in (inbox, other):
        expect(page.locator(".message-local")).to_have_count(0)
        page.evaluate("htmx.trigger('#thread', 'refresh')")
        expect(page.get_by_role("log")).to_contain_text("On Sundays, too.")
    assert len(answers()) == 2
