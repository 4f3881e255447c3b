"""The answers of the door: as a page to browsers, as a problem to callers of the API, else in plain words."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils.translation import gettext, gettext_noop


class Refusal(NamedTuple):
    """`code` is for machines."""

    status: HTTPStatus
    code: str
    words: str


TOO_LARGE = Refusal(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "too-large",
    gettext_noop("That is more than can be taken in at once. Send less, or log in again to send files."),
)
TOO_SLOW = Refusal(
    HTTPStatus.REQUEST_TIMEOUT,
    "too-slow",
    gettext_noop("It came too slowly, so the connection was closed. Try again."),
)
BUSY = Refusal(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "busy",
    gettext_noop("Too much is being received at the moment. Try again in a few seconds."),
)
NO_LENGTH = Refusal(
    HTTPStatus.LENGTH_REQUIRED, "length-required", gettext_noop("Say the body's length in Content-Length.")
)
UNKNOWN = Refusal(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "database-away",
    gettext_noop("The database does not answer, so files can't be taken in. Try again in a few seconds."),
)


class Refused(Exception):
    """Raised while a body is read."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.words)
        self.refusal = refusal


def answer(refusal: Refusal, path: str, headers: Mapping[str, str]) -> tuple[dict[str, str], bytes]:
    """Its headers and its body. The rest of the request is not read, so the connection ends with it."""
    content_type, text = _content(refusal, path, headers)
    body = text.encode()
    said = {
        "content-type": content_type,
        "content-length": str(len(body)),
        "connection": "close",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    if refusal.status is HTTPStatus.SERVICE_UNAVAILABLE:
        said["retry-after"] = "3"
    return said, body


def _content(refusal: Refusal, path: str, headers: Mapping[str, str]) -> tuple[str, str]:
    words = gettext(refusal.words)
    if path.startswith("/api/"):
        problem = {
            "type": "about:blank",
            "status": refusal.status,
            "title": refusal.status.phrase,
            "code": refusal.code,
            "detail": words,
        }
        return "application/problem+json", json.dumps(problem)
    if "text/html" in headers.get("accept", "") and "hx-request" not in headers:
        return "text/html; charset=utf-8", render_to_string("refused.html", {"words": words})
    return "text/plain; charset=utf-8", words
