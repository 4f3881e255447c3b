"""Twilio's side of the contract, by its documentation."""

import base64
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qsl, unquote_to_bytes, urlencode

from channels.itsp import ITSPS
from channels.itsp.base import Credentials
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice
from tests.channels.itsp.contract import kit
from tests.channels.itsp.contract.kit import Reply, Status, Told
from tests.channels.itsp.twilio.test_tables import CODES
from tests.factories import ACCOUNT_SID, AUTH_TOKEN
from tests.twilio_texts import inbound_fields, sid_of

FORM = "application/x-www-form-urlencoded"


class Kit(kit.Kit):
    itsp = ITSPS["twilio"]
    credentials = {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN}
    other_credentials = {"account_sid": "AC" + "f" * 32, "auth_token": "0f" * 16}
    statuses = {
        "queued": DeliveryStatus.ACCEPTED,
        "sending": DeliveryStatus.ACCEPTED,
        "sent": DeliveryStatus.SENT,
        "delivered": DeliveryStatus.DELIVERED,
        "undelivered": DeliveryStatus.UNDELIVERED,
        "failed": DeliveryStatus.FAILED,
        "read": DeliveryStatus.READ,
    }
    # The callback of an error that leaves a text's fate open says that it did not arrive.
    errors = {str(code): Advice.FAIL if one is Advice.UNKNOWN else one for code, one in CODES}
    refusals = {str(code): one for code, one in CODES}

    def id_of(self, number: int) -> str:
        return sid_of(number)

    def body_of(self, told: Sequence[Told]) -> bytes:
        (one,) = told
        if isinstance(one, Status):
            return urlencode(_status_fields(one)).encode()
        fields = inbound_fields(sid_of(one.number), one.body, To=one.recipient, From=one.sender)
        return urlencode(fields).encode()

    def url_of(self, callback_url: str, told: Sequence[Told]) -> str:
        one = next(iter(told), None)
        return f"{callback_url}?attempt={one.reference}" if isinstance(one, Status) else callback_url

    def headers_of(self, url: str, body: bytes, credentials: Credentials, at: datetime) -> Mapping[str, str]:
        """As the `twilio` package signs (`test_signatures.py`), and of bytes that it can't read, too."""
        pieces = [piece.partition(b"=") for piece in body.replace(b"+", b" ").split(b"&") if piece]
        signed = {unquote_to_bytes(name) + unquote_to_bytes(value) for name, _sign, value in pieces}
        token = credentials["auth_token"].encode()
        digest = hmac.digest(token, url.encode() + b"".join(sorted(signed)), "sha1")
        return {"X-Twilio-Signature": base64.b64encode(digest).decode(), "Content-Type": FORM}

    def shifted(self, url: str, body: bytes) -> Iterable[tuple[str, bytes]]:
        """Names and values are signed without a border between them, and the address before them."""
        fields = dict(parse_qsl(body.decode()))
        sid = fields["MessageSid"]
        longer = {**fields, "MessageSid": sid + "N", "umMedia0": ""}
        del longer["NumMedia"]
        yield url, urlencode(longer).encode()
        shorter = {**fields, "MessageSid": sid[:-1], f"{sid[-1]}NumMedia": fields["NumMedia"]}
        del shorter["NumMedia"]
        yield url, urlencode(shorter).encode()
        nameless = {name: value for name, value in fields.items() if name != "AccountSid"}
        yield url, urlencode({f"AccountSid{fields['AccountSid']}": "", **nameless}).encode()

    def accepted(self, number: int) -> Reply:
        sent = {"sid": sid_of(number), "status": "queued", "error_code": None, "num_media": "0"}
        return _reply(201, sent)

    def refused(self, code: str) -> Reply:
        return _reply(400, {"code": int(code), "message": "No.", "more_info": "", "status": 400})

    def throttled(self, wait_s: float | None) -> Reply:
        headers = {} if wait_s is None else {"Retry-After": f"{wait_s:g}"}
        return _reply(429, {"code": 20429, "message": "Too Many Requests", "status": 429}, headers)

    def wrong_credentials(self) -> Reply:
        return _reply(401, {"code": 20003, "message": "Authenticate", "status": 401})


def _status_fields(one: Status) -> dict[str, str]:
    sid = sid_of(one.number)
    fields = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": one.word, "SmsStatus": one.word}
    fields |= {"AccountSid": ACCOUNT_SID, "From": one.sender, "To": one.recipient, "ApiVersion": "2010-04-01"}
    return fields | ({"ErrorCode": one.error_code} if one.error_code else {})


def _reply(status: int, body: object, headers: Mapping[str, str] | None = None) -> Reply:
    told = {"Content-Type": "application/json", **(headers or {})}
    return Reply(status, json.dumps(body).encode(), told)
