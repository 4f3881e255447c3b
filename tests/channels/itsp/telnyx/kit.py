"""Telnyx's side of the contract, by its documentation."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from channels.itsp import ITSPS
from channels.itsp.base import Credentials
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice
from tests.channels.itsp.contract import kit
from tests.channels.itsp.contract.kit import Reply, Status, Told
from tests.channels.itsp.telnyx.test_tables import CODES
from tests.telnyx_account import (
    CREDENTIALS,
    PRIVATE_KEY,
    PUBLIC_KEY,
    inbound_event,
    public_key_of,
    signed,
    status_event,
)

JSON = "application/json; charset=utf-8"
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes.fromhex("0ddba11e" * 8))
OTHER_PUBLIC_KEY = public_key_of(OTHER_KEY)
KEYS = {PUBLIC_KEY: PRIVATE_KEY, OTHER_PUBLIC_KEY: OTHER_KEY}
# Answers without a code: a proxy before the API has none.
BARE = {
    "302": Advice.UNKNOWN,
    "400": Advice.FAIL,
    "401": Advice.STOP,
    "403": Advice.STOP,
    "404": Advice.FAIL,
    "408": Advice.UNKNOWN,
    "409": Advice.UNKNOWN,  # the first request with this key is under way still
    "422": Advice.FAIL,
    "429": Advice.RETRY,
}


class Kit(kit.Kit):
    itsp = ITSPS["telnyx"]
    credentials = CREDENTIALS
    other_credentials = {
        "api_key": "KEY0DDBA110DDBA110DDBA110DDBA11_0ddba11e0ddba11e0ddba1",
        "messaging_profile_id": "40010dd8-a11e-4001-8a11-0ddba11e0ddb",
        "public_key": OTHER_PUBLIC_KEY,
    }
    statuses = {
        "queued": DeliveryStatus.ACCEPTED,
        "sending": DeliveryStatus.ACCEPTED,
        "sent": DeliveryStatus.SENT,
        "delivery_unconfirmed": DeliveryStatus.SENT,
        "delivered": DeliveryStatus.DELIVERED,
        "read": DeliveryStatus.READ,
        "delivery_failed": DeliveryStatus.UNDELIVERED,
        "sending_failed": DeliveryStatus.FAILED,
        "expired": DeliveryStatus.FAILED,
    }
    # A report of an error that leaves a text's fate open says that it did not arrive.
    errors = {code: Advice.FAIL if advice is Advice.UNKNOWN else advice for code, advice in CODES}
    refusals = dict(CODES) | BARE
    lasts_s = 300

    def id_of(self, number: int) -> str:
        return f"40319b7c-51a0-4e19-851a-{number:012}"

    def body_of(self, told: Sequence[Told]) -> bytes:
        """Without `meta`, which names the address that is called: `test_signatures.py` has that."""
        (one,) = told
        return json.dumps({"data": self._event_of(one)["data"]}, ensure_ascii=False).encode()

    def url_of(self, callback_url: str, told: Sequence[Told]) -> str:
        one = next(iter(told), None)
        return f"{callback_url}?attempt={one.reference}" if isinstance(one, Status) else callback_url

    def headers_of(self, url: str, body: bytes, credentials: Credentials, at: datetime) -> Mapping[str, str]:
        return {**signed(body, at, KEYS[credentials["public_key"]]), "Content-Type": JSON}

    def shifted(self, url: str, body: bytes) -> Iterable[tuple[str, bytes]]:
        """The address is not signed; the body is, to its last byte."""
        yield f"{url}?attempt=17-1a", body
        yield url, body + b"\n"
        yield url, b"|" + body
        yield url, body.replace(b'{"data"', b'{ "data"')

    def accepted(self, number: int) -> Reply:
        message = {"id": self.id_of(number), "record_type": "message", "direction": "outbound", "parts": 1}
        return _reply(
            200, {"data": {**message, "to": [{"phone_number": "+14155550123", "status": "queued"}]}}
        )

    def refused(self, code: str) -> Reply:
        return _reply(int(code), {}) if code in BARE else _reply(422, _errors(code))

    def throttled(self, wait_s: float | None) -> Reply:
        limits = {} if wait_s is None else {"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{wait_s:g}"}
        return _reply(429, _errors("10011"), limits)

    def wrong_credentials(self) -> Reply:
        return _reply(401, _errors("10009"))

    def _event_of(self, one: Told) -> Mapping[str, object]:
        parties = {"from": {"phone_number": one.sender}, "id": self.id_of(one.number)}
        to = {"phone_number": one.recipient, "carrier": "", "line_type": ""}
        if isinstance(one, Status):
            kind = "message.sent" if one.word == "sent" else "message.finalized"
            failed = _errors(one.error_code)["errors"] if one.error_code else []
            return status_event(one.word, kind, **parties, to=[{**to, "status": one.word}], errors=failed)
        return inbound_event(**parties, to=[{**to, "status": "webhook_delivered"}], text=one.body)


def _errors(code: str) -> dict[str, list[dict[str, str]]]:
    return {"errors": [{"code": code, "title": "Blocked due to STOP message", "detail": "It was refused."}]}


def _reply(status: int, body: object, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, json.dumps(body).encode(), {"Content-Type": JSON, **(headers or {})})
