"""From a request to its answer: taken in by the database, or kept in the spool while that is away."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import NamedTuple

from django.conf import settings
from django.db import Error
from django.utils import timezone

from channels.itsp import ITSPS
from channels.itsp.calls import Acknowledgement
from pbx_messaging.time_limit import database_answers_within
from sessions.receiving import intake, patience, refused_calls, spool
from sessions.receiving.arrivals import Arrival

logger = logging.getLogger(__name__)

WAIT_AT_LEAST_S = 0.2  # for the database, however long a request has waited for others


class Answer(NamedTuple):
    """An HTTP answer."""

    status: int
    body: str
    content_type: str = "text/plain"


EMPTY = Answer(HTTPStatus.BAD_REQUEST, "The body is empty.")
TOO_LARGE = Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too large.")
TOO_SLOW = Answer(HTTPStatus.REQUEST_TIMEOUT, "The body did not come in time.")
NOT_ALLOWED = Answer(HTTPStatus.METHOD_NOT_ALLOWED, "Only POST is answered here.")
UNREAD = frozenset({TOO_LARGE, TOO_SLOW, NOT_ALLOWED})  # answers to a request that was not read to its end
_SPOOLED = {
    spool.NotAuthentic: Answer(HTTPStatus.FORBIDDEN, "The signature is wrong."),
    spool.Unavailable: Answer(HTTPStatus.SERVICE_UNAVAILABLE, "Nothing can be stored now. Try again."),
}


def answer(arrival: Arrival) -> Answer:
    """404 unknown URL, 403 not authentic, 503 not stored; otherwise it is stored: 200."""
    try:
        return take_in([arrival])[0]
    except Error:
        return keep([arrival])[0]


def take_in(arrivals: Sequence[Arrival]) -> list[Answer]:
    """By the database. Raises `django.db.Error` when it is away, or does not answer in time."""
    try:
        with database_answers_within(_database_limit_s(arrivals)):
            intake.take_in(arrivals)
    except Error as error:
        logger.warning("the database is away, webhook requests are spooled: %s", error)
        raise
    return [_answer(arrival) for arrival in arrivals]


def keep(arrivals: Sequence[Arrival]) -> list[Answer]:
    """By the spool."""
    outcomes = spool.put(arrivals)
    for arrival, kept in zip(arrivals, outcomes, strict=True):
        if isinstance(kept, spool.Unavailable):
            refused_calls.note(arrival.at)
    return [
        _acknowledged(kept) if isinstance(kept, Acknowledgement) else _SPOOLED[type(kept)]
        for kept in outcomes
    ]


def _database_limit_s(arrivals: Sequence[Arrival]) -> float:
    oldest = min(arrival.at for arrival in arrivals)
    ours_s: float = settings.WEBHOOK_DATABASE_TIMEOUT_S - (timezone.now() - oldest).total_seconds()
    return max(min(ours_s, patience.left_for_the_database_s(oldest)), WAIT_AT_LEAST_S)


def _answer(arrival: Arrival) -> Answer:
    verdict, channel = arrival.verdict, arrival.channel
    assert verdict is not None  # noqa: S101 (for the type)
    if channel is None or verdict.status != HTTPStatus.OK:
        return Answer(verdict.status, verdict.reason)
    return _acknowledged(ITSPS[channel.itsp].acknowledge(arrival.call))


def _acknowledged(said: Acknowledgement) -> Answer:
    return Answer(HTTPStatus.OK, said.body, said.content_type)
