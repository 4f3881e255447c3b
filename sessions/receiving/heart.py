"""A sign in Redis that webhooks are being served. Who starts later sees by it for how long nobody was there.

What was called back meanwhile is lost: an ITSP tries again for seconds only. So the texts that we sent are
looked up, and those of contacts are fetched. The database keeps the sign as well, seldom: see `life_signs`.
"""

import logging
import os
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from django.db import Error, connection
from redis import RedisError

from pbx_messaging.redis import redis_client, too_old
from sessions.receiving import life_signs, refused_calls
from sessions.sending import look_ups

logger = logging.getLogger(__name__)

EVERY_S, GAP_S = 3.0, 9.0

_stored_at: dict[str, float] = {}  # by key, by `time.monotonic`: when this process stored its sign last


def begin(kind: str) -> None:
    """In each process that serves webhooks. `kind`: those of one kind stand in for each other."""
    threading.Thread(target=_run, args=(f"webhook:alive:{kind}",), name="heart", daemon=True).start()


def _run(key: str) -> None:
    _say_if_nothing_can_be_spooled()
    while True:
        try:
            beat(key)
        except (RedisError, Error) as error:
            logger.warning("no sign of life could be left: %s", error)
        time.sleep(EVERY_S)


def _say_if_nothing_can_be_spooled() -> None:
    with suppress(RedisError):  # the System page says it, too
        if version := too_old():
            logger.error("Redis %s has no WAITAOF: no text is kept while the database is away", version)


def beat(key: str) -> bool:
    """True if there was a gap. It is noticed again until the database knows of it."""
    redis, now = redis_client(), time.time()
    before = redis.get(key)
    away_s = None if before is None else now - float(before)
    is_gap = away_s is None or away_s > GAP_S
    try:
        if is_gap:
            logger.info("texts that are looked up after a gap: %d", look_ups.look_up_after_gap())
        if is_gap or _is_time_to_store(key) or refused_calls.are_noted():
            _store(key, away_s, now)
    finally:
        connection.close()
    redis.set(key, now)
    return is_gap


def _store(key: str, away_s: float | None, now: float) -> None:
    """At a start it is a gap, however short, if those who were there before were another server's.

    A server that ends takes no requests any more while it lives on for its streams, and leaves signs.
    """
    redis, is_start, mine = redis_client(), key not in _stored_at, server_of_this()
    is_gap = away_s is None or away_s > GAP_S
    if is_start and redis.get(f"{key}:server") != mine.encode():
        is_gap = True
    last_seen = None if away_s is None else datetime.fromtimestamp(now - away_s, UTC)
    life_signs.store(key, last_seen=last_seen, is_gap=is_gap)
    redis.set(f"{key}:server", mine)
    _stored_at[key] = time.monotonic()


def server_of_this() -> str:
    """The process that began this one, and when it began itself, since ids come again in containers."""
    pid = os.getppid()
    try:
        began = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        began = ""
    return f"{pid}-{began}"


def _is_time_to_store(key: str) -> bool:
    stored_at = _stored_at.get(key)
    return stored_at is None or time.monotonic() - stored_at > life_signs.STORED_EVERY.total_seconds()
