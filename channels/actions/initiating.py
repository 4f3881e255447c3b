"""Which extensions may begin sessions from which numbers: stored for many numbers at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from accounts import audit
from channels.models import Number
from routing.models import Extension

Through: Any = Number.initiators.through
Pair = tuple[int, int]  # the ids of a number and of an extension


def store(wanted: Mapping[int, Iterable[Extension]]) -> dict[int, audit.Changes]:
    """By the ids of the numbers; these and no others. Returns what changed, as the audit log tells it."""
    asked = {(number, one.pk) for number, extensions in wanted.items() for one in extensions}
    rows = Through.objects.filter(number__in=wanted).values_list("pk", "number_id", "extension_id")
    present = {(number, extension): pk for pk, number, extension in rows}
    removed, added = present.keys() - asked, asked - present.keys()
    Through.objects.filter(pk__in=[present[pair] for pair in removed]).delete()
    Through.objects.bulk_create(
        [Through(number_id=number, extension_id=extension) for number, extension in sorted(added)],
        ignore_conflicts=True,
    )
    return _told(added, removed)


def _told(added: Iterable[Pair], removed: Iterable[Pair]) -> dict[int, audit.Changes]:
    known = Extension.objects.in_bulk({extension for _number, extension in (*added, *removed)})
    said: dict[int, tuple[list[Extension], list[Extension]]] = defaultdict(lambda: ([], []))
    for verb, pairs in enumerate((added, removed)):
        for number, extension in pairs:
            if extension in known:
                said[number][verb].append(known[extension])
    return {
        number: audit.changes_of_list("initiators", added=more, removed=less)
        for number, (more, less) in said.items()
    }
