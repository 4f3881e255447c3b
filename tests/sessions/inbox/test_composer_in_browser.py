"""What an agent writes, on good, bad and no connection: nothing is lost, nothing is sent twice."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from sessions import actions
from sessions.models import CannedReply, Draft, Message, MessagingSession
from tests.factories import CONTACT, make_agent, make_queue, make_road
from tests.servers import Simulator
from tests.sessions.media.pictures import OUR_US_NUMBER, PNG
from tests.waiting import wait_until
from tests.walking import log_in

pytestmark = [
    pytest.mark.once,  # the stack below is in tests/test_road.py on both
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def session(simulator: Simulator, start_stack: Callable[..., Any]) -> MessagingSession:
    """Ada's, on a number that takes pictures, with real processes behind it."""
    account = simulator.get("/control/state")
    secrets = {"account_sid": account["account_sid"], "auth_token": account["auth_token"]}
    ada = make_agent("1001")
    road = make_road(make_queue(ada), ada, address=OUR_US_NUMBER, rate=225, **secrets)
    start_stack()
    return actions.start_session(agent=ada, number=road.number, contact=CONTACT, body="Hello").session


@pytest.fixture
def open_device(
    session: MessagingSession, settings: Any, new_page: Callable[..., Page]
) -> Callable[[], Page]:
    """Ada logs in on another device and opens the session."""

    def open_session() -> Page:
        page = log_in(new_page(), settings.PUBLIC_URL, "agent1001", "secret-of-the-agent")
        page.goto(f"{settings.PUBLIC_URL}/inbox/{session.pk}/")
        expect(page.get_by_role("status").filter(has_text="Live")).to_be_attached()
        return page

    return open_session


def composer(page: Page) -> Locator:
    return page.get_by_label("Message", exact=True)


def write(page: Page, body: str) -> None:
    composer(page).fill(body)
    composer(page).press("Control+Enter")


def on_phone(simulator: Simulator, count: int) -> list[tuple[str, int]]:
    """What the phone shows once it has so many texts: each with its number of pictures."""

    def arrived() -> list[tuple[str, int]]:
        texts = [one for one in simulator.get("/control/messages")["messages"] if one["on_phone"]]
        return [(one["body"], len(one["media"])) for one in texts] if len(texts) >= count else []

    return wait_until(arrived, timeout_s=20)


def test_nothing_is_lost_and_nothing_sent_twice(
    open_device: Callable[[], Page],
    simulator: Simulator,
    session: MessagingSession,
    new_page: Callable[..., Page],
) -> None:
    """One road for all, since real processes take long to start."""
    page = open_device()
    page.evaluate("navigator.serviceWorker.ready")
    _offline_and_back(page, simulator)
    _lost_answer(page, simulator)
    _canned_reply_and_picture(page, new_page(), simulator)
    _draft(page, open_device)
    assert on_phone(simulator, 7)[6:] == [("Half a thought", 0)]
    assert Message.objects.filter(kind="outbound").count() == 7


def _offline_and_back(page: Page, simulator: Simulator) -> None:
    """Three texts wait, one is taken back; a reload loses none; with the connection they go out in order."""
    page.context.set_offline(True)
    for body in ("Till six.", "On Sundays, too.", "Not this one."):
        write(page, body)
    waiting = page.locator(".message-local")
    expect(waiting.filter(has_text="Waits for the connection")).to_have_count(3)
    waiting.filter(has_text="Not this one.").get_by_role("button", name="Take back").click()
    expect(composer(page)).to_have_value("Not this one.")
    page.reload()
    expect(page.get_by_text("2 texts wait on this device; they go out then.")).to_be_visible()
    page.context.set_offline(False)
    assert on_phone(simulator, 3) == [("Hello", 0), ("Till six.", 0), ("On Sundays, too.", 0)]
    expect(page.locator("#thread").get_by_text("On Sundays, too.")).to_be_visible()
    expect(waiting).to_have_count(0)
    expect(composer(page)).to_have_value("Not this one.")
    composer(page).fill("")


def _lost_answer(page: Page, simulator: Simulator) -> None:
    """The first try never leaves; of the second the server knows, and the browser does not hear of it."""
    answers: list[int | None] = []

    def lose(route: Route) -> None:
        answers.append(route.fetch().status if answers else None)
        route.abort()

    page.route("**/reply/", lose, times=2)
    write(page, "Only once.")
    write(page, "Behind it.")
    expect(page.locator("#thread").get_by_text("Behind it.")).to_be_visible(timeout=15_000)
    expect(page.locator(".message-local")).to_have_count(0)
    assert on_phone(simulator, 5)[3:] == [("Only once.", 0), ("Behind it.", 0)]
    assert answers == [None, 201]


def _canned_reply_and_picture(page: Page, phone: Page, simulator: Simulator) -> None:
    CannedReply.objects.create(shortcut="way", body="{agent} of {queue}: the way from {number}.")
    CannedReply.objects.create(shortcut="hours", body="Till six.")
    composer(page).focus()
    page.keyboard.type("Look: /wa")
    expect(page.get_by_role("option")).to_contain_text(["/way"])
    page.keyboard.press("Enter")
    text = f"Look: Ada of Support: the way from {OUR_US_NUMBER}."
    expect(composer(page)).to_have_value(text)
    files: list[Any] = [{"name": name, "mimeType": "image/png", "buffer": PNG} for name in ("a.png", "b.png")]
    page.get_by_label("Pictures and files").set_input_files(files)
    page.get_by_role("button", name="Remove b.png").click()
    composer(page).press("Control+Enter")
    expect(page.get_by_role("button", name="Remove a.png")).to_have_count(0)
    assert on_phone(simulator, 6)[5:] == [(text, 1)]
    phone.goto(simulator.url)
    phone.get_by_label("Contact's number").fill(CONTACT)
    phone.get_by_role("button", name="Open phone").click()
    phone.get_by_label("Send to").select_option(OUR_US_NUMBER)
    expect(phone.get_by_role("img", name="Picture")).to_have_js_property("naturalWidth", 1)
    expect(page.locator("#thread").get_by_role("img", name="a.png")).to_have_js_property("naturalWidth", 1)


def _draft(page: Page, open_device: Callable[[], Page]) -> None:
    """There after a reload and on another device, kept without a connection, gone once it is sent."""
    composer(page).press_sequentially("Half a")
    wait_until(lambda: Draft.objects.filter(body="Half a").exists())
    page.reload()
    expect(composer(page)).to_have_value("Half a")
    page.context.set_offline(True)
    composer(page).press("End")
    composer(page).press_sequentially(" thought")
    page.context.set_offline(False)
    wait_until(lambda: Draft.objects.filter(body="Half a thought").exists())
    other = open_device()
    expect(composer(other)).to_have_value("Half a thought")
    composer(other).press("Control+Enter")
    wait_until(lambda: not Draft.objects.exclude(body="").exists())
    other.reload()
    expect(composer(other)).to_have_value("")
