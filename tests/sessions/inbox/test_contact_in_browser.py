"""The contact's pane in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from sessions.models import MessagingSession
from tests.sessions.inbox.undisturbed import undisturbed

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OPEN_EARLY = """new MutationObserver(() => {
  for (const place of document.querySelectorAll("details[hx-get]")) place.open = true;
}).observe(document, { childList: true, subtree: true });"""


def test_what_happened_is_there_however_early_it_is_opened(
    live_server: LiveServer, new_page: Callable[..., Page], direct_session: MessagingSession
) -> None:
    page = new_page()
    page.add_init_script(OPEN_EARLY)
    with undisturbed(page, live_server.url, f"/inbox/{direct_session.pk}/"):
        expect(page.locator(".timeline li").first).to_contain_text("The session began.")


def test_what_happened_stays_open_when_an_action_renders_the_session_anew(
    live_server: LiveServer, new_page: Callable[..., Page], direct_session: MessagingSession
) -> None:
    with undisturbed(new_page(), live_server.url, f"/inbox/{direct_session.pk}/") as page:
        page.get_by_text("What happened").click()
        expect(page.locator(".timeline li").first).to_contain_text("The session began.")
        page.keyboard.press("c")
        expect(page.get_by_role("button", name="Close without an answer")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(".timeline li").last).to_contain_text("Ada closed the session.")
        page.keyboard.press("e")
        expect(page.get_by_text("Archived", exact=True).last).to_be_visible()
        expect(page.locator(".timeline li").first).to_contain_text("The session began.")
