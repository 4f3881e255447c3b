"""The limiter: no one-second window above the rate, whoever asks, whatever happened to its memory."""

import time

import pytest
from redis import Redis

from channels import pacing

HORIZON_S = 0.5  # the test may be kept waiting for so long without losing a slot


def reserved(rate: int, texts: list[pacing.Wanted], channel_id: int = 1) -> list[float | None]:
    (slots,) = pacing.reserve([pacing.Reservation(channel_id, rate, texts, HORIZON_S)])
    return slots


def granted(rate: int, seconds: float, sizes: int = 1) -> list[float]:
    """The slots that are handed out while one asks all the time."""
    slots: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        slots += [slot for slot in reserved(rate, [pacing.Wanted(sizes)] * 50) if slot]
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


def test_number_with_a_lower_rate_does_not_hold_back_the_others() -> None:
    wanted = [pacing.Wanted(1, 7, 2), pacing.Wanted(1)] * 25
    slow: list[float] = []
    others: list[float] = []
    end = time.monotonic() + 3.5
    while time.monotonic() < end:
        slots = reserved(50, wanted)
        slow += [slot for slot in slots[::2] if slot]
        others += [slot for slot in slots[1::2] if slot]
        time.sleep(0.01)
    assert most_in_a_second(slow) <= 2
    assert most_in_a_second(sorted(slow + others)) <= 50
    assert len(slow) + len(others) >= 2.4 * 50 * 0.97


def test_channels_that_are_asked_for_together_keep_a_rate_each() -> None:
    asked = [pacing.Reservation(rate, rate, [pacing.Wanted(1)] * 50, HORIZON_S) for rate in (20, 50)]
    slots: dict[int, list[float]] = {20: [], 50: []}
    end = time.monotonic() + 3.5
    while time.monotonic() < end:
        for one, granted_now in zip(asked, pacing.reserve(asked), strict=True):
            slots[one.rate] += [slot for slot in granted_now if slot]
        time.sleep(0.01)
    for rate, its_slots in slots.items():
        assert most_in_a_second(its_slots) <= rate
        assert len(its_slots) >= 2.4 * rate * 0.97


def test_refusals_in_a_row_back_off_longer_until_one_succeeds() -> None:
    def back_off() -> float:
        pacing.pause(1, seconds=None)
        paused_for_s = pacing.states([(1, 10)])[1].paused_for_s
        pacing.pause(1, seconds=None)  # of the same moment: counts once
        time.sleep(paused_for_s + 0.01)
        return paused_for_s

    first, second = back_off(), back_off()
    assert 0.49 <= first <= 1.0
    assert 0.99 <= second <= 2.0
    pacing.forget_refusals(1)
    assert back_off() <= 1.0


def test_too_fast_halves_the_rate_which_grows_back() -> None:
    granted(100, 1.1)
    pacing.slow_down(1, rate=100)
    pacing.slow_down(1, rate=100)  # of the same second: once
    assert 50 <= pacing.states([(1, 100)])[1].effective_rate <= 51
    slots = granted(100, 2.5)
    assert most_in_a_second(slots) <= 56
    assert 52 <= pacing.states([(1, 100)])[1].effective_rate <= 57
