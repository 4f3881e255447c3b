"""Whose numbers begin like this, by the countries' numbering plans as phonenumbers has them.

That table takes almost a second to load, and 47 MB: the worker alone has it, from the first failure on.
"""

from collections.abc import Iterable
from importlib import import_module

from django.db import transaction

from sessions.bulk import insert_missing, write
from sessions.nudges import nudge
from stats.models import PrefixCarrier

BATCH = 1_000


def ask_for(prefixes: Iterable[str]) -> None:
    """Within a transaction; the worker finds out those that are new."""
    rows = [PrefixCarrier(prefix=prefix) for prefix in sorted(prefixes)]
    for start in range(0, len(rows), BATCH):
        insert_missing(rows[start : start + BATCH])
    if rows:
        transaction.on_commit(lambda: nudge("stats.tasks.name_carriers"))


def name_carriers() -> int:
    """Looks up all that are asked for; returns how many."""
    named = 0
    while rows := list(PrefixCarrier.objects.filter(name=None).order_by("pk")[:BATCH]):
        for row in rows:
            row.name = carrier_of(row.prefix)
        write(rows, "name")
        named += len(rows)
    return named


def carrier_of(prefix: str) -> str:
    """By the longest beginning that the table has; "" if there is none."""
    table = import_module("phonenumbers.carrierdata").CARRIER_DATA
    digits = prefix.removeprefix("+")
    longest_first = (digits[:n] for n in range(len(digits), 0, -1))
    names: dict[str, str] = next((table[part] for part in longest_first if part in table), {})
    return names.get("en") or next(iter(names.values()), "")
