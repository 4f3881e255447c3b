"""The rate limiter: hands out the moments at which a channel may send, over all workers.

A slot is a moment by the clock of Redis. Slots of a channel are at least `1.005 / rate` apart, so no
one-second window holds more than `rate` of them (GCRA without a burst); a number may have a lower rate of its
own. What the limiter remembers is one hash per channel; if it is gone, nothing is granted for a second, as
the lost second may have been full.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from redis.commands.core import Script

from channels.redis_clock import RedisClock
from pbx_messaging.redis import redis_client

SPACING = 1.005  # of the exact interval, so that jitter can't squeeze one slot too many into a second
RECOVERY_S = 60.0  # from nothing back to the set rate, after the ITSP asked for less
BACK_OFF_S = (1.0, 60.0)  # first and longest pause where the ITSP does not say how long; doubled in between

_PREAMBLE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
"""

# 'slowed' is the rate that an ITSP's "too fast" left us at 'slowed_at'; it grows back by the second.
_RATE = f"""
local function effective(state, rate)
  local slowed, at = tonumber(state[3]), tonumber(state[4])
  if not slowed then return rate end
  return math.min(rate, slowed + (now - at) / {RECOVERY_S * 1_000_000:.0f} * rate)
end
"""

# ARGV: rate, horizon, then for each text: its slots, the index of its number's key (0: none), that rate.
_RESERVE = (
    _PREAMBLE
    + _RATE
    + f"""
local state = redis.call('HMGET', KEYS[1], 'next', 'paused_until', 'slowed', 'slowed_at')
local interval = {SPACING * 1_000_000:.0f} / effective(state, tonumber(ARGV[1]))
local horizon = now + tonumber(ARGV[2])
local slot = math.max(tonumber(state[1] or now + 1000000), tonumber(state[2] or 0), now)
local slots = {{now}}
for i = 3, #ARGV, 3 do
  local size, number_key = tonumber(ARGV[i]), KEYS[tonumber(ARGV[i + 1])]
  local waits = number_key and tonumber(redis.call('GET', number_key) or 0) > slot
  if slot > horizon or waits then
    slots[#slots + 1] = 0
  else
    slots[#slots + 1] = slot
    if number_key then
      local number_next = slot + size * {SPACING * 1_000_000:.0f} / tonumber(ARGV[i + 2])
      redis.call('SET', number_key, string.format('%.0f', number_next), 'EX', 3600)
    end
    slot = slot + size * interval
  end
end
redis.call('HSET', KEYS[1], 'next', string.format('%.0f', slot))
return slots
"""
)

# ARGV: seconds, or 0 for a back-off that doubles at each refusal, of which ARGV[2] (0.5 to 1) is taken.
_PAUSE = (
    _PREAMBLE
    + f"""
local paused_until = tonumber(redis.call('HGET', KEYS[1], 'paused_until') or 0)
local wait = tonumber(ARGV[1])
if wait == 0 then
  if paused_until > now then return end
  local refusals = redis.call('HINCRBY', KEYS[1], 'refusals', 1)
  wait = math.min({BACK_OFF_S[0]} * 2 ^ (refusals - 1), {BACK_OFF_S[1]}) * tonumber(ARGV[2])
end
paused_until = math.max(paused_until, now + wait * 1000000)
redis.call('HSET', KEYS[1], 'paused_until', string.format('%.0f', paused_until))
"""
)

# Half of what it is, once a second however many texts are refused at once. ARGV: rate.
_SLOW_DOWN = (
    _PREAMBLE
    + _RATE
    + """
local state = redis.call('HMGET', KEYS[1], 'next', 'paused_until', 'slowed', 'slowed_at')
if state[4] and now - tonumber(state[4]) < 1000000 then return end
local slowed = math.max(effective(state, tonumber(ARGV[1])) / 2, 0.1)
redis.call('HSET', KEYS[1], 'slowed', slowed, 'slowed_at', string.format('%.0f', now))
"""
)

_STATE = (
    _PREAMBLE
    + _RATE
    + """
local states = {}
for i = 1, #KEYS do
  local state = redis.call('HMGET', KEYS[i], 'next', 'paused_until', 'slowed', 'slowed_at')
  local rate = tonumber(ARGV[i])
  states[#states + 1] = tostring(tonumber(state[1] or now) - now)
  states[#states + 1] = tostring(tonumber(state[2] or now) - now)
  states[#states + 1] = tostring(effective(state, rate))
end
return states
"""
)


_clock = RedisClock()


@dataclass(frozen=True)
class Wanted:
    """A text that wants to be sent: how many slots it takes, and its number's own rate if it has one."""

    slots: int
    number_id: int = 0
    number_rate: int | None = None


@dataclass(frozen=True)
class PacingState:
    """Seconds from now; `paused_for_s` is 0.0 if the ITSP did not ask for a pause."""

    next_in_s: float
    paused_for_s: float
    effective_rate: float


def reserve(channel_id: int, *, rate: int, wanted: Sequence[Wanted], horizon_s: float) -> list[float | None]:
    """Reserves slots for texts, in their order, as far as they begin within `horizon_s`.

    Returns for each its moment (`time.monotonic()` of this process), None for what must wait: there is no
    slot, or its number's own rate is used up. Raises `redis.RedisError`.
    """
    numbers = sorted({one.number_id for one in wanted if one.number_rate})
    place = {number_id: position for position, number_id in enumerate(numbers, start=2)}
    args: list[float] = [rate, horizon_s * 1_000_000]
    for one in wanted:
        args += [one.slots, place.get(one.number_id, 0), one.number_rate or 0]
    keys = [_key(channel_id), *(f"pace:number:{number_id}" for number_id in numbers)]
    redis_now, *slots = _script(_RESERVE)(keys=keys, args=args)
    _clock.learn(redis_now)
    return [_clock.here(slot) if slot else None for slot in slots]


def pause(channel_id: int, *, seconds: float | None) -> None:
    """Grants nothing to the channel for so long; None backs off, longer at each refusal in a row."""
    _script(_PAUSE)(keys=[_key(channel_id)], args=[seconds or 0, random.uniform(0.5, 1.0)])  # noqa: S311


def forget_refusals(channel_id: int) -> None:
    """The ITSP takes texts again: the next back-off begins anew."""
    redis_client().hdel(_key(channel_id), "refusals")


def slow_down(channel_id: int, *, rate: int) -> None:
    """Halves the channel's rate, which then grows back to the set one."""
    _script(_SLOW_DOWN)(keys=[_key(channel_id)], args=[rate])


def states(rates: Iterable[tuple[int, int]]) -> dict[int, PacingState]:
    """How channels stand, given as (id, set rate), asked for in one go. Raises `redis.RedisError`."""
    rates = list(rates)
    answer: Any = _script(_STATE)(keys=[_key(pk) for pk, _ in rates], args=[rate for _, rate in rates])
    numbers = [float(value) for value in answer]
    return {
        pk: PacingState(numbers[i] / 1e6, max(0.0, numbers[i + 1] / 1e6), numbers[i + 2])
        for i, (pk, _) in zip(range(0, len(numbers), 3), rates, strict=True)
    }


def _key(channel_id: int) -> str:
    return f"pace:{channel_id}"


@cache
def _script(source: str) -> Script:
    return redis_client().register_script(source)
