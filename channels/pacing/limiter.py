"""Asks Redis for slots.

A slot is a moment by the clock of Redis. Slots of a channel are at least `1.005 / rate` apart, so no
one-second window holds more than `rate` of them (GCRA without a burst); a number may have a lower rate of its
own. What the limiter remembers is one hash per channel; if it is gone, nothing is granted for a second, as
the lost second may have been full. If the clock is set back, what it remembers moves along.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from redis.commands.core import Script

from channels.pacing.redis_clock import RedisClock
from channels.pacing.scripts import PAUSE, RESERVE, SLOW_DOWN, STATE
from pbx_messaging.redis import redis_client

_clock = RedisClock()


@dataclass(frozen=True)
class Wanted:
    """A text that wants to be sent: how many slots it takes, and its number's own rate if it has one."""

    slots: int
    number_id: int = 0
    number_rate: int | None = None


@dataclass(frozen=True)
class Reservation:
    """The texts of a channel that want slots, at most `rate` a second, which begin within `horizon_s`."""

    channel_id: int
    rate: int
    texts: Sequence[Wanted]
    horizon_s: float

    def keys(self) -> list[str]:
        """What the limiter remembers of the channel, and of its numbers with a rate of their own."""
        return [_key(self.channel_id), *(f"pace:number:{number_id}" for number_id in self._numbers())]

    def args(self) -> list[float]:
        """As RESERVE takes them: for each text its slots, and which of the keys its number's is."""
        place = {number_id: position for position, number_id in enumerate(self._numbers(), start=2)}
        args: list[float] = [self.rate, self.horizon_s * 1_000_000]
        for one in self.texts:
            args += [one.slots, place.get(one.number_id, 0), one.number_rate or 0]
        return args

    def _numbers(self) -> list[int]:
        return sorted({one.number_id for one in self.texts if one.number_rate})


@dataclass(frozen=True)
class PacingState:
    """Seconds from now; `paused_for_s` is 0.0 if the ITSP did not ask for a pause."""

    next_in_s: float
    paused_for_s: float
    effective_rate: float


def reserve(wanted: Sequence[Reservation]) -> list[list[float | None]]:
    """Reserves slots for texts, in their order, as far as they begin within the horizon; all in one go.

    Returns for each text its moment (`time.monotonic()` of this process), None for what must wait: there is
    no slot, or its number's own rate is used up. Raises `redis.RedisError`.
    """
    script = _script(RESERVE)
    pipeline = redis_client().pipeline(transaction=False)
    for one in wanted:
        script(keys=one.keys(), args=one.args(), client=pipeline)
    answers: list[list[int]] = pipeline.execute()
    for redis_now, *_slots in answers:
        _clock.learn(redis_now)
    return [[_clock.here(slot) if slot else None for slot in slots] for _redis_now, *slots in answers]


def pause(channel_id: int, *, seconds: float | None) -> None:
    """Grants nothing to the channel for so long; None backs off, longer at each refusal in a row."""
    _script(PAUSE)(keys=[_key(channel_id)], args=[seconds or 0, random.uniform(0.5, 1.0)])  # noqa: S311


def forget_refusals(channel_id: int) -> None:
    """The ITSP takes texts again: the next back-off begins anew."""
    redis_client().hdel(_key(channel_id), "refusals")


def slow_down(channel_id: int, *, rate: int) -> None:
    """Halves the channel's rate, which then grows back to the set one."""
    _script(SLOW_DOWN)(keys=[_key(channel_id)], args=[rate])


def states(rates: Iterable[tuple[int, int]]) -> dict[int, PacingState]:
    """How channels stand, given as (id, set rate), asked for in one go. Raises `redis.RedisError`."""
    rates = list(rates)
    answer: Any = _script(STATE)(keys=[_key(pk) for pk, _ in rates], args=[rate for _, rate in rates])
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
