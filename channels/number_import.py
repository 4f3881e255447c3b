"""Reads numbers with their rules from a spreadsheet's CSV, and says what each row would do to a channel."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.models import Channel, Number
from channels.phone_numbers import read_number
from routing.models import Extension, MessageQueue

ROWS_MOST = 1_000
COLUMNS = ("number", "type", "destination", "allowed")
_HEADINGS = {
    "number": "number",
    "destination type": "type",
    "destination for inbound messaging": "type",
    "destination": "destination",
    "extensions allowed": "allowed",
    "extensions allowed to create messaging sessions": "allowed",
}
_TYPES = {"extension": Extension, "message queue": MessageQueue, "queue": MessageQueue}
_SHORTENED = re.compile(r"\d[.,]?\d*[eE]\+?\d+")


class Outcome(TextChoices):
    ADD = "add", gettext_lazy("Add")
    CHANGE = "change", gettext_lazy("Change")
    UNCHANGED = "unchanged", gettext_lazy("Unchanged")
    ERROR = "error", gettext_lazy("Error")


@dataclass
class ImportRow:
    """A line of the file. `allowed` is None where the file has no such column: the present ones stay."""

    line: int
    number: str
    outcome: Outcome = Outcome.ERROR
    destination: Extension | MessageQueue | None = None
    allowed: list[Extension] | None = None
    note: str = ""
    errors: list[str] = field(default_factory=list)
    present: Number | None = None

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
        }


def decoded(content: bytes) -> str:
    """As spreadsheets write: UTF-8 with or without its mark, UTF-16 with one, or the Windows code page."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def cells_of(text: str) -> list[tuple[int, dict[str, str]]]:
    """(line, cells by column) of each row that isn't empty. Raises `ValidationError` in words."""
    text = text.lstrip("\ufeff")
    lines = [line for line in text.splitlines() if line.strip()]
    told = re.fullmatch(r"sep=(.)", lines[0].strip()) if lines else None  # Excel's own first line
    first = lines[1 if told and len(lines) > 1 else 0] if lines else ""
    separator = told[1] if told else max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise ValidationError(_("This is not a CSV file: save it as CSV in the spreadsheet.")) from error
    rows = [(line, row) for line, row in rows if any(row)][1 if told else 0 :]
    columns = _columns(rows[0][1]) if rows else None
    rows = rows[1:] if columns else rows
    if not rows:
        raise ValidationError(_("There are no rows. Write one number per row, as in the example file."))
    if len(rows) > ROWS_MOST:
        raise ValidationError(_("These are more than %s rows. Import them in parts.") % ROWS_MOST)
    return [(line, dict(zip(columns or COLUMNS, row, strict=False))) for line, row in rows]


def _columns(first: Sequence[str]) -> list[str] | None:
    """What the headings of the first row mean; None if it is no heading. Raises `ValidationError`."""
    columns = [_HEADINGS.get(cell.lower(), "") for cell in first]
    if not any(columns):
        return None
    if missing := {"number", "type", "destination"} - set(columns):
        words = {"number": "Number", "type": "Destination type", "destination": "Destination"}
        named = ", ".join(words[name] for name in COLUMNS if name in missing)
        raise ValidationError(_("Columns are missing: %s. Name them as in the example file.") % named)
    return columns


def preview(channel: Channel, cells: Iterable[tuple[int, dict[str, str]]]) -> list[ImportRow]:
    """What each row would do; a handful of queries, however many rows."""
    cells = list(cells)
    return _Reading(channel, cells).rows(cells)


class _Reading:
    def __init__(self, channel: Channel, cells: list[tuple[int, dict[str, str]]]) -> None:
        self.channel = channel
        texts = " ".join(f"{row.get('destination')} {row.get('allowed')}" for _line, row in cells)
        extensions = Extension.objects.live().filter(number__in=set(re.findall(r"\d+", texts)))
        queues = MessageQueue.objects.live()
        self.extensions = {extension.number: extension for extension in extensions}
        self.queues = {queue.name.lower(): queue for queue in queues}
        self.holders: dict[str, Number] = {}
        self.seen: dict[str, int] = {}

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
        row = ImportRow(line, text)
        if not text:
            row.errors.append(_("The number is missing."))
        elif _SHORTENED.fullmatch(text):
            words = _(
                "The spreadsheet has shortened “%s”. Format the column as text and enter the number again."
            )
            row.errors.append(words % text)
        else:
            try:
                read = read_number(text, settings.DEFAULT_REGION)
                row.number = read.address
                row.note = _("“%s” was read so.") % text if read.note else ""
            except ValidationError as error:
                row.errors += error.messages
        return row

    def _hold(self, row: ImportRow) -> None:
        if row.errors:
            return
        if earlier := self.seen.get(row.number):
            row.errors.append(_("The number stands in line %s already. Remove one of the two.") % earlier)
        self.seen.setdefault(row.number, row.line)
        holder = self.holders.get(row.number)
        if holder and holder.channel_id != self.channel.pk:
            words = _("The number belongs to the channel “%s”. Remove it there first.")
            row.errors.append(words % holder.channel.name)
        elif holder:
            row.present = holder

    def _route(self, row: ImportRow, texts: dict[str, str]) -> None:
        kind, name = _TYPES.get(texts.get("type", "").lower()), texts.get("destination", "")
        if kind is None:
            row.errors.append(_("Write “Extension” or “Message Queue” as the destination type."))
        elif not name:
            row.errors.append(_("The destination is missing."))
        elif kind is Extension:
            row.destination = self.extensions.get(name.split()[0])
        else:
            row.destination = self.queues.get(name.lower())
        if kind and name and row.destination is None:
            missing = (
                _("There is no extension “%s”. Write the number of one that exists.")
                if kind is Extension
                else _("There is no message queue “%s”. Write the name of one that exists.")
            )
            row.errors.append(missing % name)

    def _allow(self, row: ImportRow, texts: dict[str, str]) -> None:
        if "allowed" not in texts:
            return
        numbers = dict.fromkeys(filter(None, re.split(r"[\s,;|/]+", texts["allowed"])))
        row.allowed = [self.extensions[number] for number in numbers if number in self.extensions]
        if unknown := [number for number in numbers if number not in self.extensions]:
            words = _("There is no extension %s. Write the numbers of extensions, separated by spaces.")
            row.errors.append(words % ", ".join(f"“{number}”" for number in unknown))

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
