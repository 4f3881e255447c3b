"""A passkey from adding it to logging in by it, in a browser, under the content security policy."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Role
from tests.portal import PASSWORD, make_user
from tests.walking import log_in

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.long
def test_passkey_is_added_and_opens_the_portal_alone(live_server: LiveServer, page: Page) -> None:
    make_user("root", Role.ADMINISTRATOR)
    url = live_server.url.replace("127.0.0.1", "localhost")  # passkeys belong to names, not to addresses
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})

    log_in(page, url, "root", PASSWORD)
    page.goto(f"{url}/profile/two-step/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Log in with it alone").check()
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_label("10 codes left")).to_be_visible()

    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()

    page.get_by_role("button", name="Log out").click()
    page.get_by_label("Username").fill("root")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Use the passkey").click()  # as the second step
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_page_that_was_opened_by_an_address_says_where_passkeys_work(
    live_server: LiveServer, page: Page
) -> None:
    make_user("root", Role.ADMINISTRATOR)
    named = live_server.url.replace("127.0.0.1", "localhost")
    address = named.replace("localhost", "127.0.0.1")
    log_in(page, address, "root", PASSWORD)
    expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)
    page.goto(f"{address}/profile/two-step/")
    expect(page.get_by_role("link", name="Add a passkey")).to_be_hidden()
    words = "Passkeys belong to a name, and this page was opened by an IP address."
    expect(page.get_by_text(words)).to_be_visible()
    page.get_by_role("link", name=f"{named}/profile/two-step/").click()
    page.wait_for_url(f"{named}/**")
