"""Turns whatever goes wrong into a problem."""

import logging

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from accounts.token_refusals import Refusal
from api.problems import INVALID, Problem, unauthenticated
from api.reading import errors_of
from sessions.actions import ActionError
from sessions.refusals import detail_of, refusal_of

logger = logging.getLogger(__name__)
# At the beginning of where ninja found an error; `("body", "said", "queue", "queue")` is the field `queue`.
PLACES = frozenset({"body", "query", "path", "header", "said", "asked", "extension", "queue"})


def not_found() -> Problem:
    title = _("There is no such thing.")
    return Problem(404, "not_found", title, _("It does not exist, or you may not see it (any more)."))


def method_not_allowed(allow: str) -> Problem:
    title, detail = _("This can’t be done here."), _("Possible is: %s.") % allow
    return Problem(405, "method_not_allowed", title, detail, headers={"Allow": allow})


def bad_request(detail: str = "") -> Problem:
    detail = detail or _("The body must be JSON as the documentation has it, in UTF-8.")
    return Problem(400, "bad_request", _("The request can’t be read."), detail)


def too_large() -> Problem:
    return Problem(413, "too_large", _("The request is too large."), _("Send less at once."))


def unavailable() -> Problem:
    detail = _("The database is away for a moment. Send the same request again, with the same client_id.")
    return Problem(503, "unavailable", _("Try again soon."), detail, headers={"Retry-After": "5"})


def internal_error() -> Problem:
    detail = _("It is in our log. Send the same request again later, with the same client_id.")
    return Problem(500, "internal_error", _("Something went wrong on our side."), detail)


def invalid(error: ValidationError) -> Problem:
    return Problem(422, *INVALID, errors=errors_of(error.errors, within=PLACES))


def problem_of(error: ActionError) -> Problem:
    refusal, detail = refusal_of(error), detail_of(error)
    errors = {refusal.field: [detail]} if refusal.field else None
    headers = {"Retry-After": "5"} if refusal.status == 503 else None
    return Problem(refusal.status, error.code, refusal.title, detail, errors=errors, headers=headers)


def handle(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    assert isinstance(error, Exception)  # noqa: S101 (for the type: ninja hands over what was raised)
    return problem_from(error).response()


def problem_from(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case ActionError():
            return problem_of(error)
        case ValidationError():
            return invalid(error)
        case AuthenticationError():
            return unauthenticated(Refusal.UNKNOWN)
        case Http404():
            return not_found()
        case RequestDataTooBig():
            return too_large()
        case HttpError() | SuspiciousOperation() | MultiPartParserError():
            return bad_request()
        case OperationalError():
            logger.warning("the API has no database: %s", error)
            return unavailable()
    logger.error("the API failed", exc_info=error)
    return internal_error()


def install(api: NinjaAPI) -> None:
    for kind in (Exception, Http404, HttpError, ValidationError):  # ninja has its own for each of these
        api.add_exception_handler(kind, handle)
