"""Whatever is asked of the limiter, in whatever order: every second keeps its rate.

The limiter's own scripts run in Redis, by a clock that the test sets.
"""

import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from redis import Redis
from redis.commands.core import Script

from channels import pacing
from channels.models import SENDING_RATES
from channels.pacing import limiter
from channels.pacing.scripts import SPACING

CLOCK = "redis.call('TIME')"
STILL_CLOCK = "redis.call('HMGET', 'clock-of-the-test', 's', 'us')"
HORIZON_S = 0.4
NUMBER_RATES = {7: 2, 8: 5}  # numbers with a rate of their own

rates = st.sampled_from(SENDING_RATES)
texts = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from([0, 0, *NUMBER_RATES])), min_size=1, max_size=30
)
passing = st.floats(0.001, 1.5)
reserving = st.tuples(st.just("reserve"), texts, st.integers(1, 12))
doing = st.one_of(
    reserving,
    reserving,
    st.tuples(st.just("pass"), passing),
    st.tuples(st.just("rate"), rates),
    st.tuples(st.just("pause"), st.floats(0.01, 2.0)),
    st.tuples(st.just("slow_down")),
    st.tuples(st.just("set_back"), st.floats(0.001, 7200.0)),
)
losing = st.one_of(doing, st.tuples(st.just("lose")))


class ClockOfTheTest:
    """In place of RedisClock, in seconds: moments are the still clock's, before it was set back."""

    set_back = 0.0

    def learn(self, redis_now_us: int) -> None:
        """There is nothing to learn."""

    def here(self, moment_us: int) -> float:
        return moment_us / 1_000_000 + self.set_back


BEGUN: list[tuple[object, ...]] = [
    ("reserve", [(1, 0)], 1),
    ("pass", 1.5),
    ("reserve", [(1, 0)], 1),
    ("pass", 1.5),
]


@dataclass
class Trial:
    """`slots` of the channel (0) and of each number, a text of k segments as k; `rates`: (since, rate)."""

    redis: "Redis"
    clock: ClockOfTheTest
    one_slot_each: bool
    now: float = 10_000_000.0
    paused_until: float = 0.0
    rates: list[tuple[float, int]] = field(default_factory=lambda: [(0.0, 10)])
    rate_was: int = 10
    slots: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))

    def reserve(self, wanted: list[tuple[int, int]], times: int) -> None:
        """Asks some times in a row, a pump's tick apart."""
        for _ in range(times):
            self.pass_(0.05)
            asked = [
                pacing.Wanted(1 if self.one_slot_each else size, number, NUMBER_RATES.get(number))
                for size, number in wanted
            ]
            rate = self.rates[-1][1]
            self._compress(rate)
            (granted,) = pacing.reserve([pacing.Reservation(1, rate, asked, HORIZON_S)])
            for text, slot in zip(asked, granted, strict=True):
                if slot is not None:
                    assert slot <= self.now + HORIZON_S + 1e-3
                    assert slot >= max(self.now, self.paused_until) - 1e-6
                    self._hold(0, text.slots, slot, rate)
                    self._hold(text.number_id, text.slots, slot, text.number_rate)

    def _hold(self, holder: int, slots: int, first: float, rate: int | None) -> None:
        """A text of several segments holds the slots that follow its own."""
        if rate:
            self.slots[holder] += [first + place * SPACING / rate for place in range(slots)]

    def _compress(self, rate: int) -> None:
        """What a text still holds when the rate was raised, it holds at the new one."""
        ratio = min(1.0, self.rate_was / rate)
        self.slots[0] = [at if at <= self.now else self.now + (at - self.now) * ratio for at in self.slots[0]]
        self.rate_was = rate

    def pass_(self, seconds: float) -> None:
        self.now += seconds
        now_us = round((self.now - self.clock.set_back) * 1_000_000)
        self.redis.hset("clock-of-the-test", mapping={"s": 0, "us": now_us})

    def set_back(self, seconds: float) -> None:
        self.clock.set_back += seconds
        self.pass_(0)

    def rate(self, rate: int) -> None:
        self.rates.append((self.now, rate))

    def pause(self, seconds: float) -> None:
        self.paused_until = max(self.paused_until, self.now + seconds)
        pacing.pause(1, seconds=seconds)

    def slow_down(self) -> None:
        pacing.slow_down(1, rate=self.rates[-1][1])

    def lose(self) -> None:
        """The memory is lost, and what was paused with it."""
        self.redis.delete("pace:1", *(f"pace:number:{number}" for number in NUMBER_RATES))
        self.paused_until = 0.0

    def run(self, steps: list[tuple[object, ...]]) -> None:
        self.redis.flushall()
        self.pass_(0)
        for name, *arguments in steps:
            getattr(self, {"pass": "pass_"}.get(str(name), str(name)))(*arguments)

    def assert_kept(self) -> None:
        for holder, slots in self.slots.items():
            for start in slots:
                held = sum(start <= at < start + 1.0 - 1e-6 for at in slots)
                assert held <= (NUMBER_RATES[holder] if holder else self._allowed(start))

    def _allowed(self, start: float) -> int:
        """Of the rates in force in the window, and in the second before it, the highest."""
        ends = itertools.chain((since for since, _ in self.rates[1:]), [float("inf")])
        spans = zip(self.rates, ends, strict=True)
        return max(rate for (since, rate), end in spans if since < start + 1.0 and end > start - 1.0)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, redis_client: "Redis") -> ClockOfTheTest:
    @cache
    def script(source: str) -> Script:
        assert CLOCK in source
        return redis_client.register_script(source.replace(CLOCK, STILL_CLOCK))

    clock = ClockOfTheTest()
    monkeypatch.setattr(limiter, "_script", script)
    monkeypatch.setattr(limiter, "_clock", clock)
    return clock


unhurried = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@unhurried
@given(steps=st.lists(doing, min_size=1, max_size=25))
@example(steps=[*BEGUN, ("slow_down",), ("set_back", 600.0), ("reserve", [(1, 0)] * 9, 12)])
def test_every_second_keeps_its_rate(
    clock: ClockOfTheTest, redis_client: "Redis", steps: list[tuple[object, ...]]
) -> None:
    clock.set_back = 0.0
    trial = Trial(redis_client, clock, one_slot_each=False)
    trial.run(steps)
    trial.assert_kept()


@unhurried
@given(steps=st.lists(losing, min_size=1, max_size=25))
def test_every_second_keeps_its_rate_when_the_memory_is_lost(
    clock: ClockOfTheTest, redis_client: "Redis", steps: list[tuple[object, ...]]
) -> None:
    clock.set_back = 0.0
    trial = Trial(redis_client, clock, one_slot_each=True)
    trial.run(steps)
    trial.assert_kept()


def test_raised_rate_waits_for_no_long_text(clock: ClockOfTheTest, redis_client: "Redis") -> None:
    trial = Trial(redis_client, clock, one_slot_each=False, rates=[(0.0, 1)], rate_was=1)
    trial.run([("reserve", [(1, 0)], 1), ("pass", 1.1), ("reserve", [(20, 0)], 3), ("rate", 100)])
    before = len(trial.slots[0])
    trial.reserve([(1, 0)], 8)
    assert len(trial.slots[0]) > before
    trial.assert_kept()


def test_clock_that_is_set_back_stops_nothing(clock: ClockOfTheTest, redis_client: "Redis") -> None:
    trial = Trial(redis_client, clock, one_slot_each=False)
    trial.run([("reserve", [(1, 7)], 1), ("pass", 1.1), ("reserve", [(1, 7)], 3), ("set_back", 3600.0)])
    for holder in (0, 7):
        before = len(trial.slots[holder])
        trial.reserve([(1, holder)], 40)
        assert len(trial.slots[holder]) > before
    trial.assert_kept()
