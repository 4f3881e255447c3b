"""What Bandwidth posts: lists of events, each judged by itself, from whoever knows the channel's password."""

import base64
import json
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.itsp import fingerprints
from channels.itsp.bandwidth import Bandwidth
from channels.itsp.calls import SignedBy, Unreadable, WebhookCall
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import ItspError
from channels.itsp.texts import Charge, InboundSms, MediaRef, StatusUpdate

ITSP = Bandwidth()
APPLICATION = "2cfcb382-161c-46d4-8c67-87ca09a72c85"
CREDENTIALS = {"callback_user": "pbx-00c0ffee", "callback_password": "a pass:wörd"}
OURS, CONTACT, FRIEND = "+19195550142", "+19195550143", "+19195550144"
ID = "1661365814859loidf7mcwd4qacn7"
GONE = "\N{REPLACEMENT CHARACTER}"
MEDIA = "https://messaging.bandwidth.com/api/v2/users/9900902/media/14762070468292kw2fuqty55yp2b2"


def message(**more: Any) -> dict[str, Any]:
    return {
        "id": ID,
        "owner": OURS,
        "applicationId": APPLICATION,
        "time": "2026-03-06T15:43:34.000000Z",
        "segmentCount": 2,
        "direction": "in",
        "to": [OURS],
        "from": CONTACT,
        "text": "Grüße",
        **more,
    }


def event(kind: str = "message-received", code: int | None = None, **more: Any) -> dict[str, Any]:
    if kind != "message-received":
        outbound = {"direction": "out", "to": [CONTACT], "from": OURS, "text": "", "tag": "18-2f"}
        more = outbound | more
    failure = {} if code is None else {"errorCode": code}
    told = {"time": "2026-03-06T15:43:35.502180Z", "type": kind, "to": OURS, "description": "…"}
    return {**told, **failure, "message": message(**more)}


def call(body: bytes, **headers: str) -> WebhookCall:
    return WebhookCall("POST", "https://pbx.example.com/w/token/", headers, body, timezone.now())


def read(*events: Any) -> list[Any]:
    return ITSP.read(call(json.dumps(events).encode()), {})


def test_text_is_read_with_its_segments() -> None:
    assert read(event()) == [InboundSms(ID, APPLICATION, CONTACT, OURS, "Grüße", charge=Charge(2))]


def test_group_text_goes_to_its_owner_and_names_the_others() -> None:
    (sms,) = read(event(to=[FRIEND, OURS, "\x00", 7, "+12025550199"]))
    assert (sms.recipient, sms.others) == (OURS, (FRIEND, "+12025550199"))


def test_pictures_come_without_the_layout() -> None:
    names = ("0/0.smil", "1/cat.png", "2/SMIL.XML", "3/no-end", "4/x.smi")
    odd = (None, "https://x/" + "a" * 3000, "https://x/\0", "https://x/\ud83d", "")
    (sms,) = read(event(media=[*(f"{MEDIA}/{name}" for name in names), *odd]))
    assert sms.media == (MediaRef(f"{MEDIA}/1/cat.png", "image/png"), MediaRef(f"{MEDIA}/3/no-end", ""))


@pytest.mark.parametrize("url", ["https://[x", "data:text/html,x", "x" * 2048])
def test_address_of_a_picture_is_judged_when_it_is_fetched(url: str) -> None:
    (sms,) = read(event(media=[url]))
    assert sms.media == (MediaRef(url, ""),)


@pytest.mark.parametrize(
    ("kind", "code", "status", "words"),
    [
        ("message-sending", None, DeliveryStatus.ACCEPTED, False),
        ("message-sent", None, DeliveryStatus.SENT, False),
        ("message-delivered", None, DeliveryStatus.DELIVERED, False),
        ("message-read", None, DeliveryStatus.READ, False),
        ("message-failed", 4432, DeliveryStatus.FAILED, True),
        ("message-failed", 4770, DeliveryStatus.UNDELIVERED, True),
        ("message-failed", None, DeliveryStatus.FAILED, False),
    ],
)
def test_report_is_read_with_our_reference(
    kind: str, code: int | None, status: DeliveryStatus, *, words: bool
) -> None:
    (update,) = read(event(kind, code))
    assert update == StatusUpdate(ID, APPLICATION, status, "18-2f", str(code or ""), update.reason, Charge(2))
    assert bool(update.reason) is words


@pytest.mark.parametrize("tag", [None, 7, "", "a b", "x" * 41, "é"])
def test_tag_that_is_none_of_ours_names_nothing(tag: Any) -> None:
    (update,) = read(event("message-sent", tag=tag))
    assert update.reference == ""


def test_each_event_is_judged_by_itself() -> None:
    good, report = event(), event("message-delivered")
    broken = [None, 7, {}, {"type": 3}, {"type": "message-received"}, event(id="../x"), event(id="x" * 65)]
    contradicting = [event(direction="out"), event("message-sent", direction="in"), event(direction=None)]
    no_address: dict[str, Any] = {"from": "\x00"}
    foreign = [event(owner="nobody at all"), event(**no_address), event(applicationId="x" * 65)]
    unheard_of = [event("suggestion-response"), {"type": "message-eaten"}]
    found = read(*broken, good, *contradicting, *unheard_of, *foreign, report)
    unreadable = len(broken) + len(contradicting) + len(foreign)
    assert [type(one) for one in found].count(Unreadable) == unreadable
    assert [type(one) for one in found if not isinstance(one, Unreadable)] == [InboundSms, StatusUpdate]
    assert len(found) == unreadable + 2


def test_sender_may_be_untold() -> None:
    untold: dict[str, Any] = {"from": None}
    (sms,) = read(event(**untold))
    assert sms.sender == ""


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("a\\u0000b", "a\N{REPLACEMENT CHARACTER}b"),
        ("x\\ud83dy \\ud83d\\ude00", "x\N{REPLACEMENT CHARACTER}y 😀"),
    ],
)
def test_what_no_database_takes_is_replaced(written: str, kept: str) -> None:
    body = json.dumps([event(text="WORDS")]).replace("WORDS", written)
    assert ITSP.read(call(body.encode()), {}) == read(event(text=kept))


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"null", b"[" * 100_000, b"\xff\xfe", b'"x"', b"[1", b"9" * 9000]
)
def test_call_that_is_no_list_is_an_error(body: bytes) -> None:
    with pytest.raises(ItspError):
        ITSP.read(call(body), {})


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(sorted(message(media=[], tag=""))), value=values, kind=st.booleans())
def test_whatever_a_field_holds_the_event_is_read_or_called_unreadable(
    name: str, value: Any, *, kind: bool
) -> None:
    found = read(event("message-received" if kind else "message-failed", **{name: value}), event())
    assert len(found) == 2
    assert isinstance(found[0], InboundSms | StatusUpdate | Unreadable)
    assert len(found[0].itsp_message_id) <= 64


def test_callers_password_is_compared_by_its_fingerprint() -> None:
    login = base64.b64encode("pbx-00c0ffee:a pass:wörd".encode()).decode()
    kept = fingerprints.of(f"Basic {login}")
    assert ITSP.is_authentic(call(b"[]", authorization=kept), CREDENTIALS)
    assert ITSP.signed_by(call(b"[]", authorization=kept), {}) is SignedBy.ACCOUNT
    for others in ("pbx-00c0ffee:other", "pbx-00c0ffef:a pass:wörd", ":"):
        wrong = fingerprints.of("Basic " + base64.b64encode(others.encode()).decode())
        assert not ITSP.is_authentic(call(b"[]", authorization=wrong), CREDENTIALS)


def test_password_itself_or_none_is_no_proof() -> None:
    """What is kept is never the password: who sends a fingerprint, or what is in the clear, knows none."""
    login = base64.b64encode("pbx-00c0ffee:a pass:wörd".encode()).decode()
    assert not ITSP.is_authentic(call(b"[]", authorization=f"Basic {login}"), CREDENTIALS)
    assert not ITSP.is_authentic(call(b"[]"), CREDENTIALS)
    assert ITSP.signed_by(call(b"[]"), {}) is SignedBy.NOBODY


def test_header_with_the_password_is_named_as_a_secret() -> None:
    assert ITSP.secret_headers == ITSP.webhook_headers == {"authorization"}


@pytest.mark.parametrize(
    ("number", "answers"),
    [("+18005550100", True), ("+18885550100", True), ("+19195550142", False), ("20123", False)],
)
def test_stop_is_answered_on_toll_free_numbers_only(number: str, *, answers: bool) -> None:
    assert ITSP.answers_stop(number) is answers
