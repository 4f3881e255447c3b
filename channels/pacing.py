"""The rate limiter: hands out the moments at which a channel may send, over all workers.

A slot is a moment by the clock of Redis. Slots of a channel are at least `1.005 / rate` apart, so no
one-second window holds more than `rate` of them (GCRA without a burst). What the limiter remembers is one
hash per channel; if it is gone, nothing is granted for a second, as the lost second may have been full.
"""

import time
from collections.abc import Sequence
from functools import cache

from redis.commands.core import Script

from pbx_messaging.redis import redis_client

SPACING = 1.005  # of the exact interval, so that jitter can't squeeze one slot too many into a second
_KEY = "pace:{channel}"

_RESERVE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local interval, horizon = tonumber(ARGV[1]), now + tonumber(ARGV[2])
local state = redis.call('HMGET', KEYS[1], 'next', 'paused_until')
local next_slot = math.max(tonumber(state[1] or now + 1000000), tonumber(state[2] or 0), now)
local slots = {now}
for i = 3, #ARGV do
  if next_slot > horizon then break end
  slots[#slots + 1] = next_slot
  next_slot = next_slot + tonumber(ARGV[i]) * interval
end
redis.call('HSET', KEYS[1], 'next', string.format('%.0f', next_slot))
return slots
"""

_PAUSE = """
local clock = redis.call('TIME')
local pause_end = clock[1] * 1000000 + clock[2] + tonumber(ARGV[1])
local paused_until = tonumber(redis.call('HGET', KEYS[1], 'paused_until') or 0)
redis.call('HSET', KEYS[1], 'paused_until', string.format('%.0f', math.max(paused_until, pause_end)))
"""


@cache
def _script(source: str) -> Script:
    return redis_client().register_script(source)


def reserve(channel_id: int, *, rate: int, sizes: Sequence[int], horizon_s: float) -> list[float]:
    """Reserves slots for texts that take `sizes` slots each, in their order.

    Returns the moments (`time.monotonic()` of this process) of as many as begin within `horizon_s`; the
    rest got none. Raises `redis.RedisError`.
    """
    interval_us = SPACING * 1_000_000 / rate
    answer = _script(_RESERVE)(
        keys=[_KEY.format(channel=channel_id)], args=[interval_us, horizon_s * 1_000_000, *sizes]
    )
    here, (redis_now, *slots) = time.monotonic(), answer
    return [here + (slot - redis_now) / 1_000_000 for slot in slots]


def pause(channel_id: int, *, seconds: float) -> None:
    """Grants nothing to the channel for so long. Raises `redis.RedisError`."""
    _script(_PAUSE)(keys=[_KEY.format(channel=channel_id)], args=[seconds * 1_000_000])
