"""Bandwidth's side of the contract, by its documentation."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from channels.itsp import ITSPS
from channels.itsp.base import Credentials
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice
from tests.channels.itsp.bandwidth.test_tables import CODES
from tests.channels.itsp.contract import kit
from tests.channels.itsp.contract.kit import Reply, Status, Told

JSON = "application/json; charset=utf-8"
APPLICATION = "2cfcb382-161c-46d4-8c67-87ca09a72c85"
OF_BANDWIDTH = "4303"  # an error whose status is that of a failure without a code


class Kit(kit.Kit):
    itsp = ITSPS["bandwidth"]
    credentials = {
        "account_id": "9900902",
        "application_id": APPLICATION,
        "api_user": "pbx-api",
        "api_password": "api-secret-0123",
        "callback_user": "pbx-00c0ffee",
        "callback_password": "a-password-of-24-letters",
    }
    other_credentials = {
        **credentials,
        "application_id": "0cb0112b-5998-4c81-999a-0d3fb5e3f8e2",
        "callback_user": "pbx-0ddba11",
        "callback_password": "another-one-of-24-letters",
    }
    statuses = {
        "message-sending": DeliveryStatus.ACCEPTED,
        "message-sent": DeliveryStatus.SENT,
        "message-delivered": DeliveryStatus.DELIVERED,
        "message-read": DeliveryStatus.READ,
        "message-failed": DeliveryStatus.FAILED,
    }
    # What Bandwidth itself refused comes first: what carriers did not deliver had been sent.
    errors = {OF_BANDWIDTH: Advice.FAIL} | {code: advice for code, advice, _final in CODES}
    refusals = {
        "401": Advice.STOP,
        "403": Advice.STOP,
        "404": Advice.STOP,
        "429": Advice.SLOW_DOWN,
        "400": Advice.FAIL,
        "400 applicationId": Advice.STOP,
        "400 from": Advice.STOP,
        "400 to": Advice.FAIL,
        "400 text": Advice.FAIL,
        "400 media": Advice.FAIL,
    }
    takes_lists = True

    def id_of(self, number: int) -> str:
        return f"1661365814{number:03}loidf7mcwd4qacn7"

    def body_of(self, told: Sequence[Told]) -> bytes:
        return json.dumps([self._event(one) for one in told]).encode()

    def headers_of(self, url: str, body: bytes, credentials: Credentials, at: datetime) -> Mapping[str, str]:
        """Nothing is signed: the application's login goes along."""
        login = f"{credentials['callback_user']}:{credentials['callback_password']}"
        return {"Authorization": "Basic " + base64.b64encode(login.encode()).decode(), "Content-Type": JSON}

    def accepted(self, number: int) -> Reply:
        said = {"id": self.id_of(number), "applicationId": APPLICATION, "segmentCount": 1, "direction": "out"}
        return _reply(202, said)

    def refused(self, code: str) -> Reply:
        status, _space, field = code.partition(" ")
        said: dict[str, Any] = {"type": "request-validation", "description": "Your request was not accepted"}
        if field:
            said["fieldErrors"] = [{"fieldName": field, "description": "It is wrong."}]
        return _reply(int(status), said)

    def throttled(self, wait_s: float | None) -> Reply:
        headers = {} if wait_s is None else {"Retry-After": f"{wait_s:g}"}
        return _reply(429, {"type": "max-message-queue-size-exceeded", "description": "It is full."}, headers)

    def wrong_credentials(self) -> Reply:
        return _reply(401, {"type": "unauthorized", "description": "Authentication Failed"})

    def _event(self, one: Told) -> dict[str, Any]:
        is_status = isinstance(one, Status)
        message: dict[str, Any] = {
            "id": self.id_of(one.number),
            "owner": one.sender if is_status else one.recipient,
            "applicationId": APPLICATION,
            "time": "2026-03-06T15:43:34.000000Z",
            "segmentCount": 1,
            "direction": "out" if is_status else "in",
            "to": [one.recipient],
            "from": one.sender,
            "text": "" if isinstance(one, Status) else one.body,
        }
        event = {"time": "2026-03-06T15:43:35.502180Z", "to": one.recipient, "description": "…"}
        if isinstance(one, Status):
            event["type"] = one.word
            message["tag"] = one.reference
            failure = {"errorCode": int(one.error_code)} if one.error_code else {}
            return {**event, **failure, "message": message}
        return {**event, "type": "message-received", "message": message}


def _reply(status: int, body: object, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, json.dumps(body).encode(), {"Content-Type": JSON, **(headers or {})})
