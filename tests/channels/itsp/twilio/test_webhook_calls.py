"""The seam to Twilio, against Twilio's own code."""

from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from channels.itsp.base import InboundSms, StatusUpdate, WebhookCall
from channels.itsp.twilio import Twilio, tables
from tests.factories import ACCOUNT_SID, AUTH_TOKEN

URL = "https://pbx.example.com/w/token/"
CREDENTIALS = {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN}
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def call_of(fields: dict[str, str], signature: str = "", url: str = URL) -> WebhookCall:
    return WebhookCall("POST", url, {"x-twilio-signature": signature}, urlencode(fields).encode())


@given(fields=st.dictionaries(texts.filter(bool), texts, max_size=8))
def test_signature_agrees_with_twilios_own_validator(fields: dict[str, str]) -> None:
    signature = RequestValidator(AUTH_TOKEN).compute_signature(URL, fields)
    assert Twilio().is_authentic(call_of(fields, signature), CREDENTIALS)
    assert not Twilio().is_authentic(call_of({**fields, "Body": "forged"}, signature), CREDENTIALS)
    assert not Twilio().is_authentic(call_of(fields, signature, URL + "?attempt=1"), CREDENTIALS)


def test_inbound_text_is_read() -> None:
    fields = {
        "MessageSid": "SM1",
        "AccountSid": ACCOUNT_SID,
        "From": "+1",
        "To": "+2",
        "Body": "Hi",
        "SmsStatus": "received",
    }
    assert Twilio().read(call_of(fields)) == [InboundSms("SM1", ACCOUNT_SID, "+1", "+2", "Hi")]


def test_status_callback_is_read_with_our_attempt() -> None:
    fields = {
        "MessageSid": "SM1",
        "AccountSid": ACCOUNT_SID,
        "MessageStatus": "undelivered",
        "SmsStatus": "undelivered",
        "ErrorCode": "30003",
    }
    update = StatusUpdate(
        itsp_message_id="SM1",
        account_id=ACCOUNT_SID,
        status=tables.STATUSES["undelivered"],
        attempt_id=17,
        error_code="30003",
        reason="The contact's phone is switched off or out of reach.",
    )
    assert Twilio().read(call_of(fields, url=f"{URL}?attempt=17")) == [update]
