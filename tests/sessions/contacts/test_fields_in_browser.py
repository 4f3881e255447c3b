"""Contact fields in a real browser: defined from the keyboard, filled in beside the thread on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Role
from sessions.models import ContactField, ContactValue, MessagingSession
from tests.portal import PASSWORD, make_user
from tests.sessions.inbox.conftest import direct_road, direct_session
from tests.sessions.inbox.undisturbed import undisturbed
from tests.walking import log_in

__all__ = ["direct_road", "direct_session"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_fields_are_defined_and_ordered_from_the_keyboard(live_server: LiveServer, page: Page) -> None:
    make_user("root", Role.ADMINISTRATOR)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    log_in(page, live_server.url, "root", PASSWORD)
    page.goto(f"{live_server.url}/contact-settings/")
    page.get_by_role("link", name="Add field").press("Enter")
    page.get_by_label("Name", exact=True).fill("Customer no")
    expect(page.get_by_label("Choices")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").or_(page.get_by_role("status"))).to_contain_text("was saved")
    page.get_by_role("link", name="Add field").press("Enter")
    page.get_by_label("Name", exact=True).fill("Plan")
    page.get_by_label("Kind").select_option("One of a list")
    page.get_by_label("Choices").fill("Gold\nSilver")
    page.get_by_role("button", name="Save").press("Enter")
    up = page.get_by_role("button", name="Move Plan up")
    up.press("Enter")
    expect(page.locator("#contact-fields tbody tr").first).to_contain_text("Plan")
    expect(page.get_by_role("button", name="Move Plan up")).to_be_focused()
    assert [field.name for field in ContactField.objects.live()] == ["Plan", "Customer no"]
    assert complaints == []


def test_values_are_written_beside_the_thread_on_a_phone(
    live_server: LiveServer, new_page: Callable[..., Page], direct_session: MessagingSession
) -> None:
    named: tuple[tuple[str, str, list[str]], ...] = (
        ("Customer no", "text", []),
        ("Plan", "choice", ["Gold"]),
        ("Since", "date", []),
        ("Score", "number", []),
    )
    for place, (name, kind, options) in enumerate(named):
        values = {"key": name.casefold(), "kind": kind, "options": options, "position": place}
        ContactField.objects.create(name=name, **values)
    page = new_page(viewport={"width": 390, "height": 844})
    with undisturbed(page, live_server.url, f"/inbox/{direct_session.pk}/"):
        page.keyboard.press("d")
        pane = page.get_by_role("complementary", name="Contact")
        pane.get_by_role("button", name="Add name and notes").press("Enter")
        pane.get_by_label("Customer no").fill("x" * 201)
        pane.get_by_label("Plan").select_option("Gold")
        pane.get_by_label("Since").fill("2026-12-24")
        pane.get_by_role("button", name="Save").press("Enter")
        expect(pane.get_by_text("Too long by 1 character")).to_be_visible()
        pane.get_by_label("Customer no").fill("שלום 4711")
        pane.get_by_label("Score").fill("1,5")
        pane.get_by_role("button", name="Save").press("Enter")
        expect(pane.get_by_text("“1,5” is not a number.")).to_be_visible()
        expect(pane.get_by_label("Customer no")).to_have_value("שלום 4711")
        pane.get_by_label("Score").fill("1.50")
        pane.get_by_role("button", name="Save").press("Enter")
        shown = ["שלום 4711", "Gold", "24 Dec 2026", "1.5"]
        expect(pane.locator(".contact-facts dd")).to_have_text(shown)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert dict(ContactValue.objects.values_list("field__name", "value")) == {
        "Customer no": "שלום 4711",
        "Plan": "Gold",
        "Since": "2026-12-24",
        "Score": "1.5",
    }
