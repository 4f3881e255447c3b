"""The seam to Twilio, against Twilio's own code."""

from urllib.parse import urlencode

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from channels.itsp.calls import Unreadable, WebhookCall
from channels.itsp.texts import InboundSms, StatusUpdate
from channels.itsp.twilio import Twilio, tables
from tests.factories import ACCOUNT_SID, AUTH_TOKEN, CONTACT

URL = "https://pbx.example.com/w/token/"
SID = "SM" + "0123456789abcdef" * 2
INBOUND = {
    "MessageSid": SID,
    "AccountSid": ACCOUNT_SID,
    "From": CONTACT,
    "To": "20123",
    "Body": "Hi",
    "SmsStatus": "received",
}
CREDENTIALS = {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN}
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def call_of(fields: dict[str, str], signature: str = "", url: str = URL) -> WebhookCall:
    return WebhookCall(
        "POST", url, {"x-twilio-signature": signature}, urlencode(fields).encode(), timezone.now()
    )


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(fields=st.dictionaries(texts.filter(bool), texts, max_size=8))
def test_signature_agrees_with_twilios_own_validator(fields: dict[str, str]) -> None:
    signature = RequestValidator(AUTH_TOKEN).compute_signature(URL, fields)
    assert Twilio().is_authentic(call_of(fields, signature), CREDENTIALS)
    assert not Twilio().is_authentic(call_of({**fields, "Body": "forged"}, signature), CREDENTIALS)
    assert not Twilio().is_authentic(call_of(fields, signature, URL + "?attempt=1"), CREDENTIALS)


@pytest.mark.parametrize(
    ("signed", "ours", "is_authentic"),
    [
        ("http://127.0.0.1:8000/w/token/", "http://localhost:8000/w/token/", True),
        ("http://127.0.0.1:8001/w/token/", "http://localhost:8000/w/token/", False),
        ("http://127.0.0.1/w/token/", "https://localhost.example.com/w/token/", False),
        ("http://127.0.0.1:8000/w/token/", URL, False),
    ],
)
def test_demo_s_machine_has_two_names(signed: str, ours: str, *, is_authentic: bool) -> None:
    signature = RequestValidator(AUTH_TOKEN).compute_signature(signed, INBOUND)
    assert Twilio().is_authentic(call_of(INBOUND, signature, ours), CREDENTIALS) is is_authentic


def test_inbound_text_is_read() -> None:
    assert Twilio().read(call_of(INBOUND), {}) == [InboundSms(SID, ACCOUNT_SID, CONTACT, "20123", "Hi")]


@pytest.mark.parametrize(
    "address",
    [
        "+14155550123",
        "14155550123",
        "20123",
        "+25402161183",
        "Café AG",
        "T-Mobile!",
        "rcs:acme_agent",
        "whatsapp:+14155550123",
    ],
)
def test_known_forms_of_addresses_are_kept_as_they_are(address: str) -> None:
    assert Twilio().read(call_of({**INBOUND, "From": address}), {}) == [
        InboundSms(SID, ACCOUNT_SID, address, "20123", "Hi")
    ]


@pytest.mark.parametrize(
    "address",
    [
        "+",
        "+1",
        "1",
        "+1415555012345678",
        "+1415555012a",
        "a\nb",
        "x" * 12,
        "1" * 65,
        "+44 20 7946 0958",
        "\x7f",
    ],
)
@pytest.mark.parametrize("name", ["From", "To"])
def test_address_of_another_form_is_unreadable(name: str, address: str) -> None:
    reason = f"{name} is neither a number nor a sender's name."
    assert Twilio().read(call_of({**INBOUND, name: address}), {}) == [Unreadable(reason, SID)]


@pytest.mark.parametrize(
    "fields", [{**INBOUND, "From": ""}, {k: v for k, v in INBOUND.items() if k != "From"}]
)
def test_text_that_names_no_sender_is_read(fields: dict[str, str]) -> None:
    assert Twilio().read(call_of(fields), {}) == [InboundSms(SID, ACCOUNT_SID, "", "20123", "Hi")]


def test_text_to_nobody_is_unreadable() -> None:
    (found,) = Twilio().read(call_of({**INBOUND, "To": ""}), {})
    assert isinstance(found, Unreadable)


@pytest.mark.parametrize(
    "sid", ["SM1", SID + "0", SID[:-1], "XX" + SID[2:], SID.upper(), SID[:-1] + "g", SID + "\n"]
)
@pytest.mark.parametrize("kind", ["inbound", "status"])
def test_id_of_another_form_is_unreadable(kind: str, sid: str) -> None:
    fields = INBOUND if kind == "inbound" else {"AccountSid": ACCOUNT_SID, "MessageStatus": "sent"}
    found = Twilio().read(call_of({**fields, "MessageSid": sid}), {})
    assert found == [Unreadable("Its MessageSid is not one of Twilio's.", sid[:64])]


@given(data=st.data())
def test_call_that_is_shifted_by_its_own_borders_is_no_second_text(data: st.DataObject) -> None:
    """Twilio signs names and values without a separator: the same signature fits other borders."""
    signature = RequestValidator(AUTH_TOKEN).compute_signature(URL, INBOUND)
    signed = "".join(name + value for name, value in sorted(INBOUND.items()))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(signed) - 1), min_size=1, max_size=16)))
    parts = [signed[a:b] for a, b in zip([0, *cuts], [*cuts, len(signed)], strict=True)]
    fields = dict(zip(parts[::2], [*parts[1::2], ""], strict=False))
    call = call_of(fields, signature)
    if Twilio().is_authentic(call, CREDENTIALS):
        texts = [item for item in Twilio().read(call, {}) if isinstance(item, InboundSms)]
        assert {text.itsp_message_id for text in texts} <= {SID}


@pytest.mark.parametrize(
    ("told", "read"),
    [("0", 0), ("2", 2), ("10", 10), ("99", 10), ("-1", 0), ("٢", 0), ("²", 0), ("9" * 5000, 0), ("2 ", 0)],
)
def test_number_of_media_is_read_with_care(told: str, read: int) -> None:
    media = {f"MediaUrl{n}": f"https://api.twilio.com/{n}" for n in range(12)}
    (text,) = Twilio().read(call_of({**INBOUND, **media, "NumMedia": told}), {})
    assert isinstance(text, InboundSms)
    assert len(text.media) == read


@pytest.mark.parametrize(
    ("attempt", "code", "read"),
    [
        ("17-18f", "30003", ("17-18f", "30003")),
        ("9" * 19, "1" * 17, ("9" * 19, "")),
        ("٣", "0", ("٣", "")),
        ("-1", "x", ("-1", "")),
        ("", "9" * 4000, ("", "")),
    ],
)
def test_numbers_in_a_status_callback_are_read_with_care(
    attempt: str, code: str, read: tuple[str, str]
) -> None:
    fields = {"MessageSid": SID, "AccountSid": ACCOUNT_SID, "MessageStatus": "failed", "ErrorCode": code}
    (update,) = Twilio().read(call_of(fields, url=f"{URL}?attempt={attempt}"), {})
    assert isinstance(update, StatusUpdate)
    assert (update.reference, update.error_code) == read


def test_status_callback_is_read_with_our_attempt() -> None:
    fields = {
        "MessageSid": SID,
        "AccountSid": ACCOUNT_SID,
        "MessageStatus": "undelivered",
        "SmsStatus": "undelivered",
        "ErrorCode": "30003",
    }
    update = StatusUpdate(
        itsp_message_id=SID,
        account_id=ACCOUNT_SID,
        status=tables.STATUSES["undelivered"],
        reference="17",
        error_code="30003",
        reason="The contact's phone is switched off or out of reach.",
    )
    assert Twilio().read(call_of(fields, url=f"{URL}?attempt=17"), {}) == [update]
