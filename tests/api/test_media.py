"""Pictures and files by the API: a form in the place of JSON."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sessions.models import Attachment, MessagingSession
from tests.api.conftest import Caller, code_of, texts
from tests.factories import CONTACT, OUR_NUMBER, Road
from tests.sessions.conftest import Post
from tests.sessions.media.pictures import PNG, all_turns_taken, encoded, opened, place, scene

pytestmark = pytest.mark.django_db
US_NUMBER = "+14155550100"  # pictures go within the US and Canada only


@pytest.fixture
def road(road: Road) -> Road:
    road.number.address = US_NUMBER
    road.number.save()
    return road


@pytest.fixture
def waiting(road: Road, post_inbound: Post) -> MessagingSession:
    post_inbound(1, "Are you open today?", To=US_NUMBER)
    return MessagingSession.objects.get()


def picture(name: str = "door.png", content: bytes = PNG) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def send(caller: Caller, session: MessagingSession, **fields: Any) -> Any:
    return caller.client.post(f"/api/v1/sessions/{session.pk}/messages", fields)


def test_pictures_are_sent_shown_and_fetched(ada: Caller, mine: MessagingSession) -> None:
    answer = send(ada, mine, body="", client_id="one", media=[picture(), picture("sign.png")])
    assert answer.status_code == 201
    shown = answer.json()["attachments"]
    assert [(one["name"], one["content_type"], one["size_bytes"], one["state"]) for one in shown] == [
        ("door.png", "image/png", len(PNG), "stored"),
        ("sign.png", "image/png", len(PNG), "stored"),
    ]
    fetched: Any = ada.client.get(shown[0]["url"])
    assert b"".join(fetched.streaming_content) == PNG
    told = ada.client.head(shown[0]["url"])
    assert (told.status_code, b"".join(told)) == (200, b"")
    names = ("Content-Type", "Content-Length", "Content-Disposition", "Cache-Control")
    assert [told[name] for name in names] == [fetched[name] for name in names]
    assert ada.client.head("/api/v1/attachments/999999").status_code == 404


def test_same_form_is_accepted_once(ada: Caller, mine: MessagingSession) -> None:
    statuses = [
        send(ada, mine, body="Look", client_id="one", media=files).status_code
        for files in ([picture()], [picture()], [picture(), picture()])
    ]
    assert statuses == [201, 200, 422]
    assert (texts(), Attachment.objects.count()) == (["Look"], 1)


def test_new_session_begins_with_a_picture(ada: Caller, road: Road) -> None:
    said = {"number": US_NUMBER, "contact": CONTACT, "media": [picture()]}
    answer: Any = ada.client.post("/api/v1/sessions", said)
    assert (answer.status_code, len(answer.json()["message"]["attachments"])) == (201, 1)


def test_form_says_what_is_wrong_with_it(ada: Caller, mine: MessagingSession) -> None:
    nothing = send(ada, mine, body=" ")
    assert nothing.json()["errors"] == {"body": ["Write something, or send a file."]}
    program = send(ada, mine, body="Run", media=[picture("run.exe", b"MZ" + b"\0" * 64)])
    assert code_of(program) == (422, "media_refused")
    assert program.json()["errors"] == {
        "media": [
            "“run.exe” can’t be sent: only pictures, videos, sounds, PDFs, contact cards and "
            "calendar entries can."
        ]
    }
    misspelt = send(ada, mine, body="Look", files=[picture()])
    assert (code_of(misspelt)[0], list(misspelt.json()["errors"])) == (422, ["files"])
    assert (texts(), Attachment.objects.count()) == ([], 0)


def test_other_types_are_not_read(ada: Caller, mine: MessagingSession) -> None:
    path = f"/api/v1/sessions/{mine.pk}/messages"
    assert code_of(ada.client.post(path, "body=Hi", content_type="text/plain")) == (
        415,
        "unsupported_media_type",
    )


def test_number_without_pictures_says_so(ada: Caller, mine: MessagingSession, road: Road) -> None:
    road.number.address = OUR_NUMBER
    road.number.save()
    assert code_of(send(ada, mine, body="Look", media=[picture()])) == (422, "media_refused")


@pytest.mark.long
def test_picture_of_a_phone_is_made_to_fit_as_in_the_inbox(ada: Caller, mine: MessagingSession) -> None:
    heic = encoded(scene(2400, 1800), "HEIF", quality=60, exif=place(6).tobytes())
    (shown,) = send(ada, mine, media=[picture("IMG_1.HEIC", heic)]).json()["attachments"]
    assert (shown["name"], shown["content_type"], shown["preview_url"]) == ("IMG_1.jpg", "image/jpeg", None)
    fetched: Any = ada.client.get(shown["url"])
    content = b"".join(fetched.streaming_content)
    assert (len(content), dict(opened(content).getexif())) == (shown["size_bytes"], {})
    assert (shown["size_bytes"] <= 600 * 1024, opened(content).height > opened(content).width) == (True, True)


def test_one_too_many_at_once_comes_again(ada: Caller, mine: MessagingSession, settings: Any) -> None:
    settings.PICTURE_WAIT_S = 0.01
    with all_turns_taken():
        busy = send(ada, mine, body="Look", client_id="one", media=[picture()])
    assert (code_of(busy), busy["Retry-After"]) == ((503, "pictures_busy"), "5")
    assert send(ada, mine, body="Look", client_id="one", media=[picture()]).status_code == 201


def test_contact_card_and_group_are_told(ada: Caller, mine: MessagingSession, post_inbound: Post) -> None:
    card = picture("ada.vcf", b"BEGIN:VCARD\r\nFN:Ada\r\nTEL:+14155550123\r\nEND:VCARD\r\n")
    (shown,) = send(ada, mine, media=[card]).json()["attachments"]
    assert shown["contact_cards"] == [{"name": "Ada", "numbers": ["+14155550123"]}]
    post_inbound(2, "All of you", To=US_NUMBER, OtherRecipients0="+14155550122", OtherRecipients1="x<")
    newest = ada.get(f"sessions/{mine.pk}/messages").json()["items"][0]
    assert (newest["body"], newest["also_to"]) == ("All of you", ["+14155550122", "x<"])
