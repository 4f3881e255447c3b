"""A sign in Redis that webhooks are being served. Who starts later sees by it for how long nobody was there.

What was called back meanwhile is lost: an ITSP tries again for seconds only. So the texts are looked up.
"""

import logging
import threading
import time

from django.db import Error, connection
from redis import RedisError

from pbx_messaging.redis import redis_client
from sessions.sending import look_ups

logger = logging.getLogger(__name__)

EVERY_S, GAP_S = 3.0, 9.0


def begin(kind: str) -> None:
    """In each process that serves webhooks. `kind`: those of one kind stand in for each other."""
    threading.Thread(target=_run, args=(f"webhook:alive:{kind}",), name="heart", daemon=True).start()


def _run(key: str) -> None:
    while True:
        try:
            beat(key)
        except (RedisError, Error) as error:
            logger.warning("no sign of life could be left: %s", type(error).__name__)
        time.sleep(EVERY_S)


def beat(key: str) -> bool:
    """True if there was a gap. It is noticed again until the database knows of it."""
    redis, now = redis_client(), time.time()
    before = redis.get(key)
    is_gap = before is None or now - float(before) > GAP_S
    if is_gap:
        try:
            logger.info("after a gap, %d texts are looked up", look_ups.look_up_after_gap())
        finally:
            connection.close()
    redis.set(key, now)
    return is_gap
