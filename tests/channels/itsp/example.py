"""An ITSP of the tests' own, with what Twilio has not: `register` it, and its channels are like any other's.

Its calls are JSON lists of texts and statuses. They prove themselves by Basic credentials, or by a signature
with a time that may be five minutes old. They name no account, and are answered within two seconds.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from channels.itsp import ITSPS, fingerprints
from channels.itsp.base import Credentials
from channels.itsp.calls import Acknowledgement, SignedBy, Unreadable, WebhookCall
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice, ItspError
from channels.itsp.texts import InboundSms, StatusUpdate
from channels.itsp.twilio import Twilio
from channels.models import Channel
from tests.factories import Road

CREDENTIALS = {"user": "pbx", "password": "of-the-webhook-7c1d", "secret": "signs-the-calls-52e0"}
TOO_OLD_S = 300
Headers = Mapping[str, str]


class Example(Twilio):
    code = "example"
    name = "Example"
    webhook_headers = frozenset({"authorization", "x-time", "x-signature", "content-type"})
    secret_headers = frozenset({"authorization"})
    answers_within_s = 2.0

    def account_id(self, credentials: Credentials) -> str:
        return ""

    def is_authentic(self, call: WebhookCall, credentials: Credentials) -> bool:
        if "x-signature" not in call.headers:
            kept = call.headers.get("authorization", "")
            return fingerprints.is_of(kept, basic(credentials["password"])["authorization"])
        told = call.headers.get("x-time", "")
        signed_at = float(told) if told.isdecimal() else 0.0
        if abs(call.at.timestamp() - signed_at) > TOO_OLD_S:
            return False
        return hmac.compare_digest(
            call.headers["x-signature"], _signature(credentials["secret"], told, call.body)
        )

    def signed_by(self, call: WebhookCall, credentials: Credentials) -> SignedBy:
        return SignedBy.ACCOUNT if call.headers.keys() & {"authorization", "x-signature"} else SignedBy.NOBODY

    def read(
        self, call: WebhookCall, credentials: Credentials
    ) -> list[InboundSms | StatusUpdate | Unreadable]:
        try:
            items = json.loads(call.body)
        except ValueError as error:
            raise ItspError(Advice.FAIL, "It is no JSON.") from error
        return [_item(item) for item in items]

    def acknowledge(self, call: WebhookCall) -> Acknowledgement:
        return Acknowledgement()


def register(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ITSPS, Example.code, Example())


def moved_to_example(road: Road) -> Road:
    """The same channel, as one of this ITSP's."""
    Channel.objects.filter(pk=road.channel.pk).update(itsp=Example.code, credentials=CREDENTIALS)
    road.channel.refresh_from_db()
    return road


def text(number: int, body: str = "Hello", **others: str) -> dict[str, str]:
    return {"id": f"text-{number}", "from": "+14155550123", "to": "+14155550100", "text": body, **others}


def basic(password: str = CREDENTIALS["password"]) -> dict[str, str]:
    pair = base64.b64encode(f"{CREDENTIALS['user']}:{password}".encode()).decode()
    return {"authorization": f"Basic {pair}"}


def signed(body: bytes, *, at: datetime | None = None, secret: str = CREDENTIALS["secret"]) -> dict[str, str]:
    told = str(int((at or timezone.now()).timestamp()))
    return {"x-time": told, "x-signature": _signature(secret, told, body)}


def body_of(items: Iterable[Any]) -> bytes:
    return json.dumps(list(items)).encode()


def post(client: Client, path: str, items: Iterable[Any], headers: Headers | None = None) -> int:
    """Without headers of its own it is signed, now. Returns the status."""
    body = body_of(items)
    headers = signed(body) if headers is None else headers
    answer = client.generic("POST", path, body, content_type="application/json", headers=dict(headers))
    return int(answer.status_code)


def _signature(secret: str, told: str, body: bytes) -> str:
    return hmac.new(secret.encode(), told.encode() + b"|" + body, hashlib.sha256).hexdigest()


def _item(item: Any) -> InboundSms | StatusUpdate | Unreadable:
    match item:
        case {"id": str(sid), "from": str(sender), "to": str(recipient), "text": str(body)}:
            return InboundSms(sid, "", sender, recipient, body)
        case {"id": str(sid), "status": str(status), "tag": str(tag)}:
            return StatusUpdate(sid, "", DeliveryStatus(status), reference=tag)
        case {"id": str(sid)}:
            return Unreadable("It is neither a text nor a status.", sid)
    return Unreadable("It has no id.")
