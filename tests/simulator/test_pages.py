"""The simulator's own pages in a browser."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.simulator.stand_in import ABROAD, CONTACT, NUMBER, SID, TOKEN, Answer, Receiver, StandIn
from tests.telnyx_account import API_KEY, PROFILE_ID

pytestmark = [pytest.mark.once, pytest.mark.browser]

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A page that fails the test on any error in its console."""
    page = new_page(viewport={"width": 390, "height": 780})
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    return page


def open_phone(page: Page, stand_in: StandIn, contact: str = CONTACT) -> None:
    page.goto(stand_in.url)
    page.get_by_label("Contact's number").fill(contact)
    page.get_by_role("button", name="Open phone").click()
    page.get_by_label("Send to").select_option(NUMBER)


def write(page: Page, body: str) -> None:
    page.get_by_label("Text message").fill(body)
    page.get_by_role("button", name="Send", exact=True).click()


def test_contact_texts_and_sees_the_answer(page: Page, stand_in: StandIn, receiver: Receiver) -> None:
    open_phone(page, stand_in, "+1 (415) 555-0123")
    write(page, "Are you open?")
    texts = page.get_by_role("list", name="Texts")
    expect(texts).to_contain_text("webhook answered 200")
    assert [receiver.received[0].params[name] for name in ("From", "To", "Body")] == [
        CONTACT,
        NUMBER,
        "Are you open?",
    ]
    stand_in.send("Yes, until 18:00")
    expect(texts).to_contain_text("Yes, until 18:00")


def test_failed_webhook_is_told_below_the_text(page: Page, stand_in: StandIn, receiver: Receiver) -> None:
    stand_in.post("numbers", address=NUMBER, sms_url=f"{receiver.url}/in#rc=2&rp=5xx")
    receiver.answers.extend([Answer(503)] * 3)
    open_phone(page, stand_in)
    write(page, "Hello?")
    expect(page.get_by_text("webhook failed after 3 tries: answered 503 (error 11200)")).to_be_visible()


def test_stop_is_confirmed_and_shown(page: Page, stand_in: StandIn) -> None:
    open_phone(page, stand_in)
    write(page, "STOP")
    expect(page.get_by_role("list", name="Texts")).to_contain_text("You have successfully been unsubscribed")
    expect(page.get_by_text("Opted out")).to_be_visible()
    write(page, "START")
    expect(page.get_by_text("Opted out")).to_be_hidden()


def test_picture_is_sent_and_shown(page: Page, stand_in: StandIn, receiver: Receiver, tmp_path: Path) -> None:
    (tmp_path / "pixel.png").write_bytes(PIXEL)
    open_phone(page, stand_in)
    page.get_by_label("Pictures").set_input_files(tmp_path / "pixel.png")
    expect(page.get_by_text("1 of 10 pictures")).to_be_visible()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_alt_text("Picture")).to_be_visible()
    assert receiver.wait_for(1)[0].params["MediaContentType0"] == "image/png"


def test_webhook_url_is_saved_by_hand(page: Page, stand_in: StandIn) -> None:
    page.goto(f"{stand_in.url}/numbers")
    card = page.get_by_role("region", name=ABROAD)
    card.get_by_label("Webhook URL").fill("https://pbx.example/w/token#rc=2")
    card.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved")).to_be_visible()
    (number,) = stand_in.client.incoming_phone_numbers.list(phone_number=ABROAD)
    assert [number.sms_url, number.capabilities["mms"]] == ["https://pbx.example/w/token#rc=2", False]
    assert stand_in.get("numbers")["numbers"][3]["rate"] == 10


@pytest.mark.parametrize("itsp", ["Twilio", "Telnyx", "Bandwidth", "General"])
def test_webhook_url_leads_texts_at_each_itsp(
    page: Page, stand_in: StandIn, receiver: Receiver, itsp: str
) -> None:
    page.goto(f"{stand_in.url}/numbers")
    page.get_by_label("New number").fill("+14155550167")
    page.get_by_label("ITSP").select_option(itsp)
    page.get_by_role("button", name="Add number").click()
    card = page.get_by_role("region", name="+14155550167")
    card.get_by_label("Webhook URL").fill(f"{receiver.url}/in")
    card.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved")).to_be_visible()
    expect(card.get_by_label("Webhook URL")).to_have_value(f"{receiver.url}/in")
    told = stand_in.post("inbound", **{"from": CONTACT, "to": "+14155550167", "body": "Hello"})
    assert told["failure"] is None
    assert [one.path for one in receiver.wait_for(1)] == ["/in"]


def test_number_is_bought_at_each_itsp(page: Page, stand_in: StandIn) -> None:
    page.goto(f"{stand_in.url}/numbers")
    logins = stand_in.get("state")["logins"]
    for place, login in enumerate(logins):
        address = f"+1415555016{place}"
        page.get_by_label("New number").fill(address)
        page.get_by_label("ITSP").select_option(login["name"])
        page.get_by_role("button", name="Add number").click()
        card = page.get_by_role("region", name=address)
        expect(card).to_contain_text(login["itsp"])
    assert [login["name"] for login in logins] == ["Twilio", "Telnyx", "Bandwidth", "General"]


def test_fault_is_added_and_removed_by_hand(page: Page, stand_in: StandIn) -> None:
    page.goto(f"{stand_in.url}/faults")
    page.get_by_label("What goes wrong").select_option("hang")
    page.get_by_label("Answer after, seconds (empty: never)").fill("2")
    page.get_by_label("Is the message accepted?").select_option("yes")
    page.get_by_label("How often").select_option("3")
    page.get_by_role("button", name="Add fault").click()
    expect(page.get_by_text("3 left · used 0×")).to_be_visible()
    (fault,) = stand_in.get("faults")["faults"]
    assert [fault["kind"], fault["after_s"], fault["accept"], fault["count"]] == ["hang", 2, True, 3]
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("None. The simulator behaves.")).to_be_visible()


def test_status_page_shows_messages_webhooks_and_alerts(
    page: Page, stand_in: StandIn, receiver: Receiver
) -> None:
    receiver.answers.append(Answer(500))
    stand_in.text("<b>Hello</b>")
    page.goto(f"{stand_in.url}/status")
    log = page.get_by_role("tabpanel")
    expect(log).to_contain_text(f"{CONTACT} → {NUMBER}  <b>Hello</b>")
    page.get_by_role("tab", name="Webhooks").click()
    expect(log).to_contain_text(f"POST {receiver.url}/in?number=1")
    page.get_by_role("tab", name="Alerts").click()
    expect(log).to_contain_text("Error 11200")


def test_every_page_says_what_it_is_and_fits_a_phone(page: Page, stand_in: StandIn) -> None:
    logins = [field["value"] for login in stand_in.get("state")["logins"] for field in login["fields"]]
    assert {SID, TOKEN, API_KEY, PROFILE_ID} < set(logins)
    for path in ("/", "/status", "/numbers", "/faults"):
        page.goto(stand_in.url + path)
        expect(page.get_by_text("a stand-in for ITSPs; nothing leaves this machine")).to_be_visible()
        page.get_by_text("Accounts", exact=True).click()
        for value in (*logins, NUMBER):
            expect(page.locator(".account").get_by_text(value, exact=True)).to_be_visible()
        expect(page.locator("nav [aria-current=page]")).to_have_attribute("href", path)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
