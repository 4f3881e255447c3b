"""What the settings of a channel come to, before it is saved."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """How one item of a sample is understood: `rows` of (what it is, what was found)."""

    title: str
    rows: Sequence[tuple[str, str]]
    is_fine: bool


@dataclass(frozen=True)
class Preview:
    """`request` is what would be sent; `sample`, what `readings` are of; `problem`: why there are none."""

    request: str
    sample: str
    readings: Sequence[Reading] = ()
    problem: str = ""
