"""One line when something that we stand on goes away, and one when it is back.

Each process finds out by itself, by whatever fails first; the other failures of that kind are counted. A
thread asks, until there is an answer again and nobody has failed for a moment.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator

import psycopg2
from django.db import connection
from django.db.utils import InterfaceError, OperationalError
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import BusyLoadingError, TimeoutError
from redis.exceptions import ConnectionError as NoConnection

from pbx_messaging.logs.scrubbing import said_by
from pbx_messaging.redis import redis_client

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
QUIET_S = 2.0  # without a failure, and with an answer: then it is over
REASON_CHARS = 160
# What a database that is there says of two who wait for each other.
_THERE = frozenset({"40001", "40P01", "55P03", "57014"})
_AWAY_OF_SQLITE = ("unable to open", "disk i/o error", "is full", "readonly", "not a database")


class Outage:
    """Of one thing. `ask` raises while it is away; without, whoever uses it says when it is over."""

    def __init__(self, what: str, ask: Callable[[], object] | None) -> None:
        self.what = what
        self._ask = ask
        self._lock = threading.Lock()
        self._since: float | None = None
        self._failed_at = 0.0
        self._left_out = 0

    def failed(self, reason: str) -> None:
        """Something has failed for it. The reason of the first is told."""
        with self._lock:
            self._failed_at = time.monotonic()
            if self._since is not None:
                self._left_out += 1
                return
            self._since, self._left_out = self._failed_at, 0
        facts = {"facts": {"outage": self.what, "state": "away"}}
        logger.warning("%s is away: %s", self.what, reason[:REASON_CHARS], extra=facts)
        if self._ask is not None:
            threading.Thread(target=self._wait, name=f"outage-{self.what}", daemon=True).start()

    def is_over(self) -> None:
        """It has answered."""
        with self._lock:
            if self._since is None:
                return
            lasted_s, left_out, self._since = time.monotonic() - self._since, self._left_out, None
        facts = {"facts": {"outage": self.what, "state": "back", "lasted_s": round(lasted_s, 1)}}
        logger.warning(
            "%s is back after %.1f s; further lines about it: %d", self.what, lasted_s, left_out, extra=facts
        )

    @property
    def is_on(self) -> bool:
        return self._since is not None

    def _wait(self) -> None:
        while not (self._answers() and time.monotonic() - self._failed_at > QUIET_S):
            time.sleep(LOOK_EVERY_S)
        self.is_over()

    def _answers(self) -> bool:
        assert self._ask is not None  # noqa: S101 (for the type)
        try:
            self._ask()
        except Exception:  # else it would never be over
            return False
        return True


def _ask_database() -> None:
    """With a connection of this thread alone."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()


def _ask_valkey() -> None:
    redis_client().ping()


DATABASE = Outage("the database", _ask_database)
VALKEY = Outage("Valkey", _ask_valkey)


class OncePerOutage(logging.Filter):
    """Passes over each record that tells of something that is away, and has it told once."""

    def filter(self, record: logging.LogRecord) -> bool:
        if (found := outage_of(record)) is None:
            return not _is_refusal_of_service(record)
        outage, error = found
        outage.failed(said_by(error))
        return False


def outage_of(record: logging.LogRecord) -> tuple[Outage, BaseException] | None:
    """What is away by this record, and by which error; None if it tells of something else."""
    if not record.exc_info and not record.args:
        return None
    for error in _errors_of(record):
        if (outage := _outage_of(error)) is not None:
            return outage, error
    return None


def _errors_of(record: logging.LogRecord) -> Iterator[BaseException]:
    """The record's own, and those among what it says; with what caused them."""
    said = record.args if isinstance(record.args, tuple) else ()
    caught = record.exc_info[1] if record.exc_info else None
    for error in (caught, *said):
        seen = 0
        while isinstance(error, BaseException) and seen < 8:
            yield error
            error, seen = error.__cause__ or error.__context__, seen + 1


def _outage_of(error: BaseException) -> Outage | None:
    if isinstance(error, NoConnection | TimeoutError | BusyLoadingError | BrokerError):
        return VALKEY
    if isinstance(error, OperationalError | InterfaceError | psycopg2.OperationalError):
        return DATABASE if _is_away(error) else None
    return None


def _is_away(error: BaseException) -> bool:
    if connection.vendor == "sqlite":
        return any(words in str(error).lower() for words in _AWAY_OF_SQLITE)
    cause = error.__cause__ or error
    return getattr(cause, "pgcode", None) not in _THERE


def _is_refusal_of_service(record: logging.LogRecord) -> bool:
    """Django says each 503 in a line; the access log does, too."""
    return record.name == "django.request" and getattr(record, "status_code", 0) == 503
