"""Reads contacts from a spreadsheet's CSV, and says what each row would do to the address book."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.csv_import import SHORTENED, Cells, Columns, Outcome
from sessions.contacts.forms import is_name, read_address
from sessions.contacts.lookup import known_senders
from sessions.contacts.values import read_value, values_of_all
from sessions.models import Contact, ContactField

HEADINGS = {
    "number": "number",
    "phone": "number",
    "phone number": "number",
    "contact": "number",
    "name": "name",
    "notes": "notes",
    "note": "notes",
}


def columns_of(fields: Sequence[ContactField]) -> Columns:
    """Number, name, notes, and the contact fields, each by its name."""
    named = {field.key: _column_of(field) for field in fields}
    return Columns(
        order=("number", "name", "notes", *named.values()),
        headings=HEADINGS | named,
        required={"number": "Number", "name": "Name"},
    )


def _column_of(field: ContactField) -> str:
    return f"field_{field.pk}"


NAME_MOST = 127  # characters
CHANGE_MOST = 60  # characters of a value, where a change is shown


@dataclass
class ContactRow:
    """A line of the file. Where it has no such column, `notes` is None, and `noted` lacks the field: then
    what is there stays."""

    line: int
    number: str
    name: str
    notes: str | None = None
    noted: dict[int, str] = field(default_factory=dict)
    outcome: Outcome = Outcome.ERROR
    note: str = ""
    errors: list[str] = field(default_factory=list)
    present: Contact | None = None
    changes: list[str] = field(default_factory=list)  # of contact fields, in words

    @property
    def values(self) -> dict[str, Any]:
        """As the action stores it."""
        return {"address": self.number, "name": self.name, "notes": self.notes, "values": self.noted}


def preview(cells: Cells, fields: Sequence[ContactField] = ()) -> list[ContactRow]:
    """What each row would do; four queries, however many rows."""
    senders = known_senders(number for _line, texts in cells if is_name(number := _number_in(texts)))
    rows = [_read(line, texts, senders) for line, texts in cells]
    _refuse_twins(rows)
    addresses = [row.number for row in rows if not row.errors]
    known = {contact.address: contact for contact in Contact.objects.filter(address__in=addresses)}
    noted = values_of_all(known.values())
    for row, (_line, texts) in zip(rows, cells, strict=True):
        row.present = known.get(row.number)
        present = noted.get(row.present.pk, {}) if row.present else {}
        for one in fields:
            if (text := texts.get(_column_of(one))) is not None:
                _read_field(row, one, text, present.get(one.pk, ""))
        row.changes = [
            _change(one, old, row.noted[one.pk])
            for one in fields
            if one.pk in row.noted and row.noted[one.pk] != (old := present.get(one.pk, ""))
        ]
        row.outcome = _outcome_of(row)
    return rows


def _number_in(texts: dict[str, str]) -> str:
    return texts.get("number", "").lstrip("'")


def _read(line: int, texts: dict[str, str], senders: set[str]) -> ContactRow:
    text = _number_in(texts)
    row = ContactRow(line, text, texts.get("name", ""), texts.get("notes"))
    if not text:
        row.errors.append(_("The number is missing."))
    elif SHORTENED.fullmatch(text):
        words = _("The spreadsheet has shortened “%s”. Format the column as text and enter the number again.")
        row.errors.append(words % text)
    else:
        try:
            read = read_address(text, senders)
            row.number, row.note = read.address, _("“%s” was read so.") % text if read.note else ""
        except ValidationError as error:
            row.errors += error.messages
    if not row.name:
        row.errors.append(_("The name is missing."))
    elif len(row.name) > NAME_MOST:
        row.errors.append(_("The name is too long: at most %s characters.") % NAME_MOST)
    return row


def _read_field(row: ContactRow, contact_field: ContactField, text: str, present: str) -> None:
    """What is there already stays possible, though it is no choice any more."""
    try:
        row.noted[contact_field.pk] = text if text == present else read_value(contact_field, text)
    except ValidationError as error:
        row.errors += [f"{contact_field}: {words}" for words in error.messages]


def _refuse_twins(rows: Iterable[ContactRow]) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        earlier = seen.setdefault(row.number, row.line)
        if earlier != row.line and not row.errors:
            words = _("The number stands in line %s already. Remove one of the two.")
            row.errors.append(words % earlier)


def _outcome_of(row: ContactRow) -> Outcome:
    if row.errors:
        return Outcome.ERROR
    if row.present is None:
        return Outcome.ADD
    same = row.name == row.present.name and row.notes in (None, row.present.notes) and not row.changes
    return Outcome.UNCHANGED if same else Outcome.CHANGE


def _change(contact_field: ContactField, old: str, new: str) -> str:
    before, after = (Truncator(value or "–").chars(CHANGE_MOST) for value in (old, new))
    return f"{contact_field}: {before} → {after}"
