"""Snoozing from the keyboard alone, on a desktop and on a phone."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from sessions import actions
from sessions.models import MessagingSession
from tests.sessions.inbox.undisturbed import hear_of, undisturbed

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def inbox(
    live_server: LiveServer, new_page: Callable[..., Page], direct_session: MessagingSession
) -> Iterator[Page]:
    """Ada's, with one session of hers."""
    with undisturbed(new_page(reduced_motion="reduce"), live_server.url, "/inbox/") as page:
        yield page


def test_session_is_snoozed_and_back_by_keys_alone(inbox: Page, direct_session: MessagingSession) -> None:
    mine, snoozed = (inbox.get_by_role("region", name=name) for name in ("Mine", "Snoozed"))
    inbox.keyboard.press("j")
    inbox.keyboard.press("b")  # it opens the row that has the focus, and then asks
    dialog = inbox.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Snooze the session with")).to_be_visible()
    expect(dialog.locator("button[name=preset]").first).to_be_focused()
    dialog.get_by_role("button", name="Tomorrow morning").press("Enter")
    expect(inbox.get_by_text("The session is snoozed until")).to_be_visible()
    expect(mine.locator(".inbox-row")).to_have_count(0)
    expect(snoozed.locator(".inbox-row")).to_have_count(1)
    until = MessagingSession.objects.get().snoozed_until
    assert until and until > timezone.now()

    inbox.locator("#session").focus()
    inbox.keyboard.press("b")
    expect(mine.locator(".inbox-row")).to_have_count(1)
    assert MessagingSession.objects.get().snoozed_until is None


def test_own_time_on_a_phone_and_coming_back(inbox: Page, direct_session: MessagingSession) -> None:
    inbox.set_viewport_size({"width": 390, "height": 844})
    inbox.locator(".inbox-row").click()
    inbox.get_by_role("button", name="More actions").click()
    inbox.get_by_role("button", name="Snooze").click()
    dialog = inbox.get_by_role("dialog")
    dialog.get_by_label("Date and time").fill("2020-01-01T10:00")
    dialog.get_by_label("Date and time").press("Enter")
    words = "Choose a time in the future, within the next year."
    expect(dialog.get_by_text(words)).to_be_visible()
    expect(dialog.get_by_label("Date and time")).to_have_value("2020-01-01T10:00")
    assert inbox.evaluate("document.documentElement.scrollWidth <= innerWidth")
    day = (timezone.now() + timedelta(days=3)).date()
    dialog.get_by_label("Date and time").fill(f"{day}T10:00")
    dialog.get_by_role("button", name="Snooze", exact=True).click()
    expect(inbox.get_by_text("The session is snoozed until")).to_be_visible()
    inbox.get_by_role("link", name="Back to the sessions").click()

    expect(inbox.get_by_role("region", name="Mine").locator(".inbox-row")).to_have_count(0)
    actions.wake_due(now=timezone.now() + timedelta(days=4))
    hear_of(inbox, direct_session)
    expect(inbox.get_by_role("region", name="Mine").get_by_text("follow-up")).to_be_visible()
