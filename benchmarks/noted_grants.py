"""Included by the workers of a measurement: each slot that the limiter grants is noted in a file.

Lines are channel, moment (the machine's monotonic clock, one for all processes), slots.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from channels import pacing

_reserve = pacing.reserve
_file = (Path(os.environ["GRANTS"]) / str(os.getpid())).open("w", buffering=1)


def reserve(wanted: Sequence[pacing.Reservation]) -> list[list[float | None]]:
    """As the product's."""
    granted = _reserve(wanted)
    for one, slots in zip(wanted, granted, strict=True):
        for text, slot in zip(one.texts, slots, strict=True):
            if slot is not None:
                _file.write(f"{one.channel_id} {slot} {text.slots}\n")
    return granted


pacing.reserve = reserve
