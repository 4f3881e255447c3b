"""Reads contacts from a file's rows, and says what each would do to the address book."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.directions import isolated
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
from imports.words import NO_NUMBER, NUMBER_TWICE, OF_COLUMN
from sessions.contacts import import_headings, words
from sessions.contacts.forms import is_name, read_address
from sessions.contacts.lookup import known_senders
from sessions.contacts.placeholders import is_placeholder
from sessions.contacts.values import read_value, values_of_all
from sessions.models import Contact, ContactField

OWN_FIELDS = (
    Field("number", "Number", import_headings.NUMBER, several=True),
    Field("name", "Name", import_headings.NAME),
    Field("notes", "Notes", import_headings.NOTES, several=True),
    Field("first", "First name", import_headings.FIRST, in_order=False),
    Field("middle", "Middle name", import_headings.MIDDLE, in_order=False),
    Field("last", "Last name", import_headings.LAST, in_order=False),
)
REQUIRED = (("number",), ("name", "first", "last"))
NAME_MOST = 127  # characters
CHANGE_MOST = 60  # characters of a value, where a change is shown
NOTES_SHOWN = 80  # characters


_BETWEEN_NUMBERS = re.compile(r"\s*(?::::|[;\n\r|])\s*")  # Google joins several by :::


@dataclass
class ContactRow(Row):
    """A number of a line, which may have several. Where the file has no such column, `notes` is None, and
    `noted` lacks the field: then what is there stays."""

    number: str = ""
    name: str = ""
    notes: str | None = None
    noted: dict[int, str] = field(default_factory=dict)
    note: str = ""
    present: Contact | None = None

    @property
    def shown(self) -> Sequence[Shown]:
        renamed = self.present is not None and self.present.name != self.name
        before = _("before: %s") % (self.present.name or "–") if renamed and self.present else ""
        notes = None if self.notes is None else Truncator(self.notes).chars(NOTES_SHOWN)
        return Shown(self.number, self.note), Shown(self.name, before), Shown(notes)


def column_of(contact_field: ContactField) -> str:
    return f"field_{contact_field.pk}"


def read(cells: Iterable[Cells], seen: Seen, fields: Sequence[ContactField] = ()) -> list[ContactRow]:
    """What each number would do; four queries, however many rows."""
    split = [(line, texts, number) for line, texts in cells for number in _numbers_in(texts)]
    senders = known_senders(number for _line, _texts, number in split if is_name(number))
    rows = [(_read(line, texts, number, senders), texts) for line, texts, number in split]
    for row, _texts in rows:
        _refuse_twin(row, seen)
    addresses = [row.number for row, _texts in rows if not row.errors]
    known = {contact.address: contact for contact in Contact.objects.filter(address__in=addresses)}
    noted = values_of_all(known.values())
    for row, texts in rows:
        row.present = known.get(row.number)
        present = noted.get(row.present.pk, {}) if row.present else {}
        for one in fields:
            if (found := texts.get(column_of(one))) is not None:
                _read_field(row, one, found[0], present.get(one.pk, ""))
        row.changes = [
            _change(one, old, row.noted[one.pk])
            for one in fields
            if one.pk in row.noted and row.noted[one.pk] != (old := present.get(one.pk, ""))
        ]
        row.outcome = _outcome_of(row)
    return [row for row, _texts in rows]


def _numbers_in(texts: dict[str, list[str]]) -> Iterator[str]:
    """Each once; where there is none, what stands for it, or ""."""
    parts = (part for cell in texts.get("number", ()) for part in _BETWEEN_NUMBERS.split(cell))
    found = dict.fromkeys(filter(None, (part.lstrip("'") for part in parts)))
    numbers = [one for one in found if not is_placeholder(one)]
    yield from numbers or list(found)[:1] or ("",)


def _name_in(texts: dict[str, list[str]]) -> str:
    whole = (texts.get("name") or [""])[0]
    parts = [(texts.get(name) or [""])[0] for name in ("first", "middle", "last")]
    return whole or " ".join(filter(None, parts))


def _notes_in(texts: dict[str, list[str]]) -> str | None:
    return "\n".join(filter(None, texts["notes"])) if "notes" in texts else None


def _read(line: int, texts: dict[str, list[str]], text: str, senders: set[str]) -> ContactRow:
    row = ContactRow(line, number=text, name=_name_in(texts), notes=_notes_in(texts))
    if not text:
        row.errors.append(NO_NUMBER())
    elif is_placeholder(text):
        row.errors.append(words.PLACEHOLDER(text=isolated(text)))
    elif SHORTENED.fullmatch(text):
        row.errors.append(shortened_words(text))
    else:
        try:
            read = read_address(text, senders)
            row.number, row.note = read.address, _("“%s” was read so.") % isolated(text) if read.note else ""
        except ValidationError as error:
            row.errors += reasons_of(error)
    if not row.name:
        row.errors.append(words.NO_NAME())
    elif len(row.name) > NAME_MOST:
        row.errors.append(words.LONG_NAME(most=NAME_MOST))
    return row


def _read_field(row: ContactRow, contact_field: ContactField, text: str, present: str) -> None:
    """What is there already stays possible, though it is no choice any more."""
    try:
        row.noted[contact_field.pk] = text if text == present else read_value(contact_field, text)
    except ValidationError as error:
        row.errors += [OF_COLUMN(column=str(contact_field), reason=reason) for reason in reasons_of(error)]


def _refuse_twin(row: ContactRow, seen: Seen) -> None:
    earlier = twice(seen, row.number, row.line) if row.number else 0
    if earlier and not row.errors:
        row.errors.append(NUMBER_TWICE(line=earlier))


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
