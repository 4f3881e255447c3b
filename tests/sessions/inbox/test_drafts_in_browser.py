"""What is typed is there when it is wanted, and nowhere once it was sent."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from routing.models import Extension
from sessions import actions
from sessions.models import Draft, MessagingSession
from tests.factories import Road
from tests.sessions.conftest import inbound_fields, sid_of, signed_post
from tests.sessions.inbox.undisturbed import hear_of, undisturbed

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_text_that_is_scheduled_at_once_leaves_no_draft(
    live_server: LiveServer, new_page: Callable[..., Page], direct_session: MessagingSession
) -> None:
    with undisturbed(new_page(), live_server.url, f"/inbox/{direct_session.pk}/") as page:
        page.get_by_text("Send later").click()
        due_at = timezone.localtime() + timedelta(days=1)
        page.locator("[name=due_at]").fill(f"{due_at:%Y-%m-%dT%H:%M}")
        box = page.get_by_label("Message", exact=True)
        told: list[int] = []
        page.on("response", lambda one: told.append(one.status) if "/draft/" in one.url else None)
        box.fill("See you tomorrow")
        page.get_by_role("button", name="Schedule").click()
        expect(page.locator("#thread").get_by_text("See you tomorrow")).to_be_visible()
        expect(box).to_have_value("")
        page.wait_for_timeout(1_000)  # a draft is told of after 0.8 s
        page.reload()
        expect(box).to_have_value("")
        assert not Draft.objects.exclude(body="").exists()
        assert set(told) <= {204}


def test_words_typed_while_the_session_is_closed_elsewhere_go_on(
    live_server: LiveServer,
    new_page: Callable[..., Page],
    agents: list[Extension],
    direct_road: Road,
    direct_session: MessagingSession,
) -> None:
    words = "We open at nine, and on Sundays at"
    with undisturbed(new_page(), live_server.url, f"/inbox/{direct_session.pk}/") as page:
        page.get_by_label("Message", exact=True).fill(words)
        actions.close(direct_session, agent=agents[0])
        hear_of(page, direct_session, kind="session")
        expect(page.get_by_text("This session is closed. What you send begins a new one.")).to_be_visible()
        expect(page.get_by_label("Message", exact=True)).to_have_value(words)
        signed_post(Client(), direct_road.path, inbound_fields(sid_of(2), "And on Sundays?"))
        again = MessagingSession.objects.open().get()
        page.wait_for_timeout(1_000)
        page.goto(f"{live_server.url}/inbox/{again.pk}/")
        expect(page.get_by_label("Message", exact=True)).to_have_value(words)
        page.goto(f"{live_server.url}/inbox/{direct_session.pk}/")
        expect(page.get_by_label("Message", exact=True)).to_have_value(words)
        page.get_by_role("link", name="Go to the open session").click()
        expect(page).to_have_url(f"{live_server.url}/inbox/{again.pk}/")
