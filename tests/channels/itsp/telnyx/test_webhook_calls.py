"""What Telnyx's events mean in our words, and what broken ones are."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from telnyx.types import DeliveryUpdateWebhookEvent, InboundMessageWebhookEvent

from channels.itsp import ITSPS
from channels.itsp.calls import Unreadable
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import ItspError
from channels.itsp.telnyx import tables
from channels.itsp.texts import Charge, InboundSms, KeywordKind, MediaRef, StatusUpdate
from tests.telnyx_account import (
    CONTACT,
    OUR_NUMBER,
    PROFILE_ID,
    URL,
    call,
    event,
    inbound_event,
    status_event,
)

pytestmark = pytest.mark.once

TELNYX = ITSPS["telnyx"]
INBOUND_ID, OUTBOUND_ID = "b0c7e8cb-6227-4c74-9f32-c7f80c30934b", "834f3d53-8a3c-4aa0-a733-7f2d682a72df"
NO_SENDER = "The sender is neither a number nor a name."
FRIEND, OTHER_FRIEND = "+14155550199", "+14155550198"


def read(content: Any, url: str = URL) -> Any:
    return TELNYX.read(call(content, url=url), {})


def text(**payload: Any) -> InboundSms:
    (found,) = read(inbound_event(**payload))
    assert isinstance(found, InboundSms), found
    return found


def test_samples_are_such_as_telnyx_sends() -> None:
    InboundMessageWebhookEvent.model_validate(inbound_event())
    DeliveryUpdateWebhookEvent.model_validate(status_event("delivered"))


def test_text_of_a_contact() -> None:
    assert read(inbound_event()) == [
        InboundSms(
            itsp_message_id=INBOUND_ID,
            account_id=PROFILE_ID,
            sender=CONTACT,
            recipient=OUR_NUMBER,
            body="Are you open today?",
            charge=Charge(1, Decimal("0.0040"), "USD"),
        )
    ]


def test_pictures_and_group() -> None:
    media = [
        {"url": f"https://media.telnyx.com/{n}", "content_type": "image/png", "size": 9} for n in range(12)
    ]
    to = [{"phone_number": FRIEND, "status": ""}, {"phone_number": OUR_NUMBER, "status": "webhook_delivered"}]
    found = text(type="MMS", text="", media=media, to=to, cc=[{"phone_number": OTHER_FRIEND}])
    assert (found.recipient, found.others, found.body) == (OUR_NUMBER, (FRIEND, OTHER_FRIEND), "")
    assert found.media[0] == MediaRef("https://media.telnyx.com/0", "image/png")
    assert len(found.media) == 10


def test_recipient_may_be_one_address_by_itself() -> None:
    assert text(to=OUR_NUMBER).recipient == OUR_NUMBER


@pytest.mark.parametrize("sender", ["", "28849", "ACME Ltd", "14155550123"])
def test_senders_of_all_kinds(sender: str) -> None:
    assert text(**{"from": {"phone_number": sender}}).sender == sender


@pytest.mark.parametrize(
    ("word", "keyword"),
    [
        ("STOP", KeywordKind.STOP),
        ("START", KeywordKind.START),
        ("HELP", KeywordKind.HELP),
        ("x", None),
        (None, None),
    ],
)
def test_keyword_is_telnyxs(word: str | None, keyword: KeywordKind | None) -> None:
    assert text(autoresponse_type=word, text="whatever").keyword is keyword


def test_what_can_not_be_stored_is_replaced() -> None:
    body = json.dumps(inbound_event(text="X")).replace('"X"', r'"a\u0000b\ud83dc\ud83d\ude00"').encode()
    (found,) = read(body)
    assert found.body == "a\ufffdb\ufffdc😀"
    found.body.encode()


@pytest.mark.parametrize(
    ("payload", "reason", "pk"),
    [
        ({"id": None}, "The message has no id of Telnyx's form.", ""),
        ({"id": "x" * 65}, "The message has no id of Telnyx's form.", "x" * 64),
        ({"id": "a b"}, "The message has no id of Telnyx's form.", "a b"),
        (
            {"from": {"phone_number": "+1415555012x4567"}},
            "The sender is neither a number nor a name.",
            INBOUND_ID,
        ),
        ({"from": {"phone_number": "9" * 200}}, "The sender is neither a number nor a name.", INBOUND_ID),
        ({"to": []}, "The recipient is no number.", INBOUND_ID),
        ({"to": None}, "The recipient is no number.", INBOUND_ID),
        ({"to": [{"phone_number": 5}]}, "The recipient is no number.", INBOUND_ID),
        ({"type": "RCS"}, "It is neither SMS nor MMS.", INBOUND_ID),
    ],
)
def test_text_that_has_not_the_form_is_unreadable(payload: dict[str, Any], reason: str, pk: str) -> None:
    assert read(inbound_event(**payload)) == [Unreadable(reason, pk)]


@pytest.mark.parametrize("payload", [None, [], "text", 5])
def test_event_without_a_message_is_unreadable(payload: Any) -> None:
    assert read(event("message.received", payload)) == [Unreadable("The event has no message.")]


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"{", b"[]", b"null", b'{"data":[]}', b"[" * 100_000])
def test_call_that_is_no_event_is_an_error(body: bytes) -> None:
    with pytest.raises(ItspError, match="API v2"):
        read(body)


@pytest.mark.parametrize("kind", ["10dlc.campaign.update", "message.link_click", "", None, ["message.sent"]])
def test_other_events_are_of_no_use(kind: Any) -> None:
    assert read(event(kind, {"id": "1"})) == []


@pytest.mark.parametrize(("told", "status"), tables.STATUSES.items())
def test_each_status(told: str, status: DeliveryStatus) -> None:
    cost = {"amount": "0.0080", "currency": "USD"}
    (found,) = read(status_event(told, parts=2, cost=cost), f"{URL}?attempt=a1-b2")
    assert found == StatusUpdate(
        itsp_message_id=OUTBOUND_ID,
        account_id=PROFILE_ID,
        status=status,
        reference="a1-b2",
        charge=Charge(2, Decimal("0.0080"), "USD"),
    )


@pytest.mark.parametrize("to", [[], None, [None], [{"status": "teleported"}], [{"status": []}], "x"])
def test_status_that_we_do_not_know_is_of_no_use(to: Any) -> None:
    assert read(status_event("sent", to=to)) == []


def test_errors_have_code_and_words() -> None:
    errors = [{"code": "40001", "title": "Not routable"}]
    (found,) = read(status_event("delivery_failed", errors=errors))
    assert (found.status, found.error_code) == (DeliveryStatus.UNDELIVERED, "40001")
    assert found.reason == "This number can't receive texts."


@pytest.mark.parametrize(
    ("title", "code"), [("Blocked due to STOP message", "40300"), ("", "40300"), ("Blocked by policy", "")]
)
def test_stop_is_told_by_title_too(title: str, code: str) -> None:
    """Else a text that was blocked for another reason would close the contact to us for ever."""
    (found,) = read(status_event("sending_failed", errors=[{"code": "40300", "title": title}]))
    assert found.error_code == code
    assert found.reason


@pytest.mark.parametrize(
    "cost", [None, {}, {"amount": "NaN", "currency": "USD"}, {"amount": "1"}, {"amount": []}, 5]
)
def test_price_that_is_not_told_is_not_known(cost: Any) -> None:
    assert text(cost=cost).charge == Charge(1)


@pytest.mark.parametrize("parts", [None, 0, -1, True, "2", 10**9])
def test_parts_that_are_not_told_are_not_known(parts: Any) -> None:
    assert text(cost=None, parts=parts).charge == Charge()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(sorted(inbound_event()["data"]["payload"]))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes=st.dictionaries(FIELDS, JSON, max_size=4), is_status=st.booleans())
def test_whatever_a_message_holds_it_is_read_or_unreadable(changes: dict[str, Any], is_status: bool) -> None:
    made = status_event("sent") if is_status else inbound_event()
    made["data"]["payload"] |= changes
    for found in read(made):
        assert isinstance(found, InboundSms | StatusUpdate | Unreadable)
        assert len(found.itsp_message_id) <= 64
        if isinstance(found, InboundSms):
            assert max(map(len, (found.sender, found.recipient, *found.others))) <= 64
            found.body.encode()
