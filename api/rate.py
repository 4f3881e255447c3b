"""How many requests a token has left: one count per token and minute, in Redis."""

import logging
from dataclasses import dataclass

from django.conf import settings
from redis import RedisError

from pbx_messaging.redis import redis_client

logger = logging.getLogger(__name__)

WINDOW_S = 60
# The window begins with its first request; a key without an end (a kill between the two) gets one.
_COUNT = """
local used = redis.call('INCR', KEYS[1])
local left_ms = redis.call('PTTL', KEYS[1])
if left_ms < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left_ms = tonumber(ARGV[1])
end
return {used, left_ms}
"""


@dataclass(frozen=True)
class Rate:
    """Requests per minute, how many of them are left, and in how many seconds all are there again."""

    limit: int
    remaining: int
    reset_s: int
    is_exceeded: bool

    @property
    def headers(self) -> dict[str, str]:
        """Those of draft-ietf-httpapi-ratelimit-headers-10, and the three of its predecessors."""
        return {
            "RateLimit-Policy": f'"token";q={self.limit};w={WINDOW_S}',
            "RateLimit": f'"token";r={self.remaining};t={self.reset_s}',
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_s),
            **({"Retry-After": str(self.reset_s)} if self.is_exceeded else {}),
        }


def count(token_id: int) -> Rate | None:
    """Counts a request. None while nobody can tell: without Redis there is no limit."""
    limit: int = settings.API_RATE_PER_MIN
    try:
        used, left_ms = redis_client().eval(_COUNT, 1, f"api:rate:{token_id}", WINDOW_S * 1_000)
    except RedisError as error:
        logger.warning("requests are not counted: %s", error)
        return None
    return Rate(limit, max(limit - used, 0), -(-left_ms // 1_000), used > limit)
