"""What is put off, from the keyboard alone, on a desktop and on a phone, and live."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from routing.models import Extension
from sessions import actions
from sessions.models import Attempt, Message, MessagingSession
from tests.factories import Road
from tests.sessions.conftest import inbound_fields, sid_of, signed_post
from tests.sessions.inbox.undisturbed import hear_of, undisturbed

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def inbox(
    live_server: LiveServer, new_page: Callable[..., Page], direct_session: MessagingSession
) -> Iterator[Page]:
    with undisturbed(new_page(reduced_motion="reduce"), live_server.url, "/inbox/") as page:
        yield page


def schedule(session: MessagingSession, agent: Extension, body: str, *, until_reply: bool = False) -> Message:
    due_at = timezone.now() + timedelta(hours=2)
    return actions.reply(session, agent=agent, body=body, due_at=due_at, until_reply=until_reply)


def test_text_is_scheduled_by_a_preset_changed_and_sent_by_keys_alone(inbox: Page) -> None:
    inbox.keyboard.press("j")
    inbox.keyboard.press("o")
    inbox.get_by_label("Message", exact=True).fill("See you tomorrow")
    inbox.get_by_label("Send later").press("Space")
    choice = inbox.get_by_label("When", exact=True)
    expect(choice.locator("option")).not_to_have_count(1)
    choice.focus()
    inbox.keyboard.press("ArrowDown")
    expect(inbox.locator(".later-own")).to_be_hidden()
    expect(inbox.locator(".later-words")).to_contain_text("for +14155550123 (Los Angeles)")
    inbox.get_by_label("Cancel it if the contact writes first").press("Space")
    inbox.get_by_role("button", name="Schedule").press("Enter")
    expect(inbox.locator("#thread").get_by_text("unless the contact writes first")).to_be_visible()

    inbox.locator("#session").focus()
    inbox.keyboard.press("g")
    inbox.keyboard.press("l")
    scheduled = inbox.get_by_role("region", name="Scheduled texts")
    expect(scheduled.get_by_text("See you tomorrow")).to_be_visible()
    scheduled.get_by_role("button", name="Change").press("Enter")
    dialog = inbox.get_by_role("dialog")
    dialog.get_by_label("Message").fill("See you on Monday")
    dialog.get_by_role("button", name="Save").press("Enter")
    expect(dialog).to_be_hidden()
    expect(scheduled.get_by_text("See you on Monday")).to_be_visible()
    scheduled.get_by_role("button", name="Send now").press("Enter")
    expect(scheduled.get_by_text("It is on its way.")).to_be_visible()
    expect(scheduled.locator(".scheduled-item")).to_have_count(0)
    assert Attempt.objects.get().status == "queued"


@pytest.mark.long
def test_two_hundred_on_a_phone_and_what_leaves_goes_away(
    inbox: Page, direct_session: MessagingSession, direct_road: Road, agents: list[Extension]
) -> None:
    for number in range(200):
        schedule(direct_session, agents[0], f"Reminder {number}", until_reply=number == 7)
    inbox.set_viewport_size({"width": 390, "height": 844})
    inbox.get_by_role("link", name="Later", exact=True).click()
    items = inbox.locator(".scheduled-item")
    expect(items).to_have_count(200)
    assert inbox.evaluate("document.documentElement.scrollWidth <= innerWidth")
    signed_post(Client(), direct_road.path, inbound_fields(sid_of(2), "I am here already"))
    hear_of(inbox, direct_session)
    expect(items).to_have_count(199)
    items.first.get_by_role("button", name="Cancel").click()
    expect(items).to_have_count(198)
    assert Attempt.objects.filter(status="cancelled").count() == 2


def test_words_that_were_cancelled_are_taken_up_by_one_click(
    inbox: Page, direct_session: MessagingSession, direct_road: Road, agents: list[Extension]
) -> None:
    schedule(direct_session, agents[0], "Please call us\nbefore six", until_reply=True)
    inbox.locator(".inbox-row").click()
    field = inbox.get_by_label("Message", exact=True)
    field.fill("Typed since")
    signed_post(Client(), direct_road.path, inbound_fields(sid_of(2), "I have called"))
    hear_of(inbox, direct_session)
    words = "The contact wrote first, so what was scheduled was cancelled."
    expect(inbox.locator("#thread").get_by_text(words)).to_be_visible()
    inbox.get_by_role("button", name="Take up the words").click()
    expect(field).to_have_value("Please call us\nbefore six\nTyped since")
    expect(field).to_be_focused()


def test_closing_is_undone_with_what_was_scheduled(
    inbox: Page, direct_session: MessagingSession, agents: list[Extension]
) -> None:
    schedule(direct_session, agents[0], "Reminder")
    inbox.locator(".inbox-row").click()
    inbox.get_by_role("button", name="Close", exact=True).click()
    inbox.get_by_role("button", name="Close and cancel 1 scheduled text").click()
    expect(inbox.get_by_text("1 scheduled text was cancelled.")).to_be_visible()
    inbox.keyboard.press("z")
    expect(inbox.locator("#thread").get_by_text("reopened the session")).to_be_visible()
    expect(inbox.locator("#thread").get_by_text("Goes out on")).to_be_visible()
    assert list(Attempt.objects.order_by("pk").values_list("status", flat=True)) == ["cancelled", "scheduled"]


@pytest.mark.long
def test_zone_that_is_chosen_at_the_contact_tells_night_there_from_day(inbox: Page) -> None:
    zone = ZoneInfo("Pacific/Auckland")
    inbox.locator(".inbox-row").click()
    inbox.get_by_role("button", name="Add name and notes").click()
    card = inbox.locator("#contact-card")
    card.get_by_label("Name").fill("Aroha")
    card.get_by_role("combobox", name="Time zone").press_sequentially("auckl")
    inbox.keyboard.press("Enter")
    card.get_by_role("button", name="Save").click()
    expect(card).to_contain_text("there now (Auckland)")
    inbox.get_by_label("Send later").check()
    words = inbox.locator(".later-words")
    expect(words).to_contain_text("now for Aroha (Auckland)")
    day = (timezone.now() + timedelta(days=3)).date()
    for hour, is_night in ((3, True), (15, False)):
        at = timezone.localtime(datetime.combine(day, time(hour), tzinfo=zone))
        inbox.locator("[name=due_at]").fill(f"{at:%Y-%m-%dT%H:%M}")
        expect(words).to_contain_text(f"{hour:02}:00 for Aroha (Auckland)")
        expect(words.get_by_text("It is night there then.")).to_be_visible(visible=is_night)


@pytest.mark.parametrize("typed_before", [0, 2, 5, 6])
@pytest.mark.long
def test_zone_is_chosen_by_typing_whenever_the_search_comes(inbox: Page, typed_before: int) -> None:
    held: list[Route] = []
    inbox.route("**/select_library*", lambda route: held.append(route))
    inbox.locator(".inbox-row").click()
    inbox.get_by_role("button", name="Add name and notes").click()
    card = inbox.locator("#contact-card")
    card.get_by_label("Name").fill("Aroha")
    card.get_by_role("combobox", name="Time zone").focus()
    for number, key in enumerate([*"auckl", "Enter", "Tab"]):
        if number == typed_before:
            held[0].continue_()
        inbox.keyboard.press(key)
    expect(card.locator("[name=time_zone]")).to_have_value("Pacific/Auckland")
    card.get_by_role("button", name="Save").click()
    expect(card).to_contain_text("there now (Auckland)")
