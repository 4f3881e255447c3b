"""How many rows a batch takes is learnt from those before it."""

import time
from types import SimpleNamespace

import pytest

from retention.sweeping.pace import FIRST, HOLD_S, LEAST, MOST, Pace


@pytest.mark.parametrize(
    ("rows", "took_s", "next_size"),
    [
        (FIRST, HOLD_S / 10, FIRST * 3 // 2),
        (FIRST + 3, HOLD_S / 1.25, FIRST * 5 // 4),
        (FIRST, HOLD_S * 2, FIRST // 2),
        (FIRST - 1, HOLD_S / 10, FIRST),  # it was quick for want of rows
        (0, HOLD_S / 10, FIRST),
        (0, HOLD_S * 1.25, FIRST * 4 // 5),
    ],
)
def test_batch_grows_only_where_a_full_one_was_quick(
    monkeypatch: pytest.MonkeyPatch, rows: int, took_s: float, next_size: int
) -> None:
    assert sizes(monkeypatch, [(rows, took_s)]) == [next_size]


def test_batch_has_a_least_and_a_most_size(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sizes(monkeypatch, [(MOST, 0.0)] * 20)[-1] == MOST
    assert sizes(monkeypatch, [(0, 9.0)] * 20)[-1] == LEAST


def sizes(monkeypatch: pytest.MonkeyPatch, batches: list[tuple[int, float]]) -> list[int]:
    """What the next one may take after each, which took rows within seconds."""
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(time, "monotonic", lambda: clock.now)
    pace, found = Pace(60, rests=False), []
    for rows, took_s in batches:
        with pace.batch() as batch:
            batch.rows = rows
            clock.now += took_s
        found.append(pace.size)
    return found
