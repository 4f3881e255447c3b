"""With the product's real processes: who has the inbox open gets what comes, until they leave."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from routing.models import Extension
from sessions.models import MessagingSession
from tests.factories import Road
from tests.product import Stack
from tests.sessions.conftest import inbound_fields, sid_of, signed_post
from tests.waiting import wait_until
from tests.walking import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TWELVE_S = 12_000


@pytest.mark.long
def test_text_is_given_to_who_is_there_and_to_the_next_when_they_log_out(
    start_stack: Callable[..., Stack], road: Road, agents: list[Extension], new_page: Callable[..., Page]
) -> None:
    stack = start_stack(ABSENCE_GRACE_S="3")
    ada = log_in(new_page(), stack.url, agents[0].user.username, "secret-of-the-agent")
    expect(ada.locator("#live")).to_have_attribute("data-state", "on")
    signed_post(Client(), road.path, inbound_fields(sid_of(1), "Are you open?"))
    mine = ada.get_by_role("region", name="Mine").locator(".inbox-row")
    expect(mine).to_have_count(1, timeout=TWELVE_S)
    mine.click()
    expect(ada.get_by_text("The session was assigned to 1001 Ada automatically.")).to_be_visible()

    ben = log_in(new_page(), stack.url, agents[1].user.username, "secret-of-the-agent")
    expect(ben.locator("#live")).to_have_attribute("data-state", "on")
    ada.request.post(
        f"{stack.url}/logout/",
        headers={
            "X-CSRFToken": ada.locator("[name=csrfmiddlewaretoken]").first.input_value(),
            "Referer": stack.url,
        },
    )
    ada.close()
    expect(ben.get_by_role("region", name="Mine").locator(".inbox-row")).to_have_count(
        1, timeout=3 * TWELVE_S
    )
    wait_until(lambda: MessagingSession.objects.get().agent_id == agents[1].pk)
