"""Pictures: sent by contacts, behind a redirect that wants no credentials; sent by the product, fetched."""

import base64

import pytest
import requests

from tests.simulator.stand_in import ABROAD, CONTACT, SID, TOKEN, Receiver, StandIn

pytestmark = pytest.mark.once

PICTURE = b"\x89PNG\r\n\x1a\n and so on"
MEDIA = [{"content_type": "image/png", "data": base64.b64encode(PICTURE).decode()}]


def test_contacts_picture_is_behind_a_redirect(stand_in: StandIn, receiver: Receiver) -> None:
    sid = stand_in.text("Look", media=[*MEDIA, *MEDIA])["sid"]
    params = receiver.received[0].params
    assert sid.startswith("MM")
    assert [params["NumMedia"], params["MediaContentType0"], params["MediaContentType1"]] == [
        "2",
        "image/png",
        "image/png",
    ]
    url = params["MediaUrl1"]
    assert url.startswith(f"{stand_in.url}/2010-04-01/Accounts/{SID}/Messages/{sid}/Media/ME")
    assert requests.get(url, timeout=5).status_code == 401
    redirect = requests.get(url, auth=(SID, TOKEN), allow_redirects=False, timeout=5)
    assert redirect.status_code == 307
    found = requests.get(redirect.headers["Location"], timeout=5)
    assert [found.status_code, found.headers["Content-Type"], found.content] == [200, "image/png", PICTURE]
    kept = requests.get(redirect.headers["Location"], headers={"Authorization": "Basic x"}, timeout=5)
    assert kept.status_code == 400


def test_media_resources(stand_in: StandIn) -> None:
    sid = stand_in.text("", media=MEDIA)["sid"]
    (media,) = stand_in.client.messages(sid).media.list()
    assert [media.parent_sid, media.content_type] == [sid, "image/png"]
    assert stand_in.client.messages(sid).media(media.sid or "").fetch().content_type == "image/png"


def test_pictures_to_a_number_without_mms_are_refused(stand_in: StandIn) -> None:
    body = {"from": CONTACT, "to": ABROAD, "body": "", "media": MEDIA}
    answer = stand_in.session.post(f"{stand_in.url}/control/inbound", json=body)
    assert [answer.status_code, "takes no pictures" in answer.json()["error"]] == [400, True]


def test_products_picture_is_fetched_and_delivered(stand_in: StandIn, receiver: Receiver) -> None:
    receiver.files["/pic.png"] = ("image/png", PICTURE)
    sid = stand_in.send("", media_url=[f"{receiver.url}/pic.png"])
    message = stand_in.ended(sid)
    assert [sid[:2], message["status"], len(message["media"])] == ["MM", "delivered", 1]
    assert requests.get(stand_in.url + message["media"][0], timeout=5).content == PICTURE
    assert stand_in.client.messages(sid).fetch().num_media == "1"


@pytest.mark.parametrize(
    ("content_type", "data", "code"),
    [
        ("application/zip", b"x", 12300),
        ("image/png", b"x" * (5 * 1024 * 1024 + 1), 11751),
        (None, b"", 11200),
    ],
)
def test_unusable_picture_fails_the_message(
    stand_in: StandIn, receiver: Receiver, content_type: str | None, data: bytes, code: int
) -> None:
    if content_type:
        receiver.files["/pic"] = (content_type, data)
    url = f"{receiver.url}/pic" if content_type else "http://127.0.0.1:9/pic"
    message = stand_in.ended(stand_in.send("Look", media_url=[url]))
    assert [message["status"], message["error_code"]] == ["failed", code]
