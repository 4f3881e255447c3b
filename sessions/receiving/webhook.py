"""The URL that an ITSP posts inbound texts and status callbacks to: one per channel."""

import logging
from datetime import datetime
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from channels.itsp import ITSPS
from channels.itsp.base import Acknowledgement, WebhookCall
from pbx_messaging.time_limit import database_answers_within
from sessions.receiving import journal, spool

logger = logging.getLogger(__name__)

_HEADERS = frozenset().union(*(itsp.webhook_headers for itsp in ITSPS.values()))


@csrf_exempt
@login_not_required
@require_POST
def webhook(request: HttpRequest, token: str) -> HttpResponse:
    """404 unknown URL, 403 not authentic, 413 too large, 503 not stored; otherwise it is stored: 200."""
    call = _read(request)
    if call is None:
        return HttpResponse("Too large.", status=413, content_type="text/plain")
    now = timezone.now()
    try:
        with database_answers_within(settings.WEBHOOK_DATABASE_TIMEOUT_S):
            verdict = journal.take(token, call, at=now)
    except Error as error:
        logger.warning("the database is away, a webhook request is spooled: %s", type(error).__name__)
        return _spool(token, call, now)
    if verdict.channel is None or verdict.status != HTTPStatus.OK:
        return HttpResponse(verdict.reason, status=verdict.status, content_type="text/plain")
    return _acknowledged(ITSPS[verdict.channel.itsp].acknowledge(call))


def _read(request: HttpRequest) -> WebhookCall | None:
    """The request as it came; None if it is too large."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > settings.WEBHOOK_MAX_BYTES:
        return None
    try:
        body = request.body
    except RequestDataTooBig:
        return None
    headers = {name: request.headers[name] for name in _HEADERS if name in request.headers}
    return WebhookCall("POST", settings.PUBLIC_URL + request.get_full_path(), headers, body)


def _spool(token: str, call: WebhookCall, now: datetime) -> HttpResponse:
    try:
        return _acknowledged(spool.put(token, call, at=now))
    except spool.NotAuthentic:
        return HttpResponse("The signature is wrong.", status=403, content_type="text/plain")
    except spool.SpoolUnavailable:
        return HttpResponse("Nothing can be stored now. Try again.", status=503, content_type="text/plain")


def _acknowledged(answer: Acknowledgement) -> HttpResponse:
    response = HttpResponse(answer.body, content_type=answer.content_type)
    response["Content-Length"] = str(len(response.content))  # or it would be sent in chunks
    return response
