"""What people do in their browsers: the setup guide's steps, and an agent's."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.factories import CONTACT, OUR_NUMBER

PASSWORD = "a-long-enough-phrase-42"


def log_in(page: Page, url: str, username: str, password: str = PASSWORD) -> Page:
    page.goto(url)
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_label("Username")).to_have_count(0)
    return page


def choose(place: Locator | Page, label: str, *texts: str) -> None:
    """Picks options of a searchable drop-down from the keyboard, one after the other."""
    box = place.get_by_role("combobox", name=label, exact=True)
    box.focus()
    for text in texts:
        box.press_sequentially(text)
        expect(place.locator(".ts-dropdown:visible .option.active")).to_contain_text(text)
        box.press("Enter")
    box.press("Tab")


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


def open_channel_form(page: Page, itsp: str = "Twilio") -> str:
    """Step 1 of the guide. Returns the webhook URL of this visit."""
    go_to(page, "Message Channel")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("link", name="SMS", exact=True).click()
    page.get_by_label("ITSP").select_option(itsp)
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
    add_rule(page, OUR_NUMBER, *initiators)


def add_rule(page: Page, number: str, *initiators: str) -> None:
    """In the tab Messaging Settings: the number leads to the queue Support."""
    page.get_by_role("button", name="Add", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Number", exact=True)).to_be_focused()
    dialog.get_by_label("Number", exact=True).fill(number)
    dialog.get_by_label("Destination for Inbound Messaging").select_option("Message Queue")
    choose(dialog, "Message Queue", "Support")
    choose(dialog, "Extensions allowed to create messaging sessions", *initiators)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("cell", name=number, exact=True)).to_be_visible()


def name_webhook(page: Page, simulator_url: str, webhook_url: str) -> None:
    """Step 2 of the guide, at the stand-in for Twilio."""
    page.goto(f"{simulator_url}/numbers")
    card = page.locator(".number-card").filter(has_text=OUR_NUMBER)
    card.get_by_label("Webhook URL").fill(webhook_url)
    card.get_by_role("button", name="Save").click()


def text_from_phone(phone: Page, body: str) -> None:
    phone.get_by_label("Text message").fill(body)
    phone.get_by_role("button", name="Send", exact=True).click()


def open_phone(phone: Page, simulator_url: str, number: str = OUR_NUMBER) -> None:
    phone.goto(simulator_url)
    phone.get_by_label("Contact's number").fill(CONTACT)
    phone.get_by_role("button", name="Open phone").click()
    phone.get_by_label("Send to").select_option(number)


def counts(page: Page, period: str) -> list[str]:
    """Success, failed, total and received of the channel in a period, as the list shows them."""
    go_to(page, "Message Channel")
    page.get_by_role("navigation", name="Time filter").get_by_role("link", name=period).click()
    row = page.get_by_role("row").filter(has_text="Main line")
    expect(row).to_contain_text("Connected")
    cells = row.locator("td.number")
    return [text.strip() for text in cells.all_inner_texts()]
