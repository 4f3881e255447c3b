"""The week editor in a real browser, from the keyboard and on a phone."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Role
from routing.models import MessageQueue
from tests.factories import make_agent, make_queue
from tests.portal import PASSWORD, make_user
from tests.walking import choose, log_in

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def type_time(page: Page, label: str, place: int, clock: str) -> None:
    page.get_by_label(label).nth(place).fill(clock)


def test_week_is_edited_without_a_mouse_on_a_phone(live_server: LiveServer, page: Page) -> None:
    make_user("root", Role.ADMINISTRATOR)
    queue = make_queue()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_viewport_size({"width": 390, "height": 844})
    log_in(page, live_server.url, "root", PASSWORD)
    page.goto(f"{live_server.url}/queues/{queue.pk}/")
    expect(page.get_by_label("Monday, open from")).to_be_hidden()
    page.get_by_label("Open at certain hours only").press("Space")
    expect(page.get_by_label("Monday, open from")).to_have_value("09:00")
    page.get_by_label("Pickup Mode").select_option("No pickup")
    expect(page.get_by_label("Open sessions per agent, at most")).to_be_hidden()
    expect(page.get_by_text("can always reply")).to_be_visible()

    type_time(page, "Monday, open until", 0, "12:00")
    page.get_by_role("button", name="Add hours on Monday").press("Enter")
    expect(page.get_by_label("Monday, open from").nth(1)).to_be_focused()
    type_time(page, "Monday, open from", 1, "13:00")
    type_time(page, "Monday, open until", 1, "17:30")
    page.get_by_role("button", name="Copy Monday’s hours").press("Enter")
    page.get_by_role("button", name="Remove these hours of Friday").nth(1).press("Enter")
    expect(page.get_by_role("button", name="Add hours on Friday")).to_be_focused()
    page.get_by_role("button", name="Add a closed day").press("Enter")
    page.get_by_label("Closed on").fill("2026-12-25")
    page.get_by_label("Name of the closed day").fill("Christmas")
    page.get_by_label("Reply outside the opening hours").fill("We are closed 🙂")
    expect(page.get_by_text("“🙂” makes it longer")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("was saved.")).to_be_visible()

    spans = ["09:00–12:00", "13:00–17:30"]
    days = ["Monday", "Tuesday", "Wednesday", "Thursday"]
    expected = [f"{day} {span}" for day in days for span in spans] + ["Friday 09:00–12:00"]
    assert [str(span) for span in queue.opening_hours.all()] == expected
    assert [str(day) for day in queue.closed_days.all()] == ["2026-12-25 Christmas"]
    assert MessageQueue.objects.get().pickup_mode == "none"
    assert complaints == []


def test_several_agents_are_chosen_by_typing_one_after_the_other(live_server: LiveServer, page: Page) -> None:
    """The same for all multiple choices: also for the queues of a supervisor."""
    make_user("root", Role.ADMINISTRATOR)
    for number, name in (("1001", "Ada"), ("1002", "Ben"), ("1003", "Cleo"), ("1004", "Dora")):
        make_agent(number, name)
    queues = [make_queue(name=name) for name in ("Support", "Sales", "Billing")]
    log_in(page, live_server.url, "root", PASSWORD)
    page.goto(f"{live_server.url}/queues/{queues[0].pk}/")
    choose(page, "Agents", "Dora", "1002", "Ada")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("was saved.")).to_be_visible()
    assert set(queues[0].agents.values_list("name", flat=True)) == {"Ada", "Ben", "Dora"}

    vera = make_user("vera", Role.SUPERVISOR)
    page.goto(f"{live_server.url}/users/{vera.pk}/")
    choose(page, "Supervised message queues", "Sal", "Bill")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("was saved.")).to_be_visible()
    assert set(vera.supervised_queues.values_list("name", flat=True)) == {"Sales", "Billing"}
