"""What an endpoint answers instead of a result."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from accounts.problems import MEDIA_TYPE, Errors, challenge, problem_json
from accounts.token_refusals import Refusal


class Problem(Exception):
    """`title` and `detail` are words, may be lazy; `errors` are by field."""

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
        body = problem_json(self.status, self.code, self.title, self.detail, self.errors)
        return HttpResponse(body, status=self.status, content_type=MEDIA_TYPE, headers=self.headers)


def unauthenticated(refusal: Refusal) -> Problem:
    return Problem(
        401, refusal.code, refusal.title, refusal.detail, headers={"WWW-Authenticate": challenge(refusal)}
    )


INVALID = ("invalid", "The request is not valid.", "Correct what `errors` says of each field.")
