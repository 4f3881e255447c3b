"""Reads numbers with their rules from a file's rows, and says what each would do to a channel."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.directions import isolated
from channels.models import Channel, Number
from channels.numbers import words
from channels.phone_numbers import read_number
from imports.kinds import (
    SHORTENED,
    Cells,
    Field,
    Outcome,
    Row,
    Seen,
    Shown,
    reasons_of,
    shortened_words,
    twice,
)
from imports.words import NO_NUMBER, NUMBER_TWICE
from routing.models import Extension, MessageQueue

FIELDS = (
    Field("number", "Number", {"number", "phone number", "nummer", "rufnummer", "número", "numéro"}),
    Field(
        "type",
        "Destination type",
        {"destination type", "destination for inbound messaging", "type", "typ", "tipo"},
    ),
    Field("destination", "Destination", {"destination", "ziel", "destino"}),
    Field(
        "allowed",
        "Extensions allowed",
        {"extensions allowed", "extensions allowed to create messaging sessions"},
    ),
)
REQUIRED = (("number",), ("type",), ("destination",))
_TYPES = {"extension": Extension, "message queue": MessageQueue, "queue": MessageQueue}


@dataclass
class ImportRow(Row):
    """A line of the file. `allowed` is None where the file has no such column: the present ones stay."""

    number: str = ""
    destination: Extension | MessageQueue | None = None
    allowed: list[Extension] | None = None
    note: str = ""
    present: Number | None = None

    @property
    def shown(self) -> Sequence[Shown]:
        allowed = None if self.allowed is None else ", ".join(map(str, self.allowed))
        destination = "" if self.destination is None else str(self.destination)
        return Shown(self.number, self.note), Shown(destination), Shown(allowed)

    @property
    def rule(self) -> dict[str, Any]:
        """As `actions` stores it."""
        is_extension = isinstance(self.destination, Extension)
        kept = list(self.present.initiators.all()) if self.present else []
        return {
            "number": self.number,
            "extension": self.destination if is_extension else None,
            "queue": None if is_extension else self.destination,
            "initiators": kept if self.allowed is None else self.allowed,
            "number_rate": self.present.sending_rate if self.present else None,
            "standby": self.present.standby if self.present else None,
        }


def read(channel: Channel, cells: Iterable[Cells], seen: Seen) -> list[ImportRow]:
    """What each row would do; a handful of queries, however many rows."""
    read = [(line, {name: one[0] for name, one in texts.items()}) for line, texts in cells]
    return _Reading(channel, read, seen).rows(read)


class _Reading:
    def __init__(self, channel: Channel, cells: list[tuple[int, dict[str, str]]], seen: Seen) -> None:
        self.channel = channel
        texts = " ".join(f"{row.get('destination')} {row.get('allowed')}" for _line, row in cells)
        extensions = Extension.objects.live().filter(number__in=set(re.findall(r"\d+", texts)))
        queues = MessageQueue.objects.live()
        self.extensions = {extension.number: extension for extension in extensions}
        self.queues = {queue.name.lower(): queue for queue in queues}
        self.holders: dict[str, Number] = {}
        self.seen = seen

    def rows(self, cells: list[tuple[int, dict[str, str]]]) -> list[ImportRow]:
        rows = [self._numbered(line, row) for line, row in cells]
        numbers = Number.objects.live().filter(address__in=[row.number for row in rows if not row.errors])
        found = numbers.select_related("channel", "extension", "queue").prefetch_related("initiators")
        self.holders = {number.address: number for number in found}
        for row, (_line, texts) in zip(rows, cells, strict=True):
            self._hold(row)
            self._route(row, texts)
            self._allow(row, texts)
            self._decide(row)
        return rows

    def _numbered(self, line: int, texts: dict[str, str]) -> ImportRow:
        text = texts.get("number", "").lstrip("'")
        row = ImportRow(line, number=text)
        if not text:
            row.errors.append(NO_NUMBER())
        elif SHORTENED.fullmatch(text):
            row.errors.append(shortened_words(text))
        else:
            try:
                read = read_number(text, settings.DEFAULT_REGION)
                row.number = read.address
                row.note = _("“%s” was read so.") % isolated(text) if read.note else ""
            except ValidationError as error:
                row.errors += reasons_of(error)
        return row

    def _hold(self, row: ImportRow) -> None:
        if row.errors:
            return
        if earlier := twice(self.seen, row.number, row.line):
            row.errors.append(NUMBER_TWICE(line=earlier))
        holder = self.holders.get(row.number)
        if holder and holder.channel_id != self.channel.pk:
            row.errors.append(words.OF_OTHER_CHANNEL(name=isolated(holder.channel.name)))
        elif holder:
            row.present = holder

    def _route(self, row: ImportRow, texts: dict[str, str]) -> None:
        kind, name = _TYPES.get(texts.get("type", "").lower()), texts.get("destination", "")
        if kind is None:
            row.errors.append(words.NO_TYPE())
        elif not name:
            row.errors.append(words.NO_DESTINATION())
        elif kind is Extension:
            row.destination = self.extensions.get(name.split()[0])
        else:
            row.destination = self.queues.get(name.lower())
        if kind and name and row.destination is None:
            missing = words.NO_EXTENSION if kind is Extension else words.NO_QUEUE
            row.errors.append(missing(name=name))

    def _allow(self, row: ImportRow, texts: dict[str, str]) -> None:
        if "allowed" not in texts:
            return
        numbers = dict.fromkeys(filter(None, re.split(r"[\s,;|/]+", texts["allowed"])))
        row.allowed = [self.extensions[number] for number in numbers if number in self.extensions]
        if unknown := [number for number in numbers if number not in self.extensions]:
            names = ", ".join(f"“{number}”" for number in unknown)
            row.errors.append(words.NOT_ALLOWED(names=names))

    def _decide(self, row: ImportRow) -> None:
        if row.errors:
            return
        if row.present is None:
            row.outcome = Outcome.ADD
            return
        present = {one.pk for one in row.present.initiators.all()}
        allowed = present if row.allowed is None else {one.pk for one in row.allowed}
        same = row.present.destination == row.destination and allowed == present
        row.outcome = Outcome.UNCHANGED if same else Outcome.CHANGE
