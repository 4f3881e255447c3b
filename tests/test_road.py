"""The setup guide's whole procedure in real browsers, from an empty database to the agent's answer."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import Role, User
from tests.factories import CONTACT, OUR_NUMBER
from tests.servers import Simulator

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
]
PASSWORD = "a-long-enough-phrase-42"
NewPage = Callable[..., Page]


def log_in(page: Page, url: str, username: str) -> Page:
    page.goto(url)
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_label("Username")).to_have_count(0)
    return page


def choose(place: Locator | Page, label: str, *texts: str) -> None:
    """Picks options of a searchable drop-down by typing, as a person does."""
    for text in texts:
        box = place.get_by_role("combobox", name=label)
        box.focus()
        box.press_sequentially(text)
        place.locator(".ts-dropdown:visible").get_by_role("option", name=text).click()
        box.press("Escape")


def go_to(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name=name, exact=True).click()


def add_extension(page: Page, number: str, name: str) -> None:
    go_to(page, "Extensions")
    page.get_by_role("link", name="Add").first.click()
    page.get_by_label("Extension number").fill(number)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Username").fill(name.lower())
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("cell", name=number, exact=True)).to_be_visible()


def add_queue(page: Page, name: str, *agents: str) -> None:
    go_to(page, "Message Queue")
    page.get_by_role("link", name="Add").first.click()
    page.get_by_label("Name", exact=True).fill(name)
    choose(page, "Agents", *agents)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("cell", name=name, exact=True)).to_be_visible()


def open_channel_form(page: Page) -> str:
    """Step 1 of the guide. Returns the webhook URL of this visit."""
    go_to(page, "Message Channel")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("link", name="SMS", exact=True).click()
    page.get_by_label("ITSP").select_option("Twilio")
    return page.get_by_label("Webhook URL").input_value()


def fill_in_channel(page: Page, account: dict[str, Any], *initiators: str) -> None:
    """Step 3 of the guide, up to the channel's Save."""
    page.get_by_label("Name", exact=True).fill("Main line")
    page.get_by_role("tab", name="Authentication").click()
    page.get_by_label("Account SID").fill(account["account_sid"])
    page.get_by_label("Auth Token").fill("0" * 32)
    page.get_by_role("tab", name="Messaging Settings").click()
    page.get_by_label("Message Sending Rate").select_option("10")
    expect(page.get_by_label("Session Timeout (Days)")).to_be_hidden()
    page.get_by_label("Close Session Automatically").check()
    page.get_by_label("Session Timeout (Days)").fill("30")
    page.get_by_role("button", name="Add", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Number", exact=True)).to_be_focused()
    dialog.get_by_label("Number", exact=True).fill(OUR_NUMBER)
    dialog.get_by_label("Destination for Inbound Messaging").select_option("Message Queue")
    choose(dialog, "Message Queue", "Support")
    choose(dialog, "Extensions allowed to create messaging sessions", *initiators)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("cell", name=OUR_NUMBER, exact=True)).to_be_visible()


def text_from_phone(phone: Page, body: str) -> None:
    phone.get_by_label("Text message").fill(body)
    phone.get_by_role("button", name="Send", exact=True).click()


def open_phone(phone: Page, simulator: Simulator) -> None:
    phone.goto(simulator.url)
    phone.get_by_label("Contact's number").fill(CONTACT)
    phone.get_by_role("button", name="Open phone").click()
    phone.get_by_label("Send to").select_option(OUR_NUMBER)


def counts(page: Page, period: str) -> list[str]:
    """Success, failed, total and received of the channel in a period, as the list shows them."""
    go_to(page, "Message Channel")
    page.get_by_role("navigation", name="Time filter").get_by_role("link", name=period).click()
    row = page.get_by_role("row").filter(has_text="Main line")
    expect(row).to_contain_text("Connected")
    cells = row.locator("td.number")
    return [text.strip() for text in cells.all_inner_texts()]


def test_whole_setup_guide_from_nothing_to_the_agents_answer(
    simulator: Simulator, start_stack: Callable[..., Any], new_page: NewPage
) -> None:
    User.objects.create_superuser("admin", password=PASSWORD, role=Role.ADMINISTRATOR)
    account = simulator.get("/control/state")
    stack = start_stack()
    admin = log_in(new_page(), stack.url, "admin")
    for number, name in (("1001", "Ada"), ("1002", "Ben"), ("1003", "Cleo")):
        add_extension(admin, number, name)
    add_queue(admin, "Support", "Ada", "Ben")

    first = open_channel_form(admin)
    url = open_channel_form(admin)
    assert first != url
    fill_in_channel(admin, account, "Ada")
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_text("Twilio does not accept this Account SID and Auth Token")).to_be_visible()
    assert admin.get_by_label("Webhook URL").input_value() == url
    admin.get_by_label("Auth Token").fill(account["auth_token"])
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_role("row").filter(has_text="Main line")).to_contain_text("Connected")

    phone = new_page()
    phone.goto(f"{simulator.url}/numbers")
    card = phone.locator(".number-card").filter(has_text=OUR_NUMBER)
    card.get_by_label("Webhook URL").fill(url)
    card.get_by_role("button", name="Save").click()
    open_phone(phone, simulator)
    ada, ben = (log_in(new_page(), stack.url, name) for name in ("ada", "ben"))
    for agent in (ada, ben):
        expect(agent.get_by_role("status").filter(has_text="Live")).to_be_attached()
    text_from_phone(phone, "Are you open today?")
    for agent in (ada, ben):
        waiting = agent.get_by_role("region", name="Waiting")
        expect(waiting.get_by_role("link").filter(has_text="Are you open today?")).to_be_visible()

    ada.get_by_role("link").filter(has_text="Are you open today?").click()
    ada.get_by_role("button", name="Pick up").click()
    expect(ada.get_by_text("Ada picked up the session.")).to_be_visible()
    expect(ben.get_by_role("region", name="Waiting")).to_contain_text("Nobody waits.")
    text_from_phone(phone, "I mean in Nairobi.")
    expect(ada.get_by_role("log", name="Messages")).to_contain_text("I mean in Nairobi.")
    expect(ben.get_by_text("I mean in Nairobi.")).to_have_count(0)

    ada.get_by_label("Message", exact=True).fill("Yes, till six. 🎉")
    expect(ada.get_by_text("1 segment")).to_be_visible()
    ada.get_by_role("button", name="Send").click()
    expect(phone.get_by_label("Texts")).to_contain_text("Yes, till six. 🎉", timeout=15_000)
    expect(ada.get_by_text("Delivered")).to_be_visible(timeout=15_000)

    assert counts(admin, "Today") == ["1", "0", "1", "2"]
    assert counts(admin, "Yesterday") == ["0", "0", "0", "0"]
