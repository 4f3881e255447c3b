"""What the composer says of files before they go."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect
from pytest_django.live_server_helper import LiveServer

from routing.models import Extension, MessageQueue
from sessions import actions
from tests.factories import CONTACT, make_road
from tests.sessions.media.pictures import OUR_US_NUMBER, encoded, scene
from tests.sessions.media.samples import CALENDAR, CARD, bmp, zipped
from tests.walking import log_in

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.long
def test_composer_says_how_large_files_are_and_what_becomes_of_pictures(
    live_server: LiveServer, new_page: Callable[..., Page], agents: list[Extension], queue: MessageQueue
) -> None:
    road = make_road(queue, agents[0], address=OUR_US_NUMBER)
    session = actions.start_session(
        agent=agents[0], number=road.number, contact=CONTACT, body="Hello"
    ).session
    page = log_in(new_page(), live_server.url, "agent1001", "secret-of-the-agent")
    page.goto(f"{live_server.url}/inbox/{session.pk}/")
    movie = b"\0\0\0\x18ftypmp42" + b"\0" * 4 * 2**20
    heic, jpeg = encoded(scene(30, 20), "HEIF"), b"\xff\xd8\xff" + b"x" * 12 * 2**20
    chosen: list[FilePayload] = [
        {"name": "IMG_1.HEIC", "mimeType": "", "buffer": heic},  # some systems know no type of it
        {"name": "Beach.jpg", "mimeType": "image/jpeg", "buffer": jpeg},
        {"name": "a.mp4", "mimeType": "video/mp4", "buffer": movie},
        {"name": "b.mp4", "mimeType": "video/mp4", "buffer": movie},
    ]
    page.locator("#composer-attachments").set_input_files(chosen)
    files = page.locator(".composer-file")
    expect(files).to_have_count(3)
    expect(files.nth(1)).to_contain_text("12 MB, made smaller when sent")
    expect(files.nth(2)).to_contain_text("4 MB")
    expect(files.nth(0).locator("img")).to_have_count(0)  # the browser can't show it: an icon stands there
    expect(page.locator("[data-files-error]")).to_have_text(
        "“b.mp4” was left out: 5 MB in all is the most. Make it smaller, or send a link."
    )


def test_composer_refuses_at_once_only_what_nobody_takes(
    live_server: LiveServer, new_page: Callable[..., Page], agents: list[Extension], queue: MessageQueue
) -> None:
    road = make_road(queue, agents[0], address=OUR_US_NUMBER)
    session = actions.start_session(
        agent=agents[0], number=road.number, contact=CONTACT, body="Hello"
    ).session
    page = log_in(new_page(), live_server.url, "agent1001", "secret-of-the-agent")
    page.goto(f"{live_server.url}/inbox/{session.pk}/")
    chosen: list[FilePayload] = [
        {"name": "letter.docx", "mimeType": "", "buffer": zipped("[Content_Types].xml", "word/document.xml")},
        {"name": "blank.vcf", "mimeType": "", "buffer": b"\r\n\r\n" + CARD.encode()},
        {"name": "tea.ics", "mimeType": "", "buffer": CALENDAR.lower().encode()},
        {"name": "voice.amr", "mimeType": "", "buffer": b"#!AMR\n\x3c\x91"},
        {"name": "scan.bmp", "mimeType": "", "buffer": bmp()},
    ]
    page.locator("#composer-attachments").set_input_files(chosen)
    expect(page.locator("[data-files-error]")).to_have_text(
        "“letter.docx” can’t be sent: only pictures, videos, sounds, PDFs, contact cards and calendar "
        "entries can."
    )
    expect(page.locator(".composer-file span[dir]")).to_have_text(
        ["blank.vcf", "tea.ics", "voice.amr", "scan.bmp"]
    )
