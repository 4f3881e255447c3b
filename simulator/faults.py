"""Faults on demand: what goes wrong, for whom, how often."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import count
from typing import Any

# Answer without doing what was asked.
REFUSING = frozenset({"403", "404", "429", "500", "503", "reject_credentials", "drip"})
# Do it, but spoil the answer.
SPOILING = frozenset({"drop_after_accept", "error_after_accept", "garbage_201"})
# `hang` does either, by its option `accept`.
ANSWERING = REFUSING | SPOILING | {"hang"}
# Change what becomes of a message.
ENDING = frozenset({"refuse", "undeliver", "callbacks"})
KINDS = ANSWERING | ENDING | {"latency"}

OPTIONS: dict[str, dict[str, Any]] = {
    "429": {"retry_after": 1},
    "hang": {"after_s": None, "accept": False},
    "latency": {"ms": 500},
    "error_after_accept": {"status": 500},
    "refuse": {"code": None},
    "undeliver": {"status": "undelivered", "code": None},
    "callbacks": {"mode": "never"},
}


@dataclass(slots=True)
class Fault:
    """`count` uses are left, None is until removed; `number` and `to` narrow it to creates that match.

    `path` narrows it to requests whose path contains it.
    """

    id: int
    kind: str
    count: int | None = None
    probability: float = 1.0
    number: str = ""
    to: str = ""
    path: str = ""
    on: str = "create"
    hits: int = 0
    options: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "count": self.count,
            "probability": self.probability,
            "number": self.number,
            "to": self.to,
            "path": self.path,
            "on": self.on,
            "hits": self.hits,
            **self.options,
        }


class Faults:
    """The faults in force, oldest first: the first that fits is used."""

    def __init__(self) -> None:
        self._ids = count(1)
        self.active: list[Fault] = []

    def add(self, description: dict[str, Any]) -> Fault:
        """`{kind, count?, probability?, number?, to?, path?, on?, ...options}`; ValueError in words."""
        given = dict(description)
        kind = str(given.pop("kind", ""))
        if kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(sorted(KINDS))}.")
        names = ("count", "probability", "number", "to", "path", "on")
        common = {name: given.pop(name) for name in names if name in given}
        options = dict(OPTIONS.get(kind, {}))
        unknown = given.keys() - options.keys()
        if unknown:
            raise ValueError(f"{kind} has no option {', '.join(sorted(unknown))}.")
        if kind == "reject_credentials" or "path" in common:
            common.setdefault("on", "api")
        fault = Fault(id=next(self._ids), kind=kind, options=options | given, **common)
        _check(fault)
        self.active.append(fault)
        return fault

    def remove(self, fault_id: int) -> bool:
        before = len(self.active)
        self.active = [fault for fault in self.active if fault.id != fault_id]
        return len(self.active) < before

    def clear(self) -> None:
        self.active.clear()

    def take(
        self, kinds: frozenset[str], *, number: str, to: str, create: bool, path: str = ""
    ) -> Fault | None:
        """Use the first fault of these kinds that fits, once."""
        for fault in self.active:
            fits = _fits(fault, number=number, to=to, create=create) and fault.path in path
            if fault.kind in kinds and fits:
                fault.hits += 1
                if fault.count is not None:
                    fault.count -= 1
                    if fault.count <= 0:
                        self.active.remove(fault)
                return fault
        return None


def _check(fault: Fault) -> None:
    if fault.on not in ("create", "api"):
        raise ValueError("on is create (sending a message) or api (every request).")
    if fault.count is not None and not (isinstance(fault.count, int) and fault.count > 0):
        raise ValueError("count is a number from 1, or null for until removed.")
    if not (isinstance(fault.probability, int | float) and 0 < fault.probability <= 1):
        raise ValueError("probability is above 0, and 1 at most.")


def _fits(fault: Fault, *, number: str, to: str, create: bool) -> bool:
    if fault.on == "create" and not create:
        return False
    if (fault.number and fault.number != number) or (fault.to and fault.to != to):
        return False
    return fault.probability >= 1.0 or random.random() < fault.probability
