"""Pictures and files that agents send: judged, kept, fetched by the ITSP from us."""

import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from channels.itsp.texts import OutboundSms
from channels.models import Channel
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.media import links
from sessions.models import Attachment, Attempt, Message
from sessions.opt_outs import ledger
from sessions.sending import pump, reconcile
from tests.factories import CONTACT, OUR_NUMBER, Road, make_road
from tests.servers import Simulator
from tests.sessions.media.pictures import (
    OUR_US_NUMBER,
    PNG,
    all_turns_taken,
    encoded,
    opened,
    picture,
    place,
    scene,
)
from tests.sessions.media.samples import CALENDAR, CARD, iso, zipped
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media_folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def us_road(
    simulator: Simulator,
    live_server: LiveServer,
    settings: Any,
    queue: MessageQueue,
    agents: list[Extension],
    redis_client: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Road:
    """A number that takes pictures; the ITSP reaches us."""
    settings.PUBLIC_URL = live_server.url
    account = simulator.get("/control/state")
    secrets = {"account_sid": account["account_sid"], "auth_token": account["auth_token"]}
    road = make_road(queue, *agents[:2], address=OUR_US_NUMBER, rate=225, **secrets)
    redis_client.hset(f"pace:{road.channel.pk}", "next", 0)
    monkeypatch.setattr(pump, "IDLE_S", 0.1)
    # No callbacks: one would come when the test has ended, and meet a database that is being emptied.
    simulator.post("/control/settings", {"send_delay_ms": 0, "deliver_delay_ms": 0, "callbacks": "never"})
    return road


def write(agent: Extension, road: Road, body: str, *files: Any, contact: str = CONTACT) -> Message:
    return actions.start_session(agent=agent, number=road.number, contact=contact, body=body, files=files)


def files_in(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]


def sent(simulator: Simulator) -> list[dict[str, Any]]:
    """What the ITSP has, once it has come to an end there."""
    pump.run()

    def ended() -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = simulator.get("/control/messages")["messages"]
        over = {"delivered", "failed", "undelivered"}
        return messages if messages and all(one["status"] in over for one in messages) else []

    return wait_until(ended)


def fetched(url: str, method: str = "GET") -> tuple[int, bytes, dict[str, str]]:
    call = urllib.request.Request(url, method=method)
    try:
        with urllib.request.urlopen(call, timeout=10) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, b"", dict(error.headers)


def test_pictures_without_a_text_arrive_in_their_order_and_count_as_one(
    us_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    other = encoded(scene(8, 8), "PNG")
    message = write(agents[0], us_road, "", picture(), picture("C:\\x\\b.png", other))
    (there,) = sent(simulator)
    assert (there["status"], there["body"], there["sid"][:2]) == ("delivered", "", "MM")
    assert [fetched(simulator.url + path)[1] for path in there["media"]] == [PNG, other]
    rows = list(message.attachments.values_list("name", "content_type", "size_bytes", "state"))
    assert rows == [
        ("map.png", "image/png", len(PNG), "stored"),
        ("b.png", "image/png", len(other), "stored"),
    ]
    assert Attempt.objects.get().segments == 1


def test_long_text_with_a_picture_counts_as_one(us_road: Road, agents: list[Extension]) -> None:
    write(agents[0], us_road, "x" * 1000, picture())
    assert Attempt.objects.get().segments == 1


def test_link_opens_the_one_file_for_whoever_has_it(
    us_road: Road, agents: list[Extension], simulator: Simulator, live_server: LiveServer
) -> None:
    write(agents[0], us_road, "Look", picture())
    (url,) = sent(simulator)[0]["media_urls"]
    assert url.startswith(f"{live_server.url}/m/")
    status, content, headers = fetched(url)
    kept = {name: headers[name] for name in ("Content-Type", "X-Content-Type-Options", "Content-Length")}
    assert (status, content, kept) == (
        200,
        PNG,
        {"Content-Type": "image/png", "X-Content-Type-Options": "nosniff", "Content-Length": str(len(PNG))},
    )
    assert "Set-Cookie" not in headers
    head = fetched(url, "HEAD")
    assert (head[0], head[1]) == (200, b"")
    assert {name: head[2][name] for name in kept} == kept


def test_forged_ended_and_strange_links_are_404(
    us_road: Road, agents: list[Extension], simulator: Simulator, live_server: LiveServer
) -> None:
    write(agents[0], us_road, "Look", picture())
    (url,) = sent(simulator)[0]["media_urls"]
    token = url.rstrip("/").rpartition("/")[2]
    forged = ("B" if token[10] == "A" else "A").join((token[:10], token[11:]))
    for wrong in (forged, token[:-2] + "AA", "x", "%2e%2e", "é", token[:39], "A" * 40, token + "AAAA"):
        address = f"{live_server.url}/m/{urllib.parse.quote(wrong, safe='%')}/"
        assert (fetched(address)[0], fetched(address, "HEAD")[0]) == (404, 404)
    Attachment.objects.update(state="refused")
    assert fetched(url)[0] == 404


def test_link_ends_an_hour_after_the_itsp_would_have_dropped_the_text(
    us_road: Road, agents: list[Extension], monkeypatch: pytest.MonkeyPatch
) -> None:
    message = write(agents[0], us_road, "Look", picture())
    token = links.links_of(message, "twilio", at=timezone.now())[0].rstrip("/").rpartition("/")[2]
    now = timezone.now().timestamp()
    found = []
    for later_h in (10.9, 11.1):
        monkeypatch.setattr(time, "time", lambda later_h=later_h: now + later_h * 3600)
        found.append(links.attachment_of(token))
    assert found == [message.attachments.get(), None]


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ([picture()] * 11, "At most 10 files go with one text."),
        (
            [picture("x.pdf", b"%PDF-" + b"x" * 5 * 2**20)],
            "The files are too large: 5 MB in all is the most.",
        ),
        ([picture(), picture("void.png", b"")], "“void.png” is empty: there is nothing in it to send."),
        ([picture("setup.exe", b"MZ\x90\x00")], "“setup.exe” can’t be sent: only pictures, videos, sounds"),
        ([picture("x.png", b"<html><script>")], "“x.png” can’t be sent: only pictures, videos, sounds"),
        ([picture("y.jpg", b"\xff\xd8\xff\xe0JFIF")], "“y.jpg” can’t be read as a picture: it is broken"),
        ([picture(), picture("y.svg", b"<svg/>")], "“y.svg” can’t be sent: only pictures, videos, sounds"),
        ([picture("../a/b.pdf", zipped("word/a"))], "“b.pdf” can’t be sent: only pictures, videos, sounds"),
        ([picture("notes.vcf", b"Begin: the notes")], "“notes.vcf” can’t be sent: only pictures, videos"),
    ],
)
def test_files_that_can_not_be_sent_are_refused_in_words_and_leave_nothing(
    us_road: Road, agents: list[Extension], media_folder: Path, files: list[Any], why: str
) -> None:
    with pytest.raises(actions.MediaRefused) as refused:
        write(agents[0], us_road, "Look", *files)
    assert refused.value.reason.startswith(why)
    assert (Message.objects.count(), files_in(media_folder)) == (0, [])


@pytest.mark.parametrize(("address", "contact"), [(OUR_NUMBER, CONTACT), (OUR_US_NUMBER, "+254712345678")])
def test_numbers_of_other_countries_take_no_pictures(
    us_road: Road, agents: list[Extension], address: str, contact: str
) -> None:
    us_road.number.address = address
    us_road.number.save()
    with pytest.raises(actions.MediaRefused) as refused:
        write(agents[0], us_road, "Look", picture(), contact=contact)
    assert refused.value.reason == (
        "Pictures and files can only be sent between numbers of these countries: AU, CA, US. "
        "Send a link instead."
    )
    assert write(agents[0], us_road, "Texts go", contact=contact).body == "Texts go"


def test_picture_that_no_text_takes_is_removed_again(
    us_road: Road, agents: list[Extension], media_folder: Path, administrator: Any
) -> None:
    ledger.opt_out(us_road.number, CONTACT, by=administrator)
    with pytest.raises(actions.OptedOut):
        write(agents[0], us_road, "Look", picture())
    assert (Attachment.objects.count(), files_in(media_folder)) == (0, [])


def test_number_without_mms_fails_the_text_and_not_the_channel(
    us_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    simulator.post("/control/numbers", {"address": OUR_US_NUMBER, "mms": False})
    message = write(agents[0], us_road, "Look", picture())
    pump.run()
    message.refresh_from_db()
    assert (message.status, message.reason) == ("failed", "This number can’t send pictures or files.")
    assert Channel.objects.get().status == "connected"


def test_second_try_takes_the_pictures_along(
    us_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    simulator.post("/control/faults", {"kind": "refuse", "code": 30003, "count": 1})
    message = write(agents[0], us_road, "Look", picture())
    pump.run()
    message.refresh_from_db()
    actions.retry(message, agent=agents[0])
    (there,) = sent(simulator)
    assert fetched(simulator.url + there["media"][0])[1] == PNG
    assert list(message.attempts.values_list("segments", flat=True)) == [1, 1]


def test_unknown_picture_is_not_taken_for_the_same_text_without_one(
    us_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    simulator.post("/control/settings", {"callbacks": "never"})
    simulator.post("/control/faults", {"kind": "500", "count": 1})
    write(agents[0], us_road, "Look", picture())
    pump.run()
    unknown = Attempt.objects.get()
    twin = OutboundSms(OUR_US_NUMBER, CONTACT, "Look", f"{simulator.url}/x", "0")
    pump.Pump()._sender(Channel.objects.get()).send(twin, lambda: None)
    Attempt.objects.update(check_at=timezone.now())
    assert reconcile.check_due() == 0
    unknown.refresh_from_db()
    assert unknown.status == "unknown"


def test_same_client_id_with_pictures_at_once_is_accepted_once(
    us_road: Road, agents: list[Extension], media_folder: Path
) -> None:
    session = write(agents[0], us_road, "Hello").session
    barrier, messages = threading.Barrier(4), []

    def reply() -> None:
        try:
            barrier.wait()
            again = actions.reply(
                session, agent=agents[0], body="Look", client_id="one", files=[picture(), picture()]
            )
            messages.append(again.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=reply) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert messages == [Message.objects.get(client_id="one").pk] * 4
    assert (Attachment.objects.count(), len(files_in(media_folder))) == (2, 2)


def test_page_takes_files_and_says_what_is_wrong_with_them(
    us_road: Road, agents: list[Extension], client: Any
) -> None:
    session = write(agents[0], us_road, "Hello").session
    client.force_login(agents[0].user)
    post: dict[str, Any] = {"body": "", "attachments": [picture(), picture("x.png", b"MZ")]}
    answer = client.post(f"/inbox/{session.pk}/reply/", post | {"client_id": str(uuid.uuid4())})
    assert (answer.status_code, "“x.png” can’t be sent" in answer.content.decode()) == (422, True)
    post["attachments"] = [picture(), picture()]
    answer = client.post(f"/inbox/{session.pk}/reply/", post | {"client_id": str(uuid.uuid4())})
    assert (answer.status_code, Attachment.objects.count()) == (200, 2)


def test_pictures_of_phones_arrive_as_carriers_take_them(
    us_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    """Ten of 12 MB in all: each is made to fit, and all of them together."""
    large = encoded(scene(4032, 3024), "JPEG", quality=80, exif=place(6))
    movie = b"\0\0\0\x18ftypmp42" + b"\0" * 3 * 2**20
    files = [picture(f"IMG_{n}.jpeg", large) for n in range(4)]
    message = write(agents[0], us_road, "", *files, picture("a.mp4", movie))
    (there,) = sent(simulator)
    fetched_files = [fetched(simulator.url + path)[1] for path in there["media"]]
    assert [opened(one).format for one in fetched_files[:4]] == ["JPEG"] * 4
    assert [dict(opened(one).getexif()) for one in fetched_files[:4]] == [{}] * 4
    sizes = [len(one) for one in fetched_files]
    assert (max(sizes[:4]) <= (2 * 2**20) // 4, sizes[4], sum(sizes) <= 5 * 2**20) == (True, len(movie), True)
    told = list(message.attachments.values_list("name", "size_bytes", "given_bytes"))
    assert told[0] == ("IMG_0.jpeg", sizes[0], len(large))
    assert told[4] == ("a.mp4", len(movie), 0)


def test_files_as_phones_have_them_go_out_by_their_real_type(
    us_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    files = [
        picture("ada.vcf", b"\xef\xbb\xbf\r\n" + CARD.lower().encode()),
        picture("tea", b"\n" + CALENDAR.encode()),
        picture("old.3g2", iso("3g2a")),
        picture("scan.bmp", encoded(scene(300, 200), "BMP")),
        picture("rest.pdf", b"\r\n%PDF-1.4\n%%EOF"),
    ]
    message = write(agents[0], us_road, "", *files)
    (there,) = sent(simulator)
    assert [fetched(simulator.url + path)[2]["Content-Type"] for path in there["media"]] == [
        "text/vcard",
        "text/calendar",
        "video/3gpp2",
        "image/jpeg",
        "application/pdf",
    ]
    assert [one.name for one in message.attachments.all()] == [
        "ada.vcf",
        "tea",
        "old.3g2",
        "scan.jpg",
        "rest.pdf",
    ]


def test_page_tells_what_was_made_of_a_picture(us_road: Road, agents: list[Extension], client: Any) -> None:
    tiff = encoded(scene(1200, 900), "TIFF")
    session = write(agents[0], us_road, "Look", picture("Scan.tif", tiff), picture()).session
    client.force_login(agents[0].user)
    page = client.get(f"/inbox/{session.pk}/").content.decode()
    assert (page.count("made smaller from 3.1\xa0MB"), 'alt="Scan.jpg"' in page) == (1, True)


def test_one_too_many_at_once_is_sent_again_by_the_outbox(
    us_road: Road, agents: list[Extension], client: Any, settings: Any
) -> None:
    settings.PICTURE_WAIT_S = 0.01
    session = write(agents[0], us_road, "Hello").session
    client.force_login(agents[0].user)

    def post(**headers: str) -> Any:
        values = {"body": "Look", "client_id": client_id, "attachments": [picture()]}
        return client.post(f"/inbox/{session.pk}/reply/", values, headers=headers)

    client_id = str(uuid.uuid4())
    with all_turns_taken():
        by_script, by_form = post(Accept="application/json"), post()
    assert (by_script.status_code, by_script.json()["code"]) == (503, "pictures_busy")
    assert by_form.status_code == 422
    assert "Too many pictures are being made smaller" in by_form.content.decode()
    assert post(Accept="application/json").status_code == 201


def test_contact_card_is_shown_and_nothing_in_it_is_markup(
    us_road: Road, agents: list[Extension], client: Any
) -> None:
    card = b'BEGIN:VCARD\r\nFN:<b>Ada</b>\r\nTEL:+1 (415) 555-0123\r\nTEL:"><script>\r\nEND:VCARD\r\n'
    session = write(agents[0], us_road, "", picture("ada.vcf", card)).session
    client.force_login(agents[0].user)
    page = client.get(f"/inbox/{session.pk}/").content.decode()
    assert "&lt;b&gt;Ada&lt;/b&gt;" in page
    assert 'href="tel:+14155550123" dir="ltr">+1 (415) 555-0123</a>' in page
    assert ("&gt;&lt;script&gt;" in page, "><script>\n" in page) == (True, False)
