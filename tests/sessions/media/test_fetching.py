"""Pictures that contacts send: fetched from the ITSP by a worker, kept, and never believed."""

import base64
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils import timezone

from channels.itsp import answers
from channels.itsp.file_names import told_name
from channels.itsp.texts import Media
from routing.models import Extension, MessageQueue
from sessions import opened as opened_sessions
from sessions.media import fetching, showing
from sessions.models import Attachment, Message
from tests.factories import CONTACT, OUR_NUMBER, Road, make_road
from tests.pbx_messaging.outside.hanging import hanging
from tests.portal import text_of
from tests.servers import Simulator
from tests.sessions.conftest import Post, inbound_fields, sid_of, signed_post
from tests.sessions.media.pictures import encoded, opened, place, scene
from tests.sessions.media.samples import CALENDAR, EVERY, bmp, zipped
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def account(simulator: Simulator) -> dict[str, Any]:
    state: dict[str, Any] = simulator.get("/control/state")
    return state


@pytest.fixture
def own_road(account: dict[str, Any], queue: MessageQueue, agents: list[Extension]) -> Road:
    return make_road(queue, name="Own", account_sid=account["account_sid"], auth_token=account["auth_token"])


def sent_picture(
    client: Any,
    simulator: Simulator,
    account: dict[str, Any],
    road: Road,
    before: int = 0,
    content: bytes = PNG,
    declared: str = "image/jpeg",
    disposition: str = "",
) -> Attachment:
    """A contact sends a picture; its reference comes in by the webhook. `before`: how many came earlier."""
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "mms": True})
    picture = {
        "content_type": declared,
        "data": base64.b64encode(content).decode(),
        "disposition": disposition,
    }
    simulator.post(
        "/control/inbound", {"from": CONTACT, "to": OUR_NUMBER, "body": "Look", "media": [picture]}
    )
    (message,) = simulator.get("/control/messages")["messages"]
    media_sid = message["media"][0].rsplit("/", 1)[-1]
    base = f"{simulator.url}/2010-04-01/Accounts/{account['account_sid']}"
    fields = inbound_fields(
        sid_of(1),
        "Look",
        NumMedia="1",
        MediaUrl0=f"{base}/Messages/{message['sid']}/Media/{media_sid}",
        MediaContentType0=declared,
        AccountSid=account["account_sid"],
    )
    assert signed_post(client, road.path, fields, token=account["auth_token"]).status_code == 200
    assert Attachment.objects.count() == before + 1
    return Attachment.objects.latest("pk")


def test_picture_is_fetched_and_its_real_type_found(
    client: Any, simulator: Simulator, account: dict[str, Any], own_road: Road
) -> None:
    attachment = sent_picture(client, simulator, account, own_road)
    assert (attachment.state, attachment.content_type) == ("pending", "image/jpeg")
    assert fetching.fetch_due() == 1
    attachment.refresh_from_db()
    assert (attachment.state, attachment.content_type) == ("stored", "image/png")
    assert attachment.file.read() == PNG


def test_phones_picture_is_shown_and_kept_as_it_came(
    client: Any, simulator: Simulator, account: dict[str, Any], own_road: Road, agents: list[Extension]
) -> None:
    heic = encoded(scene(600, 400), "HEIF", exif=place(6).tobytes())
    attachment = sent_picture(client, simulator, account, own_road, content=heic)
    assert fetching.fetch_due() == 1
    attachment.refresh_from_db()
    assert (attachment.content_type, attachment.file.read(), attachment.size_bytes) == (
        "image/heic",
        heic,
        len(heic),
    )
    client.force_login(agents[0].user)
    address = f"/inbox/attachments/{attachment.pk}/"
    page = client.get(f"/inbox/{attachment.message.session_id}/").content.decode()
    assert (f'src="{address}preview/"' in page, "Download the original (HEIC" in page) == (True, True)
    shown = client.get(f"{address}preview/")
    picture = opened(b"".join(shown.streaming_content))
    assert (shown["Content-Type"], picture.size, dict(picture.getexif())) == ("image/jpeg", (400, 600), {})
    original = client.get(address)
    assert b"".join(original.streaming_content) == heic
    assert original["Content-Type"] == "application/octet-stream"
    for path, got in ((address, original), (f"{address}preview/", shown)):
        head = client.head(path)
        told = [head[name] == got[name] for name in ("Content-Type", "Content-Length", "Content-Disposition")]
        assert (head.status_code, b"".join(head), told) == (200, b"", [True] * 3)
    client.force_login(agents[2].user)
    assert client.get(f"{address}preview/").status_code == 404
    assert [client.head(path).status_code for path in (address, f"{address}preview/")] == [404] * 2


def test_phones_picture_that_can_not_be_read_is_only_downloaded(
    client: Any, simulator: Simulator, account: dict[str, Any], own_road: Road, agents: list[Extension]
) -> None:
    attachment = sent_picture(client, simulator, account, own_road, content=b"\0\0\0\x18ftypheic" + b"x" * 99)
    assert fetching.fetch_due() == 1
    client.force_login(agents[0].user)
    page = client.get(f"/inbox/{attachment.message.session_id}/").content.decode()
    assert ("HEIC, 111" in page, "preview/" in page) == (True, False)
    assert client.get(f"/inbox/attachments/{attachment.pk}/preview/").status_code == 404


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"#!AMR\n" + b"\x3c" * 99, "browsers can’t play it, media players can"),
        (b"\0\0\0\x18ftyp3gp4" + b"\0" * 99, "Download the original (3GP"),
        (b"\xef\xbb\xbfBEGIN:VCARD\nFN:Grace\nTEL:555\nEND:VCARD", ">Grace<"),
    ],
)
def test_what_phones_send_is_shown_or_offered(
    client: Any,
    simulator: Simulator,
    account: dict[str, Any],
    own_road: Road,
    agents: list[Extension],
    content: bytes,
    said: str,
) -> None:
    attachment = sent_picture(client, simulator, account, own_road, content=content)
    assert fetching.fetch_due() == 1
    client.force_login(agents[0].user)
    page = client.get(f"/inbox/{attachment.message.session_id}/").content.decode()
    assert (said in page, f'href="/inbox/attachments/{attachment.pk}/" download' in page) == (True, True)


@pytest.mark.parametrize(
    ("content", "declared", "disposition", "said", "called"),
    [
        (CALENDAR.encode(), "text/calendar", "", ["Download the file", "ICS, 84"], "file-{pk}.ics"),
        (
            zipped("[Content_Types].xml", "word/document.xml"),
            "application/octet-stream",
            "attachment; filename*=UTF-8''Angebot%20M%C3%A4rz.docx",
            ["Angebot März.docx", "DOCX, "],
            "Angebot März.docx",
        ),
        (
            bmp() + b"\0" * 99,
            "image/x-ms-bmp",
            'inline; filename="scan.bmp"',
            ["scan.bmp", "BMP, "],
            "scan.bmp",
        ),
        (b"\0\1\2pass", "application/vnd.apple.pkpass", "", ["File.pkpass", "PKPASS, 7"], "File.pkpass"),
        (
            b"\0\1\2evil",
            "text/html",
            'attachment; filename="../a/Bill.html"',
            ["Bill.html.bin"],
            "Bill.html.bin",
        ),
        (b"\0\1\2odd", "application/x-odd", "", ["Download the file", "File, 6"], "file-{pk}.bin"),
        (b"ID3\x03" + b"\0" * 99, "audio/mpeg", "", ["MP3, 103"], "file-{pk}.mp3"),
        (b"a;b\n1;2\n", "text/csv", "", ["CSV, 8"], "file-{pk}.csv"),
    ],
)
def test_file_is_called_what_its_sender_says_and_what_it_is(
    client: Any,
    simulator: Simulator,
    account: dict[str, Any],
    own_road: Road,
    agents: list[Extension],
    content: bytes,
    declared: str,
    disposition: str,
    said: list[str],
    called: str,
) -> None:
    given = {"content": content, "declared": declared, "disposition": disposition}
    attachment = sent_picture(client, simulator, account, own_road, **given)  # type: ignore[arg-type]
    assert fetching.fetch_due() == 1
    client.force_login(agents[0].user)
    page = text_of(client.get(f"/inbox/{attachment.message.session_id}/").content.decode())
    assert [words for words in said if words not in page] == []
    answer = client.get(f"/inbox/attachments/{attachment.pk}/")
    assert b"".join(answer.streaming_content) == content
    called = called.format(pk=attachment.pk)
    shown = told_name(answer.headers["Content-Disposition"])
    assert (shown, answer["X-Content-Type-Options"]) == (called, "nosniff")


@pytest.mark.parametrize("declared", ["text/html", "image/svg+xml", "image/png", "application/pdf"])
@pytest.mark.long
def test_nothing_that_runs_is_ever_shown_in_the_page(
    post_inbound: Post,
    client: Any,
    agents: list[Extension],
    declared: str,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever the sender says that it is, and whatever its name: all kinds of files."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(showing, "prepare", lambda *_given: None)  # of each a process of its own
    post_inbound(1, "Look")
    message = Message.objects.get(body="Look")
    client.force_login(agents[0].user)
    for position, content in enumerate(EVERY):
        one = Attachment.objects.create(message=message, position=position, content_type=declared)
        fetching._store(one, Media(content, declared, "a.html"))
        answer = client.get(f"/inbox/attachments/{one.pk}/")
        assert b"".join(answer.streaming_content) == content
        kind, disposition = answer["Content-Type"], answer["Content-Disposition"]
        is_inline = disposition.startswith("inline")
        if is_inline:
            assert kind.partition("/")[0] in {"image", "audio", "video"}
            assert "svg" not in kind
        else:
            assert (kind, disposition.partition(";")[0]) == ("application/octet-stream", "attachment")
        assert not told_name(disposition).endswith((".html", ".svg", ".xml", ".js", ".exe"))
        assert (answer["X-Content-Type-Options"], answer["Content-Security-Policy"]) == (
            "nosniff",
            "default-src 'none'; sandbox",
        )


def test_file_that_was_stored_as_unknown_is_handed_out_as_before(
    post_inbound: Post, client: Any, agents: list[Extension], settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    post_inbound(1, "Look")
    one = Attachment(message=Message.objects.get(body="Look"), position=0, state="stored", size_bytes=2048)
    one.content_type = "application/octet-stream"
    one.file.save("7.bin", ContentFile(CALENDAR.encode()))
    one.save()
    client.force_login(agents[0].user)
    page = text_of(client.get(f"/inbox/{one.message.session_id}/").content.decode())
    assert "Download the file File, 2.0 KB" in page.replace("\xa0", " ")
    answer = client.get(f"/inbox/attachments/{one.pk}/")
    assert b"".join(answer.streaming_content) == CALENDAR.encode()
    assert told_name(answer["Content-Disposition"]) == f"file-{one.pk}.bin"


def test_picture_that_is_too_large_is_refused_in_words(
    client: Any, simulator: Simulator, account: dict[str, Any], own_road: Road, settings: Any
) -> None:
    attachment = sent_picture(client, simulator, account, own_road)
    settings.MEDIA_MAX_BYTES = 10
    assert fetching.fetch_due() == 1
    attachment.refresh_from_db()
    assert (attachment.state, attachment.reason) == ("refused", "The attachment is too large.")


def test_picture_that_can_not_be_fetched_now_is_tried_later(
    client: Any, simulator: Simulator, account: dict[str, Any], own_road: Road, settings: Any
) -> None:
    attachment = sent_picture(client, simulator, account, own_road)
    settings.ITSP_API_URLS = {"twilio": "http://127.0.0.1:9"}
    Attachment.objects.update(url="https://api.twilio.com/x")
    assert fetching.fetch_due() == 0
    attachment.refresh_from_db()
    assert (attachment.state, attachment.tries) == ("pending", 1)
    assert attachment.next_try_at is not None
    assert attachment.next_try_at > timezone.now()


def test_attachment_that_does_not_lie_at_the_itsp_is_never_asked_for(post_inbound: Post) -> None:
    post_inbound(
        1, "", NumMedia="1", MediaUrl0="http://169.254.169.254/secret", MediaContentType0="image/png"
    )
    assert fetching.fetch_due() == 1
    attachment = Attachment.objects.get()
    assert (attachment.state, attachment.reason) == ("refused", "The attachment does not lie at Twilio.")


def pending(road: Road, url: str) -> Attachment:
    """Of a text of its own."""
    with transaction.atomic():
        return _pending(road, url)


def _pending(road: Road, url: str) -> Attachment:
    session = opened_sessions.open_session(road.number, CONTACT, at=timezone.now())
    message = Message.objects.create(
        session=session, kind="inbound", created_at=timezone.now(), channel=road.channel
    )
    return Attachment.objects.create(message=message, position=0, url=url, next_try_at=timezone.now())


def due_again() -> None:
    Attachment.objects.filter(state="pending").update(next_try_at=timezone.now())


@pytest.mark.parametrize("url", ["https://[", "http://host\\@api.twilio.com/", "https://api.twilio.com:x/"])
def test_address_that_nobody_can_parse_costs_the_others_nothing(
    client: Any, simulator: Simulator, account: dict[str, Any], own_road: Road, url: str
) -> None:
    odd = pending(own_road, url)
    picture = sent_picture(client, simulator, account, own_road, before=1)
    assert fetching.fetch_due() == 2
    odd.refresh_from_db()
    picture.refresh_from_db()
    assert (odd.state, odd.reason) == ("refused", "The attachment's address can't be used.")
    assert picture.state == "stored"


def test_what_fails_with_us_is_counted_and_costs_the_others_nothing(
    own_road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = pending(own_road, "https://api.twilio.com/x")
    monkeypatch.setattr(fetching, "ITSPS", {})
    assert fetching.fetch_due() == 0
    odd.refresh_from_db()
    assert (odd.state, odd.tries, odd.reason) == ("pending", 1, "Fetching it failed with us; see the log.")


def test_waits_grow_and_the_tenth_try_is_the_last_in_words(own_road: Road, settings: Any) -> None:
    settings.ITSP_API_URLS = {"twilio": "http://127.0.0.1:9"}
    attachment, waits = pending(own_road, "https://api.twilio.com/x"), []
    for _ in range(10):
        due_again()
        fetching.fetch_due()
        attachment.refresh_from_db()
        if attachment.next_try_at:
            waits.append(round((attachment.next_try_at - timezone.now()).total_seconds()))
    assert waits == pytest.approx([20, 40, 80, 160, 320, 640, 1280, 2560, 3600], abs=2)
    assert (attachment.state, attachment.reason) == (
        "refused",
        f"{answers.NOT_REACHED()} It was tried 10 times.",
    )


@pytest.mark.long
def test_channel_whose_server_hangs_holds_its_share_of_threads_only(
    transactional_db: None, queue: MessageQueue, agents: list[Extension], settings: Any
) -> None:
    settings.MEDIA_TOTAL_S = 6
    with hanging() as outsider:
        settings.ITSP_API_URLS = {"twilio": outsider.url}
        hung = make_road(queue, name="Hung", address="+12015550101")
        for number in range(12):
            pending(hung, f"https://api.twilio.com/{number}")
        threads = [threading.Thread(target=fetch_and_close) for _ in range(6)]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(outsider.connections) == 2)
        wait_until(lambda: sum(thread.is_alive() for thread in threads) == 2, timeout_s=5)
        for thread in threads:
            thread.join()
    tried = Attachment.objects.filter(tries=1)
    assert tried.count() == 2  # its others wait for the next run


def fetch_and_close() -> None:
    fetching.fetch_due()
    connection.close()
