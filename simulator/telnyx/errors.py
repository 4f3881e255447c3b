"""Telnyx's error codes, as its API and its events tell them."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from simulator.encoding import dumps
from simulator.face import Refused

# code: (HTTP status, title). The titles are ours but for that of 40300; clients go by the code.
ERRORS: dict[int, tuple[int, str]] = {
    10002: (422, "Invalid phone number"),
    10004: (422, "Missing required parameter"),
    10005: (404, "Resource not found"),
    10007: (500, "Unexpected error"),
    10009: (401, "Authentication failed"),
    10010: (403, "Authorization failed"),
    10011: (429, "Too many requests"),
    10015: (400, "Bad request"),
    10016: (422, "Phone number must be in +E.164 format"),
    10027: (422, "Idempotency key was used with another request"),
    20100: (403, "Insufficient funds"),
    40001: (400, "Not routable"),
    40008: (400, "Undeliverable"),
    40014: (400, "Message expired in queue"),
    40300: (400, "Blocked due to STOP message"),
    40302: (400, "Message too large"),
    40305: (400, "Invalid 'from' address"),
    40306: (400, "Alpha sender not configured"),
    40308: (400, "Number is not in a messaging profile"),
    40309: (400, "Invalid destination region"),
    40310: (400, "Invalid 'to' address"),
    40312: (403, "Messaging profile is disabled"),
    40316: (400, "No content provided"),
    40317: (400, "Invalid MMS content"),
    40318: (400, "Message queue full"),
    40319: (400, "Incompatible message type for destination"),
}


class ApiError(Refused):
    def __init__(self, code: int, detail: str = "", *, pointer: str = "") -> None:
        self.code = code
        self.detail = detail
        self.pointer = pointer
        super().__init__(f"{code}: {detail}")

    def response(self) -> web.Response:
        status = ERRORS.get(self.code, (400, ""))[0]
        return errors_response(status, error_item(self.code, self.detail, pointer=self.pointer))


def error_item(code: int, detail: str = "", *, pointer: str = "") -> dict[str, Any]:
    title = ERRORS.get(code, (400, "Refused"))[1]
    item: dict[str, Any] = {
        "code": str(code),
        "title": title,
        "detail": detail or title,
        "meta": {"url": f"https://developers.telnyx.com/docs/overview/errors/{code}"},
    }
    return item | ({"source": {"pointer": pointer}} if pointer else {})


def errors_response(status: int, item: dict[str, Any], headers: dict[str, str] | None = None) -> web.Response:
    text = dumps({"errors": [item]})
    return web.Response(text=text, status=status, content_type="application/json", headers=headers)
