"""Included by the workers of a measurement: each slot that the limiter grants is noted in a file.

Lines are channel, moment (the machine's monotonic clock, one for all processes), slots.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from channels import pacing

_reserve = pacing.reserve
_file = (Path(os.environ["GRANTS"]) / str(os.getpid())).open("w", buffering=1)


def reserve(
    channel_id: int, *, rate: int, wanted: Sequence[pacing.Wanted], horizon_s: float
) -> list[float | None]:
    """As the product's."""
    slots = _reserve(channel_id, rate=rate, wanted=wanted, horizon_s=horizon_s)
    for text, slot in zip(wanted, slots, strict=True):
        if slot is not None:
            _file.write(f"{channel_id} {slot} {text.slots}\n")
    return slots


pacing.reserve = reserve
