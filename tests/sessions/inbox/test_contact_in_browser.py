"""The contact's pane in a real browser."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from routing.models import Extension
from sessions.models import MessagingSession
from tests.factories import make_road
from tests.sessions.conftest import inbound_fields, sid_of, signed_post
from tests.sessions.inbox.undisturbed import undisturbed

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OPEN_EARLY = """new MutationObserver(() => {
  for (const place of document.querySelectorAll("details[hx-get]")) place.open = true;
}).observe(document, { childList: true, subtree: true });"""


def test_what_happened_is_there_however_early_it_is_opened(
    live_server: LiveServer, new_page: Callable[..., Page], agents: list[Extension]
) -> None:
    road = make_road(agents[0], agents[0])
    signed_post(Client(), road.path, inbound_fields(sid_of(1), "Are you open?"))
    page = new_page()
    page.add_init_script(OPEN_EARLY)
    with undisturbed(page, live_server.url, f"/inbox/{MessagingSession.objects.get().pk}/"):
        expect(page.locator(".timeline li").first).to_contain_text("The session began.")


def test_what_happened_stays_open_when_an_action_renders_the_session_anew(
    live_server: LiveServer, new_page: Callable[..., Page], agents: list[Extension]
) -> None:
    road = make_road(agents[0], agents[0])
    signed_post(Client(), road.path, inbound_fields(sid_of(1), "Are you open?"))
    with undisturbed(new_page(), live_server.url, f"/inbox/{MessagingSession.objects.get().pk}/") as page:
        page.get_by_text("What happened").click()
        expect(page.locator(".timeline li").first).to_contain_text("The session began.")
        page.keyboard.press("c")
        page.keyboard.press("Enter")  # the last text is not answered: yes, all the same
        expect(page.locator(".timeline li").last).to_contain_text("Ada closed the session.")
        page.keyboard.press("e")
        expect(page.get_by_text("Archived", exact=True).last).to_be_visible()
        expect(page.locator(".timeline li").first).to_contain_text("The session began.")
