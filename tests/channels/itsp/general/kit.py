"""A provider's side of the contract, by docs/general-itsp.md."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from channels.itsp import ITSPS
from channels.itsp.base import Credentials
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice
from tests.channels.itsp.contract import kit
from tests.channels.itsp.contract.kit import Reply, Status, Told

BASE = {"send_url": "https://api.example.com/sms", "verify_url": "https://api.example.com/verify"}


class Kit(kit.Kit):
    itsp = ITSPS["general"]
    credentials = {**BASE, "api_key": "key-4f1c", "secret": "secret-77aa"}
    other_credentials = {**BASE, "api_key": "key-0b2d", "secret": "secret-13ef"}
    statuses = {
        "accepted": DeliveryStatus.ACCEPTED,
        "queued": DeliveryStatus.ACCEPTED,
        "sending": DeliveryStatus.ACCEPTED,
        "sent": DeliveryStatus.SENT,
        "delivered": DeliveryStatus.DELIVERED,
        "read": DeliveryStatus.READ,
        "failed": DeliveryStatus.FAILED,
        "rejected": DeliveryStatus.FAILED,
        "expired": DeliveryStatus.FAILED,
        "undelivered": DeliveryStatus.UNDELIVERED,
    }
    errors = {"30003": Advice.FAIL, "no_route": Advice.FAIL}
    refusals = {
        "301": Advice.STOP,
        "400": Advice.FAIL,
        "401": Advice.STOP,
        "403": Advice.STOP,
        "404": Advice.FAIL,
        "408": Advice.UNKNOWN,
        "422": Advice.FAIL,
        "429": Advice.SLOW_DOWN,
        "500": Advice.UNKNOWN,
    }
    takes_lists = True

    def id_of(self, number: int) -> str:
        return f"m-{number:08}"

    def body_of(self, told: Sequence[Told]) -> bytes:
        items = [self._item(one) for one in told]
        return json.dumps(items[0] if len(items) == 1 else items, ensure_ascii=False).encode()

    def _item(self, one: Told) -> dict[str, str]:
        if isinstance(one, Status):
            told = {"id": self.id_of(one.number), "status": one.word, "reference": one.reference}
            return told | ({"error": one.error_code} if one.error_code else {})
        return {"id": self.id_of(one.number), "from": one.sender, "to": one.recipient, "text": one.body}

    def headers_of(self, url: str, body: bytes, credentials: Credentials, at: datetime) -> Mapping[str, str]:
        digest = hmac.new(str(credentials["secret"]).encode(), body, hashlib.sha256).hexdigest()
        return {"X-Signature-256": f"sha256={digest}", "Content-Type": "application/json"}

    def shifted(self, url: str, body: bytes) -> Iterable[tuple[str, bytes]]:
        yield url, body.replace(b'"id"', b' "id"')
        yield url, body + b"\n"

    def accepted(self, number: int) -> Reply:
        return _reply(200, {"data": {"id": self.id_of(number)}})

    def refused(self, code: str) -> Reply:
        return _reply(int(code), {})

    def throttled(self, wait_s: float | None) -> Reply:
        return _reply(429, {}, {} if wait_s is None else {"Retry-After": f"{wait_s:g}"})

    def wrong_credentials(self) -> Reply:
        return _reply(401, {"error": {"code": "wrong_key"}})


def _reply(status: int, told: object, headers: Mapping[str, str] | None = None) -> Reply:
    named = {"Content-Type": "application/json", **(headers or {})}
    return Reply(status, json.dumps(told).encode(), named)
