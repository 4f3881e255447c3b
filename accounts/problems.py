"""Errors as RFC 9457 has them: a stable `code` for programs, `detail` for people, `errors` by field."""

import json
from collections.abc import Mapping
from typing import Any

from accounts.token_refusals import Refusal

MEDIA_TYPE = "application/problem+json"
Errors = Mapping[str, list[str]]


def problem_json(status: int, code: str, title: Any, detail: Any, errors: Errors | None = None) -> str:
    """The body of an answer; `title` and `detail` are words, may be lazy."""
    said: dict[str, Any] = {
        "type": "about:blank",
        "title": str(title),
        "status": status,
        "code": code,
        "detail": str(detail),
    }
    return json.dumps(said | ({"errors": dict(errors)} if errors else {}), ensure_ascii=False)


def challenge(refusal: Refusal) -> str:
    """The header WWW-Authenticate. By RFC 6750, a request without a token is told of no error."""
    return "Bearer" if refusal == Refusal.UNKNOWN else 'Bearer error="invalid_token"'
