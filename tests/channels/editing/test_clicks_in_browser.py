"""From the login to a channel that takes texts, in a real browser: by the setup guide, and by the short way.

A click is counted whenever a pointer goes down, in fields, too, unless Playwright calls it off before the
page learns of it. What has the focus by itself needs none.
"""

import re
import threading
from collections.abc import Callable

import pytest
from django.db import connections
from playwright.sync_api import Locator, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Role
from channels.itsp import ITSPS
from channels.models import Channel
from channels.set_up import preflight
from channels.webhook.url import webhook_url_of
from sessions.sending import pump
from tests.factories import OUR_NUMBER, make_agent, make_queue
from tests.portal import PASSWORD, make_user
from tests.servers import Simulator
from tests.walking import log_in

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BY_THE_GUIDE, FROM_HOME, BY_THE_MENU = 14, 6, 8
COUNTING = """
  document.addEventListener("pointerdown", () => {
    sessionStorage.clicks = Number(sessionStorage.clicks ?? 0) + 1;
  }, true);
"""


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Does at once, in a thread, what workers are nudged for."""
    todo: dict[str, Callable[..., object]] = {
        "channels.tasks.check_set_up": preflight.run,
        "channels.tasks.fix_set_up": preflight.fix,
    }

    def work(name: str, *args: object) -> None:
        todo[name](*args)
        connections.close_all()

    monkeypatch.setattr(
        "channels.actions.checking.nudge", lambda *args: threading.Thread(target=work, args=args).start()
    )


@pytest.fixture
def portal(
    simulator: Simulator,
    worker: None,
    live_server: LiveServer,
    new_page: Callable[..., Page],
    settings: object,
) -> Callable[..., Page]:
    """A browser in which an administrator has just logged in; the clicks of that don't count."""
    settings.PUBLIC_URL = live_server.url  # type: ignore[attr-defined]
    make_user("root", Role.ADMINISTRATOR)
    make_queue(make_agent("1001", "Ada"), make_agent("1002", "Ben"))

    def open_page(**options: object) -> Page:
        page = new_page(permissions=["clipboard-read", "clipboard-write"], **options)
        log_in(page, live_server.url, "root", PASSWORD)
        page.add_init_script(COUNTING)
        page.reload()
        return page

    return open_page


def clicks(page: Page) -> int:
    return int(page.evaluate("sessionStorage.clicks ?? 0"))


def paste(page: Page, field: Locator, text: str) -> None:
    """As from another tab: a click into the field, and Ctrl+V."""
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    field.click()
    page.keyboard.press("Control+V")
    expect(field).to_have_value(text)


def choose(page: Page, box: Locator, text: str) -> None:
    """A click into a searchable drop-down, the rest from the keyboard."""
    box.locator("xpath=ancestor::*[contains(@class, 'ts-control')]").click()
    expect(box).to_be_focused()
    box.press_sequentially(text)
    expect(page.locator(".ts-dropdown:visible .option.active")).to_contain_text(text)
    box.press("Enter")


def open_by_menu(page: Page) -> None:
    menu = page.get_by_role("navigation", name="Main")
    menu.get_by_role("link", name="Message Channel", exact=True).click()
    page.get_by_role("button", name="Add").click()
    page.get_by_role("link", name="SMS", exact=True).click()


def test_guides_way_takes_fourteen_clicks(portal: Callable[..., Page], simulator: Simulator) -> None:
    page, account = portal(), simulator.get("/control/state")
    open_by_menu(page)
    itsp = page.get_by_label("ITSP")
    itsp.click()
    itsp.select_option("Twilio")
    page.get_by_label("Name", exact=True).click()
    page.keyboard.type("Main line")
    paste(page, page.get_by_label("Account SID"), account["account_sid"])
    paste(page, page.get_by_label("Auth Token"), account["auth_token"])
    page.get_by_role("tab", name="Messaging Settings").click()
    page.get_by_role("button", name="Add", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Number", exact=True)).to_be_focused()
    page.keyboard.type(OUR_NUMBER)
    destination = dialog.get_by_label("Destination for Inbound Messaging")
    destination.click()
    destination.select_option("Message Queue")
    choose(page, dialog.get_by_role("combobox", name="Message Queue", exact=True), "Support")
    allowed = "Extensions allowed to create messaging sessions"
    choose(page, dialog.get_by_role("combobox", name=allowed), "Ada")
    page.keyboard.press("Tab")  # the list of extensions stays open otherwise
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Save").click()
    row = page.get_by_role("row").filter(has_text="Main line")
    expect(row).to_contain_text("Connected")
    assert clicks(page) == BY_THE_GUIDE


def tick(page: Page, account: dict[str, str], *numbers: str) -> None:
    """From the credentials to the saved channel."""
    paste(page, page.get_by_label("Account SID"), account["account_sid"])
    paste(page, page.get_by_label("Auth Token"), account["auth_token"])
    for number in numbers:
        page.get_by_label(number, exact=True).click()
        line = page.get_by_role("listitem").filter(has_text=number)
        expect(line).to_contain_text("Support")
        expect(line).to_contain_text("1001 Ada")
    page.get_by_label("Set the webhooks of the ticked numbers at Twilio for me").click()
    page.get_by_role("button", name="Save").click()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.long
def test_short_way_from_home_takes_half_and_ends_with_texts(
    portal: Callable[..., Page], simulator: Simulator, width: int
) -> None:
    page, account = portal(viewport={"width": width, "height": 844}), simulator.get("/control/state")
    page.get_by_role("link", name="Add an SMS channel").click()
    tick(page, account, OUR_NUMBER)
    expect(page.get_by_role("heading", name="The first text")).to_be_visible()
    assert clicks(page) == FROM_HOME <= BY_THE_GUIDE // 2
    expect(page.get_by_text(f"Now text {OUR_NUMBER}")).to_be_visible()
    check = page.get_by_role("region", name="Set-up check")
    expect(check).to_contain_text("Texts to the number come to PBX.")
    [number] = [one for one in simulator.get("/control/numbers")["numbers"] if one["address"] == OUR_NUMBER]
    assert number["sms_url"] == webhook_url_of(Channel.objects.get(), ITSPS["twilio"])
    assert page.evaluate("document.documentElement.scrollWidth") == width

    page.get_by_label("Your phone’s number").fill("+447700900456")
    page.get_by_role("button", name="Send a test text").click()
    state = page.locator("#test-text-state")
    expect(state).to_contain_text("Queued to +447700900456")
    pump.run()
    expect(state).to_contain_text("Delivered to +447700900456")
    expect(page.get_by_label("Your phone’s number")).to_be_visible()
    simulator.post("/control/inbound", {"from": "+447700900456", "to": OUR_NUMBER, "body": "It works"})
    expect(page.get_by_text("A text has arrived.")).to_be_visible()


def test_short_way_by_the_menu(portal: Callable[..., Page], simulator: Simulator) -> None:
    page, account = portal(), simulator.get("/control/state")
    open_by_menu(page)
    tick(page, account, OUR_NUMBER)
    expect(page.get_by_role("heading", name="The first text")).to_be_visible()
    assert clicks(page) == BY_THE_MENU


def test_where_there_is_nothing_to_choose_the_menu_takes_seven(
    portal: Callable[..., Page], simulator: Simulator
) -> None:
    for one in simulator.get("/control/numbers")["numbers"]:
        simulator.post("/control/numbers", {"address": one["address"], "sms": one["address"] == OUR_NUMBER})
    page, account = portal(), simulator.get("/control/state")
    open_by_menu(page)
    tick(page, account)
    expect(page.get_by_text(f"Now text {OUR_NUMBER}")).to_be_visible()
    assert clicks(page) == BY_THE_MENU - 1


@pytest.mark.long
def test_line_is_filled_by_keyboard_and_keeps_the_focus(
    portal: Callable[..., Page], simulator: Simulator
) -> None:
    page, account = portal(), simulator.get("/control/state")
    page.get_by_role("link", name="Add an SMS channel").click()
    page.get_by_label("Account SID").fill(account["account_sid"])
    page.get_by_label("Auth Token").fill(account["auth_token"])
    page.keyboard.press("Tab")
    box = page.get_by_label(OUR_NUMBER, exact=True)
    box.focus()
    page.keyboard.press("Space")
    line = page.get_by_role("listitem").filter(has_text=OUR_NUMBER)
    expect(line).to_contain_text("1002 Ben")
    expect(box).to_be_focused()
    expect(box).to_be_checked()
    destination = line.get_by_role("combobox", name="Destination")
    destination.focus()
    destination.press_sequentially("Ben")
    expect(page.locator(".ts-dropdown:visible .option.active")).to_contain_text("1002 Ben")
    destination.press("Enter")
    expect(line.locator("[name^=decided]")).to_have_value(re.compile("extension-"))
    page.get_by_label(OUR_NUMBER, exact=True).press("Space")
    expect(line.get_by_role("combobox")).to_have_count(0)


# htmx tells a moment later that something came.
HOLD = """() => {
  window.hold = (event) => event.stopImmediatePropagation();
  addEventListener("htmx:load", hold, { capture: true });
}"""
RELEASE = """() => {
  removeEventListener("htmx:load", hold, { capture: true });
  document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: document.querySelector("main") } }));
}"""


@pytest.mark.parametrize("late", ["library", "htmx"])
@pytest.mark.parametrize("keys", [["Enter"], []], ids=["with Enter", "without"])
@pytest.mark.long
def test_what_is_typed_before_the_search_is_there_is_searched_for(
    portal: Callable[..., Page], simulator: Simulator, keys: list[str], late: str
) -> None:
    page, account = portal(), simulator.get("/control/state")
    held: list[Route] = []
    if late == "library":
        page.route("**/select_library*", lambda route: held.append(route))
    page.get_by_role("link", name="Add an SMS channel").click()
    page.get_by_label("Account SID").fill(account["account_sid"])
    page.get_by_label("Auth Token").fill(account["auth_token"])
    page.keyboard.press("Tab")
    expect(page.get_by_label(OUR_NUMBER, exact=True)).to_be_visible()
    if late == "htmx":
        page.evaluate(HOLD)
    page.get_by_label(OUR_NUMBER, exact=True).check()
    line = page.get_by_role("listitem").filter(has_text=OUR_NUMBER)
    destination = line.get_by_role("combobox", name="Destination")
    expect(destination).to_have_js_property("tagName", "SELECT")
    chosen = destination.input_value()
    destination.press_sequentially("1002 B")
    for key in keys:
        destination.press(key)
    assert destination.input_value() == chosen, "the browser chose by what was typed"
    if late == "htmx":
        page.evaluate(RELEASE)
    else:
        held[0].continue_()
    if not keys:
        expect(destination).to_have_js_property("tagName", "INPUT")
        expect(destination).to_be_focused()
        expect(destination).to_have_value("1002 B")
        expect(page.locator(".ts-dropdown:visible .option.active")).to_have_text("1002 Ben")
        destination.press("Enter")
    expect(line.locator("[name^=decided]")).to_have_value(re.compile("extension-"))
    page.evaluate("() => new Promise((done) => setTimeout(done, 50))")
    expect(page.locator(".ts-dropdown:visible"), "the list is in the way of all else").to_have_count(0)
