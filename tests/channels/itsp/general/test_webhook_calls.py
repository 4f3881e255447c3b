"""Whose a provider's call is, and what it says."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from channels.itsp import ITSPS
from channels.itsp.calls import SignedBy, Unreadable
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import ItspError
from channels.itsp.texts import InboundSms, MediaRef, StatusUpdate
from tests.channels.itsp.general.conftest import AT, SECRET, called

GENERAL = ITSPS["general"]
TEXT = {"id": "in-1", "from": "+14155550123", "to": "+14155550100", "text": "Grüße 😀"}
NOW = str(int(AT.timestamp()))


def credentials(**settings: str) -> dict[str, str]:
    return {"send_url": "https://api.example.com/send", "api_key": "k", "secret": SECRET, **settings}


def read(told: Any, **settings: str) -> list[Any]:
    return GENERAL.read(called(told), credentials(**settings))


# --- whose it is ---


def test_signature_is_the_hmac_of_the_raw_body() -> None:
    body = json.dumps(TEXT, indent=3).encode()
    call = called(body)
    expected = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert call.headers == {"x-signature-256": expected}
    assert GENERAL.is_authentic(call, credentials())
    assert GENERAL.signed_by(call, credentials()) is SignedBy.ACCOUNT


@pytest.mark.parametrize(
    "change",
    [
        {"body": json.dumps(TEXT).encode() + b" "},
        {"headers": {}},
        {"headers": {"x-signature-256": ""}},
        {"headers": {"x-signature-256": "sha256="}},
        {"headers": {"x-signature-256": "\u00fc"}},
        {"method": "GET"},
    ],
)
def test_anything_else_is_not_the_providers(change: dict[str, Any]) -> None:
    assert not GENERAL.is_authentic(replace(called(TEXT), **change), credentials())


def test_another_secret_is_refused_and_a_second_one_is_taken() -> None:
    call = called(TEXT, secret="the-next-one")
    assert not GENERAL.is_authentic(call, credentials())
    assert GENERAL.is_authentic(call, credentials(second_secret="the-next-one"))


@pytest.mark.parametrize("written", ["hex", "base64"])
def test_signature_may_be_written_otherwise_and_stand_elsewhere(written: str) -> None:
    theirs = {"signature_format": written, "signature_header": "Acme-Proof"}
    call = called(TEXT, **theirs)
    digest = hmac.new(SECRET.encode(), call.body, hashlib.sha256).digest()
    shown = digest.hex() if written == "hex" else base64.b64encode(digest).decode()
    assert call.headers == {"acme-proof": shown}
    assert GENERAL.is_authentic(call, credentials(**theirs))
    assert not GENERAL.is_authentic(call, credentials())
    assert set(call.headers) <= GENERAL.headers_of(credentials(**theirs))
    assert GENERAL.signed_by(call, credentials(**theirs)) is SignedBy.ACCOUNT


@pytest.mark.parametrize(
    ("seconds", "is_taken"), [(0, True), (299, True), (-299, True), (301, False), (-301, False)]
)
def test_time_is_signed_and_judged_by_the_moment_of_receipt(seconds: int, is_taken: bool) -> None:
    theirs = {"timestamp_header": "X-Timestamp"}
    call = called(TEXT, time=NOW, **theirs)
    later = replace(call, at=AT + timedelta(seconds=seconds))
    assert GENERAL.is_authentic(later, credentials(**theirs)) is is_taken


@pytest.mark.parametrize("told", ["", "soon", "-5", "1e9", "9" * 30, "\u0661\u0662"])
def test_a_time_that_is_none_is_refused(told: str) -> None:
    theirs = {"timestamp_header": "X-Timestamp"}
    call = called(TEXT, time=told, **theirs)
    assert not GENERAL.is_authentic(call, credentials(**theirs))


def test_another_time_than_the_signed_one_is_refused() -> None:
    theirs = {"timestamp_header": "X-Timestamp"}
    call = called(TEXT, time=NOW, **theirs)
    moved = replace(call, headers={**call.headers, "x-timestamp": str(int(NOW) + 1)})
    assert not GENERAL.is_authentic(moved, credentials(**theirs))


# --- what it says ---


def test_inbound_text() -> None:
    assert read(TEXT) == [InboundSms("in-1", "", "+14155550123", "+14155550100", "Grüße 😀")]
    assert GENERAL.read(called(TEXT), {}) == read(TEXT)


def test_result() -> None:
    told = {"id": 77, "status": "Undelivered", "reference": "a-42", "error": 30}
    assert read(told) == [
        StatusUpdate(
            "77",
            "",
            DeliveryStatus.UNDELIVERED,
            reference="a-42",
            error_code="30",
            reason="The provider reports an error of its own.",
        )
    ]


def test_several_items_are_read_one_by_one() -> None:
    told = [TEXT, {"id": "", "status": "sent"}, {"id": "m", "status": "read"}, 5, None, {"type": "ping"}]
    kinds = [type(item) for item in read(told)]
    assert kinds == [InboundSms, Unreadable, StatusUpdate]


def test_fields_are_the_providers() -> None:
    theirs = {
        "inbound_id": "data.uid",
        "inbound_from": "data.src.number",
        "inbound_to": "data.dst",
        "inbound_text": "data.content",
        "inbound_media": "data.files",
        "result_id": "dlr.uid",
        "result_status": "dlr.state",
        "result_reference": "dlr.custom",
        "result_error": "dlr.err",
        "status_words": "DELIVRD = delivered\nUNDELIV=undelivered\n",
    }
    text = {
        "data": {
            "uid": "t1",
            "src": {"number": "+447700900123"},
            "dst": ["+14155550100"],
            "content": "Hi",
            "files": [{"url": "https://x.example/a.png", "content_type": "image/png"}],
        }
    }
    result = {"dlr": {"uid": "o1", "state": "DELIVRD", "custom": "a-1"}}
    assert read([text, result], **theirs) == [
        InboundSms(
            "t1",
            "",
            "+447700900123",
            "+14155550100",
            "Hi",
            media=(MediaRef("https://x.example/a.png", "image/png"),),
        ),
        StatusUpdate("o1", "", DeliveryStatus.DELIVERED, reference="a-1"),
    ]


@pytest.mark.parametrize(
    ("told", "media"),
    [
        ("https://x.example/1.jpg", ("https://x.example/1.jpg",)),
        (
            ["https://x.example/1.jpg", 5, None, "", "https://x.example/2"],
            ("https://x.example/1.jpg", "https://x.example/2"),
        ),
        ([{"url": "https://x.example/3"}, {"link": "no"}], ("https://x.example/3",)),
        (["https://x.example/" + "a" * 2048], ()),
        (["https://[broken"], ()),
        ([f"https://x.example/{n}" for n in range(12)], tuple(f"https://x.example/{n}" for n in range(10))),
        ({}, ()),
    ],
)
def test_media_in_each_of_their_forms(told: Any, media: tuple[str, ...]) -> None:
    (item,) = read({**TEXT, "media": told})
    assert tuple(one.url for one in item.media) == media


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": "x" * 65},
        {"id": "a b"},
        {"id": "a\n"},
        {"to": ""},
        {"to": "+1415555010012345678"},
        {"to": {"number": "+1"}},
        {"from": "+"},
        {"from": "a name that is too long"},
        {"from": "a\x00b"},
    ],
)
def test_what_has_not_the_form_is_unreadable(change: dict[str, Any]) -> None:
    (item,) = read(TEXT | change)
    assert isinstance(item, Unreadable)
    assert len(item.itsp_message_id) <= 64


def test_a_status_that_nobody_knows_is_said_so() -> None:
    (item,) = read({"id": "m1", "status": "en route"})
    assert isinstance(item, Unreadable)
    assert "en route" in item.reason


def test_a_text_with_a_status_of_its_own_is_a_text() -> None:
    (item,) = read({**TEXT, "status": "received"})
    assert isinstance(item, InboundSms)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_an_error(body: bytes) -> None:
    with pytest.raises(ItspError):
        GENERAL.read(called(body), credentials())


def test_words_that_cannot_be_stored_are_replaced() -> None:
    (item,) = read(b'{"id":"i","from":"+14155550123","to":"+14155550100","text":"a\\u0000b\\ud83d"}')
    assert item.body == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}"
