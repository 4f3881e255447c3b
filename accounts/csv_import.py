"""Rows of a spreadsheet's CSV with their line numbers, for pages that show first what an import will do."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.csv_export import unharmed
from accounts.pasted import cleaned

ROWS_MOST = 1_000
BYTES_MOST = 1024 * 1024
SHORTENED = re.compile(r"\d[.,]?\d*[eE]\+?\d+")  # what a spreadsheet makes of a long number

Cells = list[tuple[int, dict[str, str]]]  # (line, cells by column) of each row


class Outcome(TextChoices):
    ADD = "add", gettext_lazy("Add")
    CHANGE = "change", gettext_lazy("Change")
    UNCHANGED = "unchanged", gettext_lazy("Unchanged")
    ERROR = "error", gettext_lazy("Error")


STORED = {Outcome.ADD, Outcome.CHANGE}


class Row(Protocol):
    outcome: Outcome


@dataclass(frozen=True)
class Columns:
    """What a file has: its columns in their order, which headings (casefolded) mean one, which must be.

    `required` gives the words by which a missing one is named.
    """

    order: Sequence[str]
    headings: Mapping[str, str]
    required: Mapping[str, str]

    def cells_of(self, text: str) -> Cells:
        """The rows that aren't empty. Raises `ValidationError` in words."""
        text = text.lstrip("\ufeff")
        rows, told = _rows_of(text)
        rows = rows[1 if told else 0 :]
        columns = self._named_by(rows[0][1]) if rows else None
        rows = rows[1:] if columns else rows
        if not rows:
            raise ValidationError(_("There are no rows. Write them as in the example file."))
        if len(rows) > ROWS_MOST:
            raise ValidationError(_("These are more than %s rows. Import them in parts.") % ROWS_MOST)
        return [(line, dict(zip(columns or self.order, row, strict=False))) for line, row in rows]

    def _named_by(self, first: Sequence[str]) -> list[str] | None:
        """What the headings of the first row mean; None if it is no heading. Raises `ValidationError`."""
        columns = [self.headings.get(" ".join(cell.split()).casefold(), "") for cell in first]
        if not any(columns):
            return None
        if missing := self.required.keys() - set(columns):
            named = ", ".join(self.required[name] for name in self.order if name in missing)
            raise ValidationError(_("Columns are missing: %s. Name them as in the example file.") % named)
        return columns


def _rows_of(text: str) -> tuple[list[tuple[int, list[str]]], bool]:
    """Lines and their cells; and whether the first one is Excel's own, which names the separator."""
    lines = [line for line in text.splitlines() if line.strip()]
    told = re.fullmatch(r"sep=(.)", lines[0].strip()) if lines else None
    first = lines[1 if told and len(lines) > 1 else 0] if lines else ""
    separator = told[1] if told else max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = [(reader.line_num, [unharmed(cleaned(cell)) for cell in row]) for row in reader]
    except csv.Error as error:
        raise ValidationError(_("This is not a CSV file: save it as CSV in the spreadsheet.")) from error
    return [(line, row) for line, row in rows if any(row)], told is not None


def decoded(content: bytes) -> str:
    """As spreadsheets write: UTF-8 with or without its mark, UTF-16 with one, or the Windows code page."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


class ImportForm(forms.Form):
    """A file, or pasted text; after validation `rows` are its cells, and `text` can be sent again."""

    columns: Columns

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        help_text=gettext_lazy("As Excel, LibreOffice or Google Sheets save it, up to 1,000 rows."),
    )
    text = forms.CharField(
        label=gettext_lazy("Or paste the rows"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "class": "font-monospace", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        upload, name = cleaned.get("file"), "file" if cleaned.get("file") else "text"
        if (upload and upload.size > BYTES_MOST) or len(cleaned.get("text") or "") > BYTES_MOST:
            raise ValidationError({name: _("This is too large. Import at most 1,000 rows at once.")})
        text = decoded(upload.read()) if upload else cleaned.get("text") or ""
        cleaned["text"] = text.replace("\0", "")
        if not self.errors:
            try:
                cleaned["rows"] = self.columns.cells_of(cleaned["text"])
            except ValidationError as error:
                raise ValidationError({name: error.messages}) from error
        return cleaned


def preview_context(rows: Iterable[Row]) -> dict[str, Any]:
    """How many rows there are of each outcome, how many will be stored, how many are left out."""
    counts = Counter(row.outcome for row in rows)
    return {
        "rows": rows,
        "counts": [(outcome, outcome.label, counts[outcome]) for outcome in Outcome if counts[outcome]],
        "to_store": counts[Outcome.ADD] + counts[Outcome.CHANGE],
        "wrong": counts[Outcome.ERROR],
    }
