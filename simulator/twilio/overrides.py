"""Connection overrides: the fragment of a webhook URL, `#rc=2&rp=ct,rt,5xx&ct=2000`."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urldefrag

# name: (least, most, default); milliseconds, but for rc, which counts retries.
RANGES = {
    "ct": (100, 10000, 5000),
    "rt": (100, 15000, 15000),
    "tt": (100, 15000, 15000),
    "rc": (0, 5, 1),
}
POLICIES = frozenset({"4xx", "5xx", "ct", "rt", "all"})
DEFAULT_POLICY = frozenset({"ct"})


@dataclass(frozen=True, slots=True)
class Overrides:
    """How a webhook is connected to. Times in seconds."""

    connect_timeout_s: float
    read_timeout_s: float
    total_timeout_s: float
    retries: int
    policy: frozenset[str]

    def retries_on(self, failure: str) -> bool:
        """`failure` is 4xx, 5xx, ct, rt, or tls, which counts as ct."""
        failure = "ct" if failure == "tls" else failure
        return failure in self.policy or "all" in self.policy


def split_overrides(url: str) -> tuple[str, Overrides]:
    """The URL that is requested and signed, and what its fragment asks for.

    A value outside its range, or one that can't be read, counts as not given.
    """
    bare, fragment = urldefrag(url)
    given = {name: values[-1] for name, values in parse_qs(fragment).items()}
    policy = frozenset(given.get("rp", "").split(",")) & POLICIES
    return bare, Overrides(
        connect_timeout_s=_number(given, "ct") / 1000,
        read_timeout_s=_number(given, "rt") / 1000,
        total_timeout_s=_number(given, "tt") / 1000,
        retries=_number(given, "rc"),
        policy=policy or DEFAULT_POLICY,
    )


def _number(given: dict[str, str], name: str) -> int:
    least, most, default = RANGES[name]
    text = given.get(name, "")
    return int(text) if text.isdecimal() and least <= int(text) <= most else default
