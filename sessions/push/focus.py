"""Who has a page open and looks at it: they are told by the page itself, and by nothing else.

Kept in Redis, by a page that says so again and again, and forgotten by itself.
"""

import logging

from redis import RedisError

from pbx_messaging.redis import redis_client

logger = logging.getLogger(__name__)

LOOKING = "push:looking"  # `USER:PAGE`, until when
HOLDS_S = 45  # a page says it every 20 s

_SAY = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if ARGV[2] == '1' then redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
else redis.call('ZREM', KEYS[1], ARGV[1]) end
"""
_ASK = """
return redis.call('ZRANGEBYSCORE', KEYS[1], redis.call('TIME')[1], '+inf')
"""


def say(user_id: int, page: str, *, looks: bool) -> None:
    try:
        redis_client().eval(_SAY, 1, LOOKING, f"{user_id}:{page}", int(looks), HOLDS_S)
    except RedisError as error:
        logger.warning("who looks at a page is not known: %s", error)


def lookers() -> set[int]:
    """The users who look at one of their pages now. Raises `RedisError`."""
    found: list[bytes] = redis_client().eval(_ASK, 1, LOOKING)
    return {int(one.partition(b":")[0]) for one in found}
