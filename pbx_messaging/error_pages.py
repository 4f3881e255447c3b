"""Pages for what went wrong on our side, made without the database: it may be what is away."""

import logging
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from psycopg2.errors import QueryCanceled

logger = logging.getLogger(__name__)

RETRY_S = 5
SENTENCE = "Something went wrong. It stands in the log of PBX Messaging."
_REPEATABLE = ("GET", "HEAD")
_KEPT_BY_NOBODY = {"Cache-Control": "no-store"}


def failed(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`, called while the error is being handled.

    With the database away it is 503, and a page that was only to be read asks again by itself. What took too
    long would take as long again.
    """
    error = sys.exception()
    if not isinstance(error, OperationalError | InterfaceError):
        return HttpResponse(_page("500.html"), status=500, headers=_KEPT_BY_NOBODY)
    if isinstance(error.__cause__, QueryCanceled):
        logger.warning("a statement for %s took longer than PAGE_STATEMENT_S", request.path)
        return HttpResponse(_page("too_long.html"), status=503, headers=_KEPT_BY_NOBODY)
    page = _page("503.html", again_s=RETRY_S if request.method in _REPEATABLE else None)
    headers = {**_KEPT_BY_NOBODY, "Retry-After": str(RETRY_S)}
    return HttpResponse(page, status=503, headers=headers)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's `handler404`."""
    return HttpResponse(_page("404.html", instead="Not found."), status=404)


def _page(name: str, *, instead: str = SENTENCE, **context: object) -> str:
    """Where the front-end files are not collected yet, no page can be made: then a sentence."""
    try:
        return render_to_string(name, context)
    except ValueError as error:
        logger.warning("the page %s can't be made: %s", name, error)
        return instead
