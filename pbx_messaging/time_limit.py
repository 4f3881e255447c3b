"""A limit to how long a request waits for the database, for requests whose caller does not wait long.

A PostgreSQL that hangs, or whose host is gone, still takes what is sent to it, and libpq waits for the answer
without end: psycopg2's wait callback is the place for a limit. SQLite has one of its own for locks.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from select import POLLIN, POLLOUT, poll
from threading import Lock

import psycopg2
from django.conf import settings
from django.db import OperationalError, connection
from psycopg2 import extensions

PAUSE_S = 1.0  # after a wait in vain nobody with a limit tries for so long: a web process has few threads

_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)
_waited_in_vain_at = float("-inf")
_turn = Lock()


@contextmanager
def database_answers_within(limit_s: float) -> Iterator[None]:
    """Within it a database that does not answer in time is an `OperationalError`, as one that is away."""
    if connection.vendor == "sqlite":
        with _locks_within(limit_s):
            yield
        return
    now = time.monotonic()
    if now - _waited_in_vain_at < PAUSE_S:
        raise OperationalError("the database did not answer a moment ago")
    token = _ends_at.set(now + limit_s)
    try:
        yield
    finally:
        _ends_at.reset(token)


def install() -> None:
    """Once per process. With a wait callback libpq's own connect_timeout is ours to keep, too."""
    if connection.vendor == "postgresql":
        extensions.set_wait_callback(_wait)


def _wait(link: "extensions.connection") -> None:
    ends_at = _ends_at.get()
    if ends_at is None and link.status not in {extensions.STATUS_READY, extensions.STATUS_BEGIN}:
        ends_at = time.monotonic() + settings.DATABASE["OPTIONS"]["connect_timeout"]
    while (state := link.poll()) != extensions.POLL_OK:
        waiter = poll()
        waiter.register(link.fileno(), POLLIN if state == extensions.POLL_READ else POLLOUT)
        left_ms = None if ends_at is None else max(ends_at - time.monotonic(), 0) * 1000
        if not waiter.poll(left_ms):
            _give_up()


def _give_up() -> None:
    """psycopg2 closes the connection then."""
    global _waited_in_vain_at
    _waited_in_vain_at = time.monotonic()
    raise psycopg2.OperationalError("the database does not answer in time")


@contextmanager
def _locks_within(limit_s: float) -> Iterator[None]:
    """SQLite has one writer at a time. Taking turns here is fairer and faster than its polling for a lock."""
    ends_at = time.monotonic() + limit_s
    if not _turn.acquire(timeout=limit_s):
        raise OperationalError("the database is being written to")
    try:
        with _busy_timeout(max(ends_at - time.monotonic(), 0.01)):
            yield
    finally:
        _turn.release()


@contextmanager
def _busy_timeout(limit_s: float) -> Iterator[None]:
    usual_s = connection.settings_dict["OPTIONS"]["timeout"]
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {int(min(limit_s, usual_s) * 1000)}")
    try:
        yield
    finally:
        if connection.connection is not None:
            connection.connection.execute(f"PRAGMA busy_timeout = {int(usual_s * 1000)}")
