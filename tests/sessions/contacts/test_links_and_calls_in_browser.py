"""A link to another system, and a number that calls by a web address, clicked in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Role
from sessions import actions
from sessions.models import MessagingSession
from tests.factories import CONTACT
from tests.portal import PASSWORD, make_user
from tests.sessions.inbox.conftest import direct_road, direct_session
from tests.sessions.inbox.undisturbed import undisturbed
from tests.walking import log_in

__all__ = ["direct_road", "direct_session"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def elsewhere(route: Route) -> None:
    """The other system: says whether it knows who opened it, and from where."""
    body = "<title>Elsewhere</title><p id=said></p>"
    route.fulfill(status=200, content_type="text/html", body=body)


def test_link_is_defined_and_leads_to_the_contact_in_a_new_tab(
    live_server: LiveServer, new_page: Callable[..., Page], direct_session: MessagingSession
) -> None:
    make_user("root", Role.ADMINISTRATOR)
    admin = log_in(new_page(), live_server.url, "root", PASSWORD)
    admin.goto(f"{live_server.url}/contact-settings/")
    admin.get_by_role("link", name="Add link").press("Enter")
    admin.get_by_label("Label").fill("Customer in the CRM")
    admin.get_by_label("Address").fill("https://crm.example.com/?phone={phone}")
    admin.get_by_role("button", name="Save").press("Enter")
    expect(admin.get_by_text("There is no placeholder {phone}.")).to_be_visible()
    expect(admin.get_by_label("Label")).to_have_value("Customer in the CRM")
    admin.get_by_label("Address").fill("https://crm.example.com/?phone={number}&name={name}")
    admin.get_by_role("button", name="Save").press("Enter")
    expect(admin.get_by_role("link", name="Customer in the CRM", exact=True)).to_be_visible()

    actions.save_contact(address=CONTACT, name="Ada & Co", notes="")
    page = new_page()
    page.context.route("https://crm.example.com/**", elsewhere)
    with undisturbed(page, live_server.url, f"/inbox/{direct_session.pk}/"):
        link = page.get_by_role("link", name="Customer in the CRM")
        with page.context.expect_page() as opened:
            link.press("Enter")
        other = opened.value
        other.wait_for_load_state()
        assert other.url == "https://crm.example.com/?phone=%2B14155550123&name=Ada%20%26%20Co"
        assert other.evaluate("[window.opener, document.referrer]") == [None, ""]
        expect(link).to_be_visible()


@pytest.mark.long
def test_number_calls_by_a_web_address_in_a_new_tab(
    live_server: LiveServer, new_page: Callable[..., Page], direct_session: MessagingSession
) -> None:
    make_user("root", Role.ADMINISTRATOR)
    admin = log_in(new_page(), live_server.url, "root", PASSWORD)
    admin.goto(f"{live_server.url}/contact-settings/")
    box = admin.get_by_label("What a click on a number opens")
    expect(box).to_have_value("tel:{number}")
    box.fill("javascript:call({number})")
    box.press("Enter")
    expect(admin.get_by_text("The address begins with one of these")).to_be_visible()
    expect(box).to_have_value("javascript:call({number})")
    box.fill("https://pbx.example.com/dial?to={number}")
    box.press("Enter")
    expect(admin.get_by_text("Click-to-call was saved.")).to_be_visible()

    page = new_page(viewport={"width": 390, "height": 844})
    page.context.route("https://pbx.example.com/dial?**", elsewhere)
    with undisturbed(page, live_server.url, f"/inbox/{direct_session.pk}/"):
        with page.context.expect_page() as opened:
            page.locator("#session-head").get_by_role("link", name=CONTACT).press("Enter")
        other = opened.value
        other.wait_for_load_state()
        assert other.url == "https://pbx.example.com/dial?to=%2B14155550123"
        assert other.evaluate("[window.opener, document.referrer]") == [None, ""]
