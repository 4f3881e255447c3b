"""What is said of a channel's slots: how much of the rate was used, and the fullest second."""

from collections.abc import Iterable, Sequence

SPACING = 1.005  # of the limiter: how far apart it keeps slots, as a multiple of the exact interval


def slots_of(texts: Iterable[tuple[float, int]], rate: float) -> list[float]:
    """Moments of all slots: a text of k segments holds k in a row, from its own moment on."""
    return sorted(at + place * SPACING / rate for at, size in texts for place in range(size))


def fullest_second(slots: Sequence[float]) -> int:
    """The most slots (sorted) in any window of one second."""
    first = most = 0
    for place, at in enumerate(slots):
        while at - slots[first] >= 1.0:
            first += 1
        most = max(most, place - first + 1)
    return most


def used_of(texts: Sequence[tuple[float, int]], rate: float) -> float:
    """The share of the rate between the first text and the last (sorted)."""
    slots = sum(size for _at, size in texts[:-1])
    return slots / (texts[-1][0] - texts[0][0]) / rate
