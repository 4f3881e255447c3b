"""Signs of life of our processes, in Redis: each says by itself, every few seconds, that it works.

Times are by Redis' own clock, so that machines whose clocks differ agree. A process that is gone is forgotten
after a week, and its kind with it.
"""

import logging
import os
import platform
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from redis import RedisError

from pbx_messaging.redis import redis_client

logger = logging.getLogger(__name__)

EVERY_S = 5.0
GONE_S = 20.0  # without a sign: four were due
KINDS = ("web", "stream", "sender", "worker", "beat")
_FORGOTTEN_S = 7 * 24 * 3600

_LEAVE = f"""
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - {_FORGOTTEN_S})
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('EXPIRE', KEYS[1], {_FORGOTTEN_S})
"""
_ASK = """
local now, found = redis.call('TIME'), {}
now = now[1] + now[2] / 1000000
for at, key in ipairs(KEYS) do
  local last = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')[2]
  found[at * 2 - 1] = last and tostring(now - last) or ''
  found[at * 2] = redis.call('ZCOUNT', key, now - ARGV[1], '+inf')
end
return found
"""


@dataclass(frozen=True)
class Life:
    """Of all processes of a kind: how old the latest sign is (None: there is none), and how many live."""

    age_s: float | None = None
    count: int = 0


def leave(kind: str) -> None:
    """This process says that it works. Raises `RedisError`."""
    redis_client().eval(_LEAVE, 1, f"life:{kind}", f"{platform.node()}:{os.getpid()}")


def signs() -> dict[str, Life]:
    """By kind. Raises `RedisError`."""
    keys = [f"life:{kind}" for kind in KINDS]
    found: list[Any] = redis_client().eval(_ASK, len(keys), *keys, GONE_S)
    pairs = zip(found[::2], found[1::2], strict=True)
    return {
        kind: Life(max(0.0, float(age)) if age else None, int(count))
        for kind, (age, count) in zip(KINDS, pairs, strict=True)
    }


def begin(kind: str, *, by: Callable[[Callable[[], None]], object] | None = None) -> None:
    """Leaves signs from now on. `by` runs what leaves one: where it never does, the process is no good."""
    threading.Thread(target=_run, args=(kind, by), name=f"life-{kind}", daemon=True).start()


def _run(kind: str, by: Callable[[Callable[[], None]], object] | None) -> None:
    while True:
        try:
            if by is None:
                leave_if_possible(kind)
            else:
                _leave_by(kind, by)
        except RuntimeError:
            return  # the process ends, and its pool takes nothing any more
        time.sleep(EVERY_S)


def _leave_by(kind: str, by: Callable[[Callable[[], None]], object]) -> None:
    """Waits until it is done, so that not a second one waits for a pool that hangs."""
    done = threading.Event()

    def sign() -> None:
        leave_if_possible(kind)
        done.set()

    by(sign)
    done.wait()


def leave_if_possible(kind: str) -> None:
    try:
        leave(kind)
    except RedisError as error:
        logger.warning("no sign of life of %s could be left: %s", kind, error)
