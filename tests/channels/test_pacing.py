"""The limiter: no one-second window above the rate, whoever asks, whatever happened to its memory."""

import time

import pytest
from redis import Redis

from channels import pacing


def granted(rate: int, seconds: float, sizes: int = 1) -> list[float]:
    """The slots that are handed out while one asks all the time."""
    slots: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        slots += pacing.reserve(1, rate=rate, sizes=[sizes] * 50, horizon_s=0.1)
        time.sleep(0.01)
    return slots


def most_in_a_second(slots: list[float]) -> int:
    return max(sum(start <= slot < start + 1.0 for slot in slots) for start in slots)


@pytest.mark.parametrize("rate", [1, 10, 100])
def test_no_second_holds_more_than_the_rate(rate: int) -> None:
    slots = granted(rate, 3.5)
    assert slots == sorted(slots)
    assert most_in_a_second(slots) <= rate
    assert len(slots) >= int(2 * rate * 0.98)


def test_text_of_three_segments_takes_three_slots() -> None:
    assert most_in_a_second(granted(12, 3.0, sizes=3)) == 4


def test_nothing_is_granted_for_a_second_when_the_memory_is_gone(redis_client: Redis) -> None:
    granted(100, 1.5)
    redis_client.flushall()
    lost_at = time.monotonic()
    slots = granted(100, 1.5)
    assert slots[0] >= lost_at + 0.99


def test_pause_holds_and_a_shorter_one_does_not_end_it() -> None:
    granted(100, 1.2)
    paused_at = time.monotonic()
    pacing.pause(1, seconds=1.0)
    pacing.pause(1, seconds=0.1)
    slots = granted(100, 1.3)
    assert paused_at + 0.99 <= slots[0] <= paused_at + 1.1


def test_changed_rate_holds_a_second_later() -> None:
    granted(100, 1.5)
    changed_at = time.monotonic()
    slots = granted(5, 3.0)
    assert most_in_a_second([slot for slot in slots if slot >= changed_at + 1.0]) <= 5
