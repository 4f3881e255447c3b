"""The composer in a real browser, with a server that answers: keys, warnings, pasted and dropped files."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from routing.models import Extension
from sessions import actions
from sessions.models import Attachment, Message, MessagingSession
from tests.factories import Road, make_road
from tests.sessions.conftest import inbound_fields, sid_of, signed_post
from tests.sessions.inbox.undisturbed import undisturbed
from tests.sessions.media.pictures import OUR_US_NUMBER, PNG
from tests.waiting import wait_until

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GIVE_FILE = """([kind, name]) => {
  const data = new DataTransfer();
  const head = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  data.items.add(new File([head], name, { type: "image/png" }));
  const given = { bubbles: true, cancelable: true };
  const event = kind === "paste"
    ? new ClipboardEvent(kind, { ...given, clipboardData: data })
    : new DragEvent(kind, { ...given, dataTransfer: data });
  document.querySelector(kind === "paste" ? "#composer textarea" : "#thread").dispatchEvent(event);
}"""


@pytest.fixture(autouse=True)
def media_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def road(agents: list[Extension]) -> Road:
    """A number that takes pictures, straight to Ada."""
    return make_road(agents[0], agents[0], address=OUR_US_NUMBER)


@pytest.fixture
def session(road: Road) -> MessagingSession:
    signed_post(Client(), road.path, inbound_fields(sid_of(1), "Are you open?", To=OUR_US_NUMBER))
    return MessagingSession.objects.get()


@pytest.fixture
def inbox(
    live_server: LiveServer, new_page: Callable[..., Page], session: MessagingSession
) -> Iterator[Page]:
    """Ada's inbox with the session open."""
    with undisturbed(new_page(), live_server.url, f"/inbox/{session.pk}/") as page:
        yield page


def composer(page: Page) -> Locator:
    return page.get_by_label("Message", exact=True)


def attach(page: Page, *files: tuple[str, bytes]) -> None:
    chosen: list[Any] = [
        {"name": name, "mimeType": "application/octet-stream", "buffer": content} for name, content in files
    ]
    page.get_by_label("Pictures and files").set_input_files(chosen)


def answers() -> list[str]:
    return list(Message.objects.filter(kind="outbound").order_by("pk").values_list("body", flat=True))


def test_text_that_came_since_one_began_to_write_is_pointed_out(inbox: Page, road: Road) -> None:
    notice = inbox.get_by_role("status").filter(has_text="A new text has come since you began to write.")
    composer(inbox).press_sequentially("Till")
    signed_post(Client(), road.path, inbound_fields(sid_of(2), "On Sunday, I mean", To=OUR_US_NUMBER))
    inbox.evaluate("thread.dispatchEvent(new Event('refresh'))")
    expect(inbox.get_by_role("log")).to_contain_text("On Sunday, I mean")
    expect(notice).to_be_visible()
    expect(composer(inbox)).to_have_value("Till")
    inbox.get_by_role("button", name="I have read it").click()
    expect(notice).to_be_hidden()
    expect(composer(inbox)).to_be_focused()


def test_enter_sends_where_the_agent_wants_it(inbox: Page, live_server: LiveServer) -> None:
    composer(inbox).press_sequentially("First")
    composer(inbox).press("Enter")
    composer(inbox).press_sequentially("line")
    assert answers() == []
    composer(inbox).press("Control+Enter")
    wait_until(lambda: answers() == ["First\nline"])
    address = inbox.url
    inbox.goto(f"{live_server.url}/inbox/settings/")
    inbox.get_by_label("Enter sends a text").check()
    inbox.goto(address)
    composer(inbox).press_sequentially("Second")
    composer(inbox).press("Shift+Enter")
    composer(inbox).press_sequentially("line")
    composer(inbox).press("Enter")
    wait_until(lambda: answers() == ["First\nline", "Second\nline"])


def test_files_are_pasted_and_dropped(inbox: Page) -> None:
    files = inbox.locator("[data-files] [dir=auto]")
    inbox.evaluate(GIVE_FILE, ["paste", "pasted.png"])
    expect(files).to_have_text(["pasted.png"])
    inbox.evaluate(GIVE_FILE, ["drop", "dropped.png"])
    expect(files).to_have_text(["pasted.png", "dropped.png"])
    inbox.get_by_role("button", name="Remove pasted.png").click()
    expect(files).to_have_text(["dropped.png"])


def test_caret_goes_on_behind_what_was_typed_before(
    inbox: Page, session: MessagingSession, agents: list[Extension]
) -> None:
    actions.save_draft(session, agent=agents[0], body="Till six,\nand on")
    inbox.reload()
    inbox.keyboard.press("r")
    inbox.keyboard.type(" Sundays.")
    expect(composer(inbox)).to_have_value("Till six,\nand on Sundays.")
    composer(inbox).press("Control+Home")
    inbox.keyboard.press("Escape")
    inbox.keyboard.press("r")
    inbox.keyboard.type("Open ")
    expect(composer(inbox)).to_have_value("Open Till six,\nand on Sundays.")


def test_files_stay_with_their_session(inbox: Page, road: Road, live_server: LiveServer) -> None:
    other = inbound_fields(sid_of(2), "And you?", To=OUR_US_NUMBER, From="+14155550177")
    signed_post(Client(), road.path, other)
    inbox.reload()
    files, rows = inbox.locator("[data-files] [dir=auto]"), inbox.locator(".inbox-row")
    attach(inbox, ("map.png", PNG), ("way.pdf", b"%PDF-1.7"))
    expect(files).to_have_text(["map.png", "way.pdf"])
    rows.filter(has_text="And you?").click()
    expect(inbox.get_by_role("log")).to_contain_text("And you?")
    expect(files).to_have_count(0)
    attach(inbox, ("other.png", PNG))
    rows.filter(has_text="Are you open?").click()
    expect(files).to_have_text(["map.png", "way.pdf"])
    expect(inbox.locator("[data-too-long]")).to_have_count(0)
    composer(inbox).press("Control+Enter")
    wait_until(lambda: sorted(Attachment.objects.values_list("name", flat=True)) == ["map.png", "way.pdf"])
    rows.filter(has_text="And you?").click()
    expect(files).to_have_text(["other.png"])


def test_files_that_cannot_be_sent_are_refused_when_they_are_chosen(inbox: Page) -> None:
    """The others of the same choice are taken, and nothing is left to be refused later."""
    complaint = inbox.locator("[data-files-error]")
    wrong = {
        "setup.exe": b"MZ\x90\x00",
        "photo.png": b"<html>",
        "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "notes.txt": b"Hello",
    }
    attach(
        inbox, ("map.png", PNG), *wrong.items(), ("void.jpg", b""), ("big.pdf", b"%PDF-" + b"x" * 5 * 2**20)
    )
    expect(inbox.locator("[data-files] [dir=auto]")).to_have_text(["map.png"])
    only = "can’t be sent: only pictures, videos, sounds, PDFs, contact cards and calendar entries can."
    expect(complaint.locator("div")).to_have_text(
        [
            "“void.jpg” is empty: there is nothing in it to send.",
            "“big.pdf” was left out: 5 MB in all is the most. Make it smaller, or send a link.",
            *(f"“{name}” {only}" for name in wrong),
        ]
    )
    attach(inbox, *((f"{n}.png", PNG) for n in range(2, 12)))
    expect(inbox.locator("[data-files] [dir=auto]")).to_have_count(10)
    expect(complaint).to_have_text("“11.png” was left out: at most 10 files go with one text.")
    composer(inbox).press("Control+Enter")
    wait_until(lambda: Attachment.objects.count() == 10)


def paste(field: Locator, text: str) -> None:
    """As the browser does it, which would cut it to what the field takes."""
    field.focus()
    field.page.keyboard.insert_text(text)


def test_text_that_is_too_long_is_kept_whole_and_not_sent(inbox: Page, live_server: LiveServer) -> None:
    too_long = inbox.locator("#composer [data-too-long]")
    paste(composer(inbox), "🙂" * 1700)
    expect(composer(inbox)).to_have_value("🙂" * 1700)
    words = "Too long by {}, so it can’t be sent: at most 1600 are possible."
    expect(too_long).to_have_text(words.format("100 characters"))
    composer(inbox).press("Control+Enter")
    inbox.get_by_role("button", name="Send", exact=True).click()
    expect(composer(inbox)).to_be_focused()
    composer(inbox).fill("x" * 1601)
    expect(too_long).to_have_text(words.format("1 character"))
    composer(inbox).press("Backspace")
    expect(too_long).to_have_count(0)
    composer(inbox).press("Control+Enter")
    wait_until(lambda: answers() == ["x" * 1600])
    inbox.goto(f"{live_server.url}/canned-replies/add/")
    inbox.get_by_label("Shortcut").fill("long")
    paste(inbox.get_by_label("Text", exact=True), "y" * 1650)
    inbox.get_by_role("button", name="Save").click()
    expect(inbox.locator("[data-too-long]")).to_have_text(words.format("50 characters"))
    expect(inbox.get_by_label("Text", exact=True)).to_have_value("y" * 1650)


def test_two_tabs_send_what_waits_once(inbox: Page) -> None:
    inbox.context.set_offline(True)
    for body in ("Till six.", "On Sundays, too."):
        composer(inbox).fill(body)
        composer(inbox).press("Control+Enter")
    expect(inbox.locator(".message-local")).to_have_count(2)
    inbox.context.set_offline(False)
    other = inbox.context.new_page()
    other.goto(inbox.url)
    wait_until(lambda: answers() == ["Till six.", "On Sundays, too."], timeout_s=20)
    for page in (inbox, other):
        expect(page.locator(".message-local")).to_have_count(0)
        page.evaluate("thread.dispatchEvent(new Event('refresh'))")
        expect(page.get_by_role("log")).to_contain_text("On Sundays, too.")
    assert len(answers()) == 2
