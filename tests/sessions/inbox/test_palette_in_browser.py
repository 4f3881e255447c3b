"""The command palette and the jumps, by keys alone, and on a phone."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Role
from routing.models import Extension
from sessions import actions
from sessions.models import Contact, MessagingSession
from tests.factories import CONTACT
from tests.servers import ROOT
from tests.sessions.inbox.undisturbed import undisturbed

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = {"serious", "critical"}


@pytest.fixture
def inbox(
    live_server: LiveServer, new_page: Callable[..., Page], direct_session: MessagingSession
) -> Iterator[Page]:
    """Ada's, with one session of hers, of somebody who has a name."""
    Contact.objects.create(address=CONTACT, name="Zoë Example")
    with undisturbed(new_page(reduced_motion="reduce"), live_server.url, "/inbox/") as page:
        yield page


def palette_of(page: Page) -> Locator:
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Find or do anything")
    expect(palette.get_by_role("combobox")).to_be_focused()
    return palette


def chosen(palette: Locator) -> Locator:
    return palette.locator("[role=option][aria-selected=true]")


def wait_until(is_so: Callable[[], bool], page: Page) -> None:
    for _ in range(100):
        if is_so():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not happen in time")


def faults(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    result: Any = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {node['target']}"
        for one in result["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("typed", ["zoë ex", "are you open", "415555"])
def test_session_is_found_and_opened_by_keys(
    inbox: Page, direct_session: MessagingSession, typed: str
) -> None:
    palette = palette_of(inbox)
    inbox.keyboard.type(typed)
    option = palette.get_by_role("group", name="Sessions").get_by_role("option")
    expect(option).to_have_count(1)
    expect(chosen(palette)).to_have_count(1)
    active = palette.get_by_role("combobox").get_attribute("aria-activedescendant")
    assert active == chosen(palette).get_attribute("id")
    for _ in range(20):
        if option.get_attribute("aria-selected") == "true":
            break
        inbox.keyboard.press("ArrowDown")
    inbox.keyboard.press("Enter")
    expect(palette).to_be_hidden()
    expect(inbox.locator(f'.session-open[data-session="{direct_session.pk}"]')).to_be_visible()


def test_actions_are_those_of_the_open_session_and_go_the_way_of_its_buttons(
    inbox: Page, direct_session: MessagingSession
) -> None:
    palette = palette_of(inbox)
    acts = palette.get_by_role("group", name="Actions")
    expect(acts.get_by_role("option", name="New message")).to_have_count(1)
    expect(acts.get_by_role("option", name="Transfer")).to_have_count(0)
    inbox.keyboard.press("Escape")
    inbox.locator(".inbox-row").click()
    expect(inbox.locator(".session-open")).to_be_visible()
    palette_of(inbox)
    expect(acts.get_by_role("option", name="Reopen")).to_have_count(0)
    inbox.keyboard.type("trans")
    expect(chosen(palette)).to_have_text("Transfer t", use_inner_text=True)
    inbox.keyboard.press("Enter")
    expect(inbox.get_by_role("heading", name="Transfer")).to_be_visible()


def test_focus_goes_back_and_reply_takes_it(inbox: Page) -> None:
    inbox.locator(".inbox-row").click()
    expect(inbox.locator(".session-open")).to_be_visible()
    inbox.locator(".inbox-row").focus()
    palette = palette_of(inbox)
    inbox.keyboard.press("Escape")
    expect(palette).to_be_hidden()
    expect(inbox.locator(".inbox-row")).to_be_focused()
    palette_of(inbox)
    inbox.keyboard.press("Control+k")
    expect(inbox.locator(".inbox-row")).to_be_focused()
    palette_of(inbox)
    inbox.keyboard.type("reply")
    inbox.keyboard.press("Enter")
    expect(inbox.locator("#composer textarea").first).to_be_focused()
    inbox.keyboard.type("some words")
    palette_of(inbox)
    inbox.keyboard.press("Escape")
    inbox.keyboard.type(" more")
    expect(inbox.locator("#composer textarea").first).to_have_value("some words more")


def test_what_was_chosen_lately_comes_first_and_no_name_is_kept(
    inbox: Page, direct_session: MessagingSession
) -> None:
    palette = palette_of(inbox)
    inbox.keyboard.type("example")
    expect(palette.get_by_role("group", name="Sessions").get_by_role("option")).to_have_count(1)
    inbox.keyboard.press("Enter")
    expect(inbox.locator(".session-open")).to_be_visible()
    palette_of(inbox)
    inbox.keyboard.type("keyboard")
    inbox.keyboard.press("Enter")
    expect(inbox.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    inbox.keyboard.press("Escape")
    palette_of(inbox)
    lately = palette.get_by_role("group", name="Chosen lately").get_by_role("option")
    expect(lately).to_have_count(2)
    expect(lately.first).to_contain_text("Keyboard shortcuts")
    expect(lately.last).to_contain_text("Zoë Example")
    kept = inbox.evaluate(
        "Object.entries(localStorage).filter(([name]) => name.startsWith('palette-'))[0][1]"
    )
    assert kept == f'["do:?","session:{direct_session.pk}"]'


def test_nothing_found_says_what_can_be_searched(inbox: Page) -> None:
    palette = palette_of(inbox)
    inbox.keyboard.type("qqqq zzzz")
    expect(palette.locator("#palette-none")).to_contain_text("Search sessions by words of a text")
    expect(palette.get_by_role("status")).to_contain_text("Nothing found.")
    inbox.keyboard.press("Enter")
    expect(palette).to_be_visible()
    assert faults(inbox) == []


def test_late_answer_replaces_no_newer_one(inbox: Page) -> None:
    held: list[Route] = []
    inbox.route(re.compile(r"palette/\?q=example$"), lambda route: held.append(route))
    palette = palette_of(inbox)
    inbox.keyboard.type("example")
    wait_until(lambda: len(held) == 1, inbox)
    inbox.keyboard.type(" qqqq")
    expect(palette.locator("#palette-none")).to_be_visible()
    held[0].fulfill(body='<div role="option" data-group="sessions" data-key="session:1">Late</div>')
    inbox.wait_for_timeout(300)
    expect(palette.locator("#palette-none")).to_be_visible()
    expect(palette.get_by_role("option")).to_have_count(0)


def test_server_that_is_away_is_said(inbox: Page) -> None:
    inbox.route("**/inbox/palette/**", lambda route: route.abort())
    palette = palette_of(inbox)
    inbox.keyboard.type("qqqq")
    expect(palette.locator("#palette-failed")).to_be_visible()


def test_phone_has_a_button_and_the_whole_screen(inbox: Page) -> None:
    inbox.set_viewport_size({"width": 390, "height": 844})
    inbox.get_by_role("button", name="Find or do anything").click()
    palette = inbox.get_by_role("dialog", name="Find or do anything")
    assert palette.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    assert inbox.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults(inbox) == []
    palette.get_by_role("option", name="Closed").click()
    expect(inbox.locator('[data-tab="closed"]')).to_have_attribute("aria-current", "page")


def test_phone_jumps_from_an_open_session_to_the_lists(inbox: Page) -> None:
    inbox.set_viewport_size({"width": 390, "height": 844})
    inbox.locator(".inbox-row").click()
    inbox.get_by_role("button", name="More actions").click()
    inbox.get_by_role("button", name="Find or do anything").click()
    inbox.get_by_role("option", name="Mine").click()
    expect(inbox.locator(".inbox-row")).to_be_focused()


def test_open_palette_has_no_serious_fault(inbox: Page) -> None:
    for theme in ("light", "dark"):
        inbox.evaluate("(theme) => { document.documentElement.dataset.bsTheme = theme; }", theme)
        palette = palette_of(inbox)
        inbox.keyboard.type("e")
        expect(palette.get_by_role("group", name="Sessions").get_by_role("option")).to_have_count(1)
        assert faults(inbox) == []
        inbox.keyboard.press("Escape")


def test_administrator_finds_the_portals_pages(inbox: Page, agents: list[Extension]) -> None:
    palette = palette_of(inbox)
    inbox.keyboard.type("audit")
    expect(palette.locator("#palette-none")).to_be_visible()
    inbox.keyboard.press("Escape")
    user = agents[0].user
    assert user
    user.role = Role.ADMINISTRATOR
    user.save()
    inbox.reload()
    palette_of(inbox)
    inbox.keyboard.type("audit")
    expect(chosen(palette)).to_contain_text("Audit Log")
    inbox.keyboard.press("Enter")
    inbox.wait_for_url("**/audit/**")


def test_jumps_go_to_each_list(
    inbox: Page, direct_session: MessagingSession, agents: list[Extension]
) -> None:
    row = inbox.locator(".inbox-row")
    for key, title, place in (("w", "Waiting", "summary"), ("m", "Mine", ".inbox-row")):
        inbox.keyboard.press("g")
        inbox.keyboard.press(key)
        group = inbox.get_by_role("region", name=title)
        expect(group.locator(place)).to_be_focused()
    actions.close(direct_session, agent=agents[0])
    for key, tab in (("a", "archived"), ("c", "closed")):
        inbox.keyboard.press("g")
        inbox.keyboard.press(key)
        expect(inbox.locator(f'[data-tab="{tab}"]')).to_have_attribute("aria-current", "page")
    expect(row).to_be_focused()
    inbox.keyboard.press("g")
    inbox.keyboard.press("s")
    expect(inbox.locator('[data-tab="open"]')).to_have_attribute("aria-current", "page")
    inbox.keyboard.press("g")
    inbox.keyboard.press("n")
    inbox.wait_for_url("**/contacts/")


def test_jump_ends_a_search_and_g_in_a_field_is_a_letter(inbox: Page) -> None:
    inbox.keyboard.press("/")
    inbox.keyboard.type("gm")
    expect(inbox.get_by_label("Search", exact=True)).to_have_value("gm")
    expect(inbox.locator(".inbox-found")).to_be_visible()
    inbox.keyboard.press("Escape")
    inbox.keyboard.press("g")
    inbox.keyboard.press("m")
    expect(inbox.locator(".inbox-row")).to_be_focused()
    inbox.keyboard.press("?")
    keys = inbox.get_by_role("dialog", name="Keyboard shortcuts")
    for words in ("Go to Mine", "Go to Snoozed", "Go to the contacts", "Find or do anything"):
        expect(keys).to_contain_text(words)
