"""What scripts add to the portal, in a real browser: the server's part is tested without one."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import ConsoleMessage, Dialog, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Role
from routing.models import Extension
from tests.factories import make_agent, make_queue
from tests.portal import PASSWORD, make_user
from tests.walking import choose, log_in

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console says, such as breaches of the content security policy."""
    return []


@pytest.fixture
def open_form(
    live_server: LiveServer, new_page: Callable[..., Page], complaints: list[str]
) -> Iterator[Callable[..., Page]]:
    """Opens the Add form as an administrator: `open_form(viewport={…})`."""
    make_user("root", Role.ADMINISTRATOR)
    make_queue(make_agent("1001", "Ada"), make_agent("1002", "Ben"))

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "422" not in message.text:
            complaints.append(message.text)

    def open_page(**options: object) -> Page:
        page = new_page(**options)
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        log_in(page, live_server.url, "root", PASSWORD)
        page.goto(f"{live_server.url}/channels/add/sms/")
        return page

    yield open_page
    assert complaints == []


def test_copy_button_copies_the_webhook_url(open_form: Callable[..., Page]) -> None:
    page = open_form(permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.get_by_label("Webhook URL").input_value()
    expect(page.get_by_role("button", name="Copy", exact=True).first).to_be_visible()


def test_copy_button_copies_without_the_clipboard_api(open_form: Callable[..., Page]) -> None:
    page = open_form()
    page.add_init_script("delete Navigator.prototype.clipboard")
    page.reload()
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.press("Control+V")
    expect(page.get_by_label("Name", exact=True)).to_have_value(
        page.get_by_label("Webhook URL").input_value()
    )


def test_chosen_itsp_asks_for_its_credentials_without_complaints(open_form: Callable[..., Page]) -> None:
    page = open_form()
    url, field = page.get_by_label("Webhook URL").input_value(), page.get_by_label("Account SID")
    width = field.evaluate("one => one.offsetWidth")
    field.fill("AC12")
    page.get_by_label("Auth Token").fill("secret")
    with page.expect_response("**/channels/add/sms/itsp/"):
        page.get_by_label("ITSP").select_option("Twilio")
    expect(page.get_by_text("Kept as you typed it, and not shown again.")).to_be_visible()
    expect(field).to_have_value("AC12")
    expect(page.get_by_label("Auth Token")).to_have_value("")
    assert page.get_by_label("Webhook URL").input_value() == url
    assert page.locator("#channel-form .invalid-feedback:visible").count() == 0
    assert field.evaluate("one => one.offsetWidth") == width


def test_session_timeout_shows_only_when_ticked(open_form: Callable[..., Page]) -> None:
    page = open_form()
    page.get_by_role("tab", name="Messaging Settings").click()
    timeout = page.get_by_label("Session Timeout (Days)")
    expect(timeout).to_be_hidden()
    page.get_by_label("Close Session Automatically").check()
    expect(timeout).to_be_visible()
    page.get_by_label("Close Session Automatically").uncheck()
    expect(timeout).to_be_hidden()


def test_dialog_keeps_the_rule_in_the_form_and_gives_the_focus_back(open_form: Callable[..., Page]) -> None:
    page = open_form()
    page.get_by_role("tab", name="Messaging Settings").click()
    expect(page.get_by_text("No numbers yet.")).to_be_visible()
    add = page.get_by_role("button", name="Add", exact=True)
    add.click()
    dialog = page.get_by_role("dialog", name="Add Number")
    number = dialog.get_by_label("Number", exact=True)
    expect(number).to_be_focused()
    number.fill("(201) 555-0123")
    expect(dialog.get_by_role("combobox", name="Message Queue")).to_be_hidden()
    dialog.get_by_label("Destination for Inbound Messaging").select_option("Message Queue")
    expect(dialog.get_by_role("combobox", name="Extension", exact=True)).to_be_hidden()
    choose(dialog, "Message Queue", "Support")
    choose(dialog, "Extensions allowed to create messaging sessions", "Ada", "Ben")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("was read as +12015550123. Check it, then save.")
    expect(number).to_have_value("+12015550123")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    expect(add).to_be_focused()
    row = page.get_by_role("row").filter(has_text="+12015550123")
    expect(row).to_contain_text("Support")
    expect(row).to_contain_text("1001 Ada")
    expect(row).to_contain_text("1002 Ben")
    expect(page.get_by_text("No numbers yet.")).to_be_hidden()


@pytest.mark.long
def test_row_is_edited_and_removed(open_form: Callable[..., Page]) -> None:
    page = open_form()
    page.get_by_role("tab", name="Messaging Settings").click()
    for number, name in (("+25402161183", "Ada"), ("+12015550123", "Ben")):
        page.get_by_role("button", name="Add", exact=True).click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_label("Number", exact=True)).to_be_focused()
        dialog.get_by_label("Number", exact=True).fill(number)
        choose(dialog, "Extension", name)
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Edit +25402161183").click()
    dialog = page.get_by_role("dialog", name="Edit Number")
    dialog.get_by_label("Number", exact=True).fill("+12015550123")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("+12015550123 has a rule in this form already.")).to_be_visible()
    dialog.get_by_label("Number", exact=True).fill("+25402161199")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Edit +25402161199")).to_be_focused()
    page.get_by_role("button", name="Remove +12015550123").click()
    page.get_by_role("button", name="Save").click()  # the name is missing: the form comes back
    page.get_by_role("tab", name="Messaging Settings").click()
    expect(page.locator("#rules tr")).to_have_count(1)
    expect(page.locator("#rules tr")).to_contain_text("+25402161199")


def test_dialog_left_by_escape_changes_nothing(open_form: Callable[..., Page]) -> None:
    page = open_form()
    page.get_by_role("tab", name="Messaging Settings").click()
    page.get_by_role("button", name="Add", exact=True).click()
    number = page.get_by_role("dialog").get_by_label("Number", exact=True)
    expect(number).to_be_focused()
    number.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_text("No numbers yet.")).to_be_visible()


def test_fields_say_their_help_and_errors_to_screen_readers(open_form: Callable[..., Page]) -> None:
    page = open_form()
    page.get_by_role("button", name="Save").click()
    name = page.get_by_label("Name", exact=True)
    expect(name).to_be_focused()
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_accessible_description(
        "What you and your colleagues call this channel. This field is required."
    )
    expect(page.get_by_role("tab", name="Authentication (has errors)")).to_have_attribute(
        "aria-selected", "true"
    )


def test_theme_is_remembered(open_form: Callable[..., Page]) -> None:
    page = open_form(color_scheme="light")
    html = page.locator("html")
    expect(html).to_have_attribute("data-bs-theme", "light")
    page.get_by_role("button", name="Dark").click()
    expect(html).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(html).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="As the device").click()
    expect(html).to_have_attribute("data-bs-theme", "light")


def test_page_fits_a_phone(open_form: Callable[..., Page]) -> None:
    page = open_form(viewport={"width": 390, "height": 844})
    link = page.get_by_role("navigation", name="Main").get_by_role("link", name="Extensions")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Navigation").click()
    link.click()
    expect(page.get_by_role("heading", name="Extensions")).to_be_visible()
    assert Extension.objects.count() == 2
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_leaving_with_something_typed_asks_first(open_form: Callable[..., Page]) -> None:
    page = open_form()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    name = page.get_by_label("Name", exact=True)
    name.fill("Main")
    page.get_by_role("link", name="Extensions").click()
    expect(name).to_have_value("Main")
    page.get_by_role("button", name="Save").click()  # with errors: it is still not saved
    expect(page.get_by_role("tab", name="Authentication")).to_be_visible()
    page.get_by_role("link", name="Extensions").click()
    expect(name).to_have_value("Main")
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url("**/channels/")
    assert asked == ["beforeunload", "beforeunload"]


@pytest.mark.parametrize("how", ["button", "fallback", "by hand"])
def test_leaving_the_add_page_after_copying_its_url_asks_first(
    open_form: Callable[..., Page], how: str
) -> None:
    """The URL that is now in the clipboard would never work."""
    page = open_form(permissions=["clipboard-read", "clipboard-write"])
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    url = page.get_by_label("Webhook URL").input_value()
    if how == "by hand":
        page.get_by_label("Webhook URL").select_text()
        page.keyboard.press("Control+c")
    else:
        page.get_by_role("button", name="Copy", exact=True).nth(0 if how == "button" else 1).click()
    page.get_by_role("link", name="Extensions").click()
    expect(page.get_by_label("Webhook URL")).to_have_value(url)
    assert asked == ["beforeunload"]
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url("**/channels/")
