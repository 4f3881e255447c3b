"""The emoji picker, copying and quoting: by keys alone, and on a phone."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from sessions.models import MessagingSession
from tests.sessions.inbox.test_palette_in_browser import faults
from tests.sessions.inbox.undisturbed import undisturbed

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def inbox(
    live_server: LiveServer, new_page: Callable[..., Page], direct_session: MessagingSession
) -> Iterator[Page]:
    """Ada's, with the session open that is hers."""
    page = new_page(reduced_motion="reduce", permissions=["clipboard-read", "clipboard-write"])
    with undisturbed(page, live_server.url, f"/inbox/{direct_session.pk}/") as opened:
        yield opened


def field_of(page: Page) -> Locator:
    return page.locator("#composer textarea").first


def picker_of(page: Page) -> Locator:
    page.get_by_role("button", name="Emoji").press("Enter")
    picker = page.get_by_role("dialog", name="Emoji")
    expect(picker.get_by_role("combobox")).to_be_focused()
    expect(picker.get_by_role("option").first).to_be_visible()
    return picker


def test_emoji_stands_where_the_caret_was_and_is_counted(inbox: Page) -> None:
    field = field_of(inbox)
    field.fill("Hello !")
    field.press("ArrowLeft")
    expect(inbox.locator("#segments")).to_contain_text("7 of 160")
    picker = picker_of(inbox)
    inbox.keyboard.type("red heart")
    expect(picker.locator("[aria-selected=true]")).to_have_attribute("aria-label", "red heart")
    inbox.keyboard.press("Enter")
    expect(picker).to_be_hidden()
    expect(field).to_be_focused()
    expect(field).to_have_value("Hello ❤️!")
    expect(inbox.locator("#segments")).to_contain_text("of 70")
    inbox.keyboard.type("?")
    expect(field).to_have_value("Hello ❤️?!")


def test_arrows_choose_and_what_was_chosen_lately_comes_first(inbox: Page) -> None:
    picker = picker_of(inbox)
    chosen = picker.locator("[aria-selected=true]")
    first = chosen.get_attribute("id")
    inbox.keyboard.press("ArrowRight")
    assert chosen.get_attribute("id") != first
    inbox.keyboard.press("ArrowLeft")
    assert chosen.get_attribute("id") == first
    inbox.keyboard.press("ArrowDown")
    assert chosen.get_attribute("id") != first
    assert chosen.get_attribute("id") == picker.get_by_role("combobox").get_attribute("aria-activedescendant")
    words = chosen.get_attribute("aria-label")
    assert words
    inbox.keyboard.press("ArrowUp")
    assert chosen.get_attribute("id") == first
    inbox.keyboard.press("ArrowDown")
    inbox.keyboard.press("Enter")
    picker_of(inbox)
    lately = picker.get_by_role("group", name="Chosen lately").get_by_role("option")
    expect(lately).to_have_count(1)
    expect(lately).to_have_attribute("aria-label", words)


def test_escape_changes_nothing_and_nothing_found_is_said(inbox: Page) -> None:
    field_of(inbox).fill("Words")
    picker = picker_of(inbox)
    inbox.keyboard.type("qqqq")
    expect(picker.get_by_text("No emoji is called so.")).to_be_visible()
    inbox.keyboard.press("Enter")
    expect(picker).to_be_visible()
    inbox.keyboard.press("Escape")
    expect(inbox.get_by_role("button", name="Emoji")).to_be_focused()
    expect(field_of(inbox)).to_have_value("Words")


def test_emoji_are_fetched_once_and_only_when_asked_for(inbox: Page) -> None:
    asked: list[str] = []
    inbox.on("request", lambda request: asked.append(request.url))
    inbox.reload()
    expect(field_of(inbox)).to_be_visible()
    assert not [url for url in asked if "emoji" in url]
    for _ in range(2):
        picker_of(inbox)
        inbox.keyboard.press("Escape")
    assert len([url for url in asked if "emoji_library" in url]) == 1


def test_picker_without_a_server_says_so(inbox: Page) -> None:
    inbox.route("**/emoji_library*", lambda route: route.abort())
    inbox.get_by_role("button", name="Emoji").click()
    expect(inbox.get_by_text("The emoji could not be loaded")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_picker_on_a_phone_has_no_serious_fault(inbox: Page, theme: str) -> None:
    inbox.set_viewport_size({"width": 390, "height": 844})
    inbox.evaluate("(theme) => { document.documentElement.dataset.bsTheme = theme; }", theme)
    picker = picker_of(inbox)
    inbox.keyboard.type("thumbs")
    assert inbox.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults(inbox) == []
    picker.get_by_role("option", name="thumbs up").click()
    expect(field_of(inbox)).to_have_value("👍️")


def test_message_is_quoted_where_the_caret_is(inbox: Page) -> None:
    field = field_of(inbox)
    field.fill("Hello")
    quote = inbox.locator(".message-inbound").get_by_role("button", name="Quote")
    quote.focus()
    expect(inbox.locator(".message-inbound .message-tools")).to_have_css("opacity", "1")
    quote.press("Enter")
    expect(field).to_be_focused()
    expect(field).to_have_value("Hello\n> Are you open?\n")
    inbox.keyboard.type("Yes")
    expect(field).to_have_value("Hello\n> Are you open?\nYes")


def test_message_is_copied_by_keys(inbox: Page) -> None:
    inbox.locator(".message-inbound").get_by_role("button", name="Copy").press("Enter")
    expect(inbox.locator(".message-inbound [data-said]")).to_have_text("Copied")
    assert inbox.evaluate("navigator.clipboard.readText()") == "Are you open?"
