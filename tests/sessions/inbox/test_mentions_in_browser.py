"""Mentions in a real browser: written from the keyboard, told by a toast, found in a list."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from routing.models import Extension
from sessions import actions
from sessions.models import Mention, MessagingSession
from tests.factories import CONTACT, make_agent
from tests.sessions.inbox.undisturbed import SILENCE, hear_of, undisturbed
from tests.walking import log_in

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}


@pytest.fixture(params=[{"width": 1280, "height": 800}, PHONE], ids=["desktop", "phone"])
def inbox(
    request: pytest.FixtureRequest,
    live_server: LiveServer,
    new_page: Callable[..., Page],
    direct_session: MessagingSession,
) -> Iterator[Page]:
    """Ada's inbox with the session open."""
    page = new_page(viewport=request.param)
    with undisturbed(page, live_server.url, f"/inbox/{direct_session.pk}/") as page:
        yield page


def test_colleague_is_mentioned_by_name_or_number_from_the_keyboard(inbox: Page) -> None:
    make_agent("1004", "Ben Adams")
    inbox.get_by_role("button", name="Write an internal note").press("Enter")
    note = inbox.get_by_role("textbox", name="Internal note")
    options = inbox.get_by_role("listbox", name="Whom to mention").get_by_role("option")
    note.press_sequentially("Ask @b")
    expect(options).to_have_text(["Ben1002", "Ben Adams1004"])
    expect(inbox.locator(f"#{note.get_attribute('aria-activedescendant')}")).to_have_text("Ben1002")
    note.press("ArrowDown")
    note.press("Enter")
    expect(note).to_have_value("Ask @Ben Adams ")
    expect(options).to_have_count(0)
    note.press_sequentially("or @1003")
    expect(options).to_have_text(["Cleo1003"])
    note.press("Tab")
    expect(note).to_have_value("Ask @Ben Adams or @Cleo ")
    note.press_sequentially("or ada@b")
    expect(options.first).to_be_hidden()
    note.press_sequentially(" @x")
    expect(inbox.get_by_text("Nobody has this name or number.")).to_be_visible()
    note.press("Escape")
    expect(inbox.get_by_text("Nobody has this name or number.")).to_be_hidden()
    expect(note).to_be_focused()
    note.press("Tab")
    inbox.keyboard.press("Enter")
    chips = inbox.locator("#thread .mention")
    expect(chips).to_have_text(["@Ben Adams", "@Cleo"])
    assert inbox.evaluate("document.documentElement.scrollWidth <= innerWidth")
    users = Mention.objects.order_by("start").values_list("user__username", flat=True)
    assert list(users) == ["agent1004", "agent1003"]


def test_note_of_a_transfer_offers_people_too(inbox: Page) -> None:
    inbox.locator("#thread-scroll").focus()
    inbox.keyboard.press("t")
    expect(inbox.locator(".modal.show :focus")).to_have_count(1)
    note = inbox.get_by_role("dialog").get_by_label("Note")
    note.press_sequentially("@cl")
    option = inbox.get_by_role("dialog").get_by_role("option", name="Cleo 1003")
    expect(option).to_have_attribute("aria-selected", "true")
    note.press("Escape")
    expect(option).to_be_hidden()
    note.press_sequentially("e")
    note.press("Enter")
    expect(note).to_have_value("@Cleo ")


@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, PHONE], ids=["desktop", "phone"])
@pytest.mark.long
def test_mentioned_is_told_by_a_toast_and_opens_the_session(
    live_server: LiveServer,
    new_page: Callable[..., Page],
    direct_session: MessagingSession,
    agents: list[Extension],
    size: dict[str, int],
) -> None:
    page = new_page(viewport=size)
    page.route("**/events/**", lambda route: route.fulfill(**SILENCE))
    log_in(page, live_server.url, "agent1003", "secret-of-the-agent")
    page.goto(f"{live_server.url}/inbox/")
    page.wait_for_load_state("networkidle")  # what there is then is not news
    tab = page.get_by_role("link", name="Mentioned")
    expect(tab).to_have_text("Mentioned")
    actions.add_note(direct_session, agent=agents[0], body="@Cleo, can you help?")
    hear_of(page, direct_session)
    expect(tab).to_have_text("Mentioned 1 new")
    toast = page.locator("[data-mention-toast]")
    expect(toast).to_contain_text(f"You were mentioned in a note · {CONTACT}")
    toast.get_by_role("link", name="Open").press("Enter")
    expect(page.locator("#thread .mention-me")).to_have_text("@Cleo")
    expect(page.get_by_text("You read along, because a note mentions you.")).to_be_visible()
    expect(toast).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Escape")
    hear_of(page, direct_session)
    expect(tab).to_have_text("Mentioned")
    tab.press("Enter")
    expect(page.locator(".inbox-row").filter(has_text=CONTACT)).to_be_visible()
