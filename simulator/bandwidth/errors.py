"""The shapes in which Bandwidth refuses: JSON, another JSON for what is not found, and XML."""

from __future__ import annotations

import time
from collections.abc import Mapping

from aiohttp import web

from simulator.bandwidth.moments import moment
from simulator.encoding import json_response
from simulator.face import Refused

TYPES = {
    400: ("request-validation", "Your request could not be accepted"),
    401: ("unauthorized", "Authentication Failed"),
    403: ("forbidden", "Access Denied"),
    405: ("method-not-allowed", "The method is not allowed."),
    415: ("unsupported-content-type", "Please use 'application/json'"),
    429: ("max-message-queue-size-exceeded", "The SMS queue for your account is full."),
}


class ApiError(Refused):
    """`fields` are those to blame, each with what is wrong with it."""

    def __init__(self, status: int, path: str = "", fields: Mapping[str, str] | None = None) -> None:
        super().__init__(str(status))
        self.status, self.path, self.fields = status, path, fields or {}

    def response(self) -> web.Response:
        if "/api/accounts/" in self.path:
            return _xml(self.status)
        if self.status == 404:
            return _not_found(self.path)
        kind, description = TYPES.get(self.status, ("internal-server-error", "Something went wrong."))
        body: dict[str, object] = {"type": kind, "description": description}
        if self.fields:
            named = [{"fieldName": name, "description": text} for name, text in self.fields.items()]
            body["fieldErrors"] = named
        return json_response(body, self.status)


def _not_found(path: str) -> web.Response:
    body = {
        "timestamp": moment(time.time()),
        "status": 404,
        "error": "Not Found",
        "message": "Not Found",
        "path": path,
    }
    return json_response(body, 404)


def _xml(status: int) -> web.Response:
    said = f"<ErrorCode>{status}</ErrorCode><Description>Refused</Description>"
    text = f"<ResponseStatus>{said}</ResponseStatus>"
    return web.Response(text=text, status=status, content_type="application/xml")
