"""The setup guide's whole procedure in real browsers, from an empty database to the agent's answer."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Role, User
from sessions.models import Attempt, MessagingSession
from tests import walking
from tests.servers import Simulator

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
]


def test_whole_setup_guide_from_nothing_to_the_agents_answer(
    simulator: Simulator, start_stack: Callable[..., Any], new_page: Callable[..., Page]
) -> None:
    User.objects.create_superuser("admin", password=walking.PASSWORD, role=Role.ADMINISTRATOR)
    account = simulator.get("/control/state")
    stack = start_stack(workers=2, CLOSE_IDLE_EVERY_S="1")
    admin = walking.log_in(new_page(), stack.url, "admin")
    for number, name in (("1001", "Ada"), ("1002", "Ben"), ("1003", "Cleo")):
        walking.add_extension(admin, number, name)
    walking.add_queue(admin, "Support", "Ada", "Ben")

    first = walking.open_channel_form(admin)
    url = walking.open_channel_form(admin)
    assert first != url
    walking.fill_in_channel(admin, account, "Ada")
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_text("Twilio does not accept this Account SID and Auth Token")).to_be_visible()
    assert admin.get_by_label("Webhook URL").input_value() == url
    admin.get_by_label("Auth Token").fill(account["auth_token"])
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_role("row").filter(has_text="Main line")).to_contain_text("Connected")

    phone = new_page()
    walking.name_webhook(phone, simulator.url, url)
    walking.open_phone(phone, simulator.url)
    ada, ben = (walking.log_in(new_page(), stack.url, name) for name in ("ada", "ben"))
    for agent in (ada, ben):
        expect(agent.get_by_role("status").filter(has_text="Live")).to_be_attached()
    walking.text_from_phone(phone, "Are you open today?")
    for agent in (ada, ben):
        waiting = agent.get_by_role("region", name="Waiting")
        text = waiting.get_by_role("link").filter(has_text="Are you open today?")
        expect(text).to_contain_text(re.compile(r"1\s*unread"))

    ada.get_by_role("link").filter(has_text="Are you open today?").click()
    ada.get_by_role("button", name="Pick up").click()
    expect(ada.get_by_text("Ada picked up the session.")).to_be_visible()
    expect(ben.get_by_role("region", name="Waiting")).to_contain_text("Nobody waits.")
    walking.text_from_phone(phone, "I mean in Nairobi.")
    expect(ada.get_by_role("log", name="Messages")).to_contain_text("I mean in Nairobi.")
    expect(ben.get_by_text("I mean in Nairobi.")).to_have_count(0)

    ada.get_by_label("Message", exact=True).fill("Yes, till six. 🎉")
    expect(ada.get_by_text("1 segment")).to_be_visible()
    ada.get_by_role("button", name="Send").click()
    expect(phone.get_by_label("Texts")).to_contain_text("Yes, till six. 🎉", timeout=15_000)
    expect(ada.locator(".tick[data-status=delivered]")).to_be_visible(timeout=15_000)

    assert walking.counts(admin, "Today") == ["1", "0", "1", "2"]
    assert walking.counts(admin, "Yesterday") == ["0", "0", "0", "0"]

    long_ago = timezone.now() - timedelta(days=31)
    MessagingSession.objects.update(last_active_at=long_ago)
    Attempt.objects.update(claimed_at=long_ago)
    closed = "Closed automatically, because nothing happened in the session."
    expect(ada.get_by_text(closed)).to_be_visible(timeout=15_000)
