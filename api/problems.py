"""Errors as RFC 9457 has them: a stable `code` for programs, `detail` for people, `errors` by field."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from accounts.token_refusals import Refusal

MEDIA_TYPE = "application/problem+json"
Errors = Mapping[str, list[str]]


class Problem(Exception):
    """What an endpoint answers instead of a result; `title` and `detail` are words, may be lazy."""

    def __init__(
        self,
        status: int,
        code: str,
        title: Any,
        detail: Any = "",
        *,
        errors: Errors | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.title, self.detail = status, code, title, detail
        self.errors, self.headers = errors, headers

    def response(self) -> HttpResponse:
        said: dict[str, Any] = {
            "type": "about:blank",
            "title": str(self.title),
            "status": self.status,
            "code": self.code,
            "detail": str(self.detail),
        }
        if self.errors:
            said["errors"] = dict(self.errors)
        body = json.dumps(said, ensure_ascii=False)
        return HttpResponse(body, status=self.status, content_type=MEDIA_TYPE, headers=self.headers)


def unauthenticated(refusal: Refusal) -> Problem:
    """By RFC 6750, a request without a token is told of no error."""
    said = "Bearer" if refusal == Refusal.UNKNOWN else 'Bearer error="invalid_token"'
    return Problem(401, refusal.code, refusal.title, refusal.detail, headers={"WWW-Authenticate": said})


INVALID = ("invalid", "The request is not valid.", "Correct what `errors` says of each field.")
