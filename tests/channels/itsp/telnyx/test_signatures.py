"""Whose calls are believed: Telnyx's own verifier is the judge of what a true signature is."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nacl.signing import SigningKey
from telnyx.lib.webhook_verification import verify_webhook_signature

from channels.itsp import ITSPS
from channels.itsp.calls import SignedBy, WebhookCall
from tests.telnyx_account import CREDENTIALS, PRIVATE_KEY, PUBLIC_KEY, URL, call, inbound_event, signed

pytestmark = pytest.mark.once

TELNYX = ITSPS["telnyx"]
NOW = datetime(2026, 11, 22, 10, 3, 12, tzinfo=UTC)
EVENT = inbound_event(text="Grüße 👋")


def believes(one: WebhookCall, **changed: str) -> bool:
    return TELNYX.is_authentic(one, {**CREDENTIALS, **changed})


def with_headers(one: WebhookCall, **changed: str) -> WebhookCall:
    return replace(one, headers={**one.headers, **{name.replace("_", "-"): v for name, v in changed.items()}})


def test_what_telnyxs_package_accepts_is_accepted() -> None:
    one = call(EVENT)
    verify_webhook_signature(one.body, one.headers, PUBLIC_KEY)
    assert believes(one)


def test_what_another_library_signs_is_accepted() -> None:
    body, stamp = json.dumps(EVENT).encode(), str(int(NOW.timestamp()))
    signature = SigningKey(PRIVATE_KEY.private_bytes_raw()).sign(f"{stamp}|".encode() + body).signature
    headers = {
        "telnyx-timestamp": stamp,
        "telnyx-signature-ed25519": base64.b64encode(signature).decode(),
    }
    assert believes(WebhookCall("POST", URL, headers, body, NOW))


@pytest.mark.parametrize("at", [0, 40, -1])
def test_changed_byte_is_refused(at: int) -> None:
    one = call(EVENT)
    body = bytearray(one.body)
    body[at] ^= 1
    assert not believes(replace(one, body=bytes(body)))


def test_border_between_time_and_body_can_not_be_shifted() -> None:
    stamp = str(int(NOW.timestamp()))
    signature = base64.b64encode(PRIVATE_KEY.sign(f"{stamp}|5|{{}}".encode())).decode()
    headers = {"telnyx-signature-ed25519": signature, "telnyx-timestamp": f"{stamp}|5"}
    assert not believes(WebhookCall("POST", URL, headers, b"{}", NOW))


def test_other_key_is_refused() -> None:
    stranger = Ed25519PrivateKey.generate()
    body = json.dumps(EVENT).encode()
    assert not believes(WebhookCall("POST", URL, signed(body, NOW, stranger), body, NOW))
    public = base64.b64encode(stranger.public_key().public_bytes_raw()).decode()
    assert believes(WebhookCall("POST", URL, signed(body, NOW, stranger), body, NOW), public_key=public)


@pytest.mark.parametrize("seconds", [-301, 301, 86400, -86400])
def test_call_that_is_too_old_or_of_the_future_is_refused(seconds: int) -> None:
    assert not believes(replace(call(EVENT, at=NOW), at=NOW + timedelta(seconds=seconds)))


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_age_is_that_at_which_it_came_however_late_it_is_verified(seconds: int) -> None:
    """NOW is long over: a call from the spool is verified hours later."""
    assert believes(replace(call(EVENT, at=NOW), at=NOW + timedelta(seconds=seconds)))


@pytest.mark.parametrize(
    "stamp", ["", "soon", "-1", "1e9", "٣", "1" * 400, " 1700000000", "1700000000 ", "0x5"]
)
def test_odd_time_is_refused(stamp: str) -> None:
    assert not believes(with_headers(call(EVENT), telnyx_timestamp=stamp))


@pytest.mark.parametrize("signature", ["", "x", "é", "A" * 88, base64.b64encode(b"x" * 63).decode(), "=" * 8])
def test_odd_signature_is_refused(signature: str) -> None:
    assert not believes(with_headers(call(EVENT), telnyx_signature_ed25519=signature))


@pytest.mark.parametrize("key", ["", "x", base64.b64encode(b"short").decode(), "é"])
def test_odd_public_key_believes_nobody(key: str) -> None:
    assert not believes(call(EVENT), public_key=key)


def test_call_for_another_channels_address_is_refused() -> None:
    """All channels of an account have one key, and the address is not signed but for what the body says."""
    other = URL.replace("/abc/", "/def/")
    assert not believes(replace(call(EVENT), url=other))
    told_other = {**EVENT, "meta": {"attempt": 2, "delivered_to": other}}
    assert believes(call(told_other, url=other))
    assert not believes(call(told_other))


def test_call_that_names_no_address_is_believed() -> None:
    assert believes(call({"data": EVENT["data"]}))
    assert believes(call(b"no JSON at all"))


def test_status_callbacks_address_may_have_a_query() -> None:
    url = f"{URL}?attempt=a1b2"
    assert believes(call({**EVENT, "meta": {"attempt": 1, "delivered_to": url}}, url=url))


def test_call_says_that_it_is_signed() -> None:
    assert TELNYX.signed_by(call(EVENT), CREDENTIALS) is SignedBy.ACCOUNT
    assert TELNYX.signed_by(replace(call(EVENT), headers={}), CREDENTIALS) is SignedBy.NOBODY
    assert call(EVENT).headers.keys() <= TELNYX.webhook_headers
