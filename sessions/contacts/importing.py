"""Reads contacts from a spreadsheet's CSV, and says what each row would do to the address book."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.csv_import import SHORTENED, Cells, Columns, Outcome
from sessions.contacts.forms import is_name, read_address
from sessions.contacts.lookup import known_senders
from sessions.models import Contact

COLUMNS = Columns(
    order=("number", "name", "notes"),
    headings={
        "number": "number",
        "phone": "number",
        "phone number": "number",
        "contact": "number",
        "name": "name",
        "notes": "notes",
        "note": "notes",
    },
    required={"number": "Number", "name": "Name"},
)
NAME_MOST = 127  # characters


@dataclass
class ContactRow:
    """A line of the file. `notes` is None where the file has no such column: the present ones stay."""

    line: int
    number: str
    name: str
    notes: str | None = None
    outcome: Outcome = Outcome.ERROR
    note: str = ""
    errors: list[str] = field(default_factory=list)
    present: Contact | None = None

    @property
    def values(self) -> dict[str, str]:
        """As the action stores it."""
        notes = (self.present.notes if self.present else "") if self.notes is None else self.notes
        return {"address": self.number, "name": self.name, "notes": notes}


def preview(cells: Cells) -> list[ContactRow]:
    """What each row would do; three queries, however many rows."""
    senders = known_senders(number for _line, texts in cells if is_name(number := _number_in(texts)))
    rows = [_read(line, texts, senders) for line, texts in cells]
    _refuse_twins(rows)
    addresses = [row.number for row in rows if not row.errors]
    known = {contact.address: contact for contact in Contact.objects.filter(address__in=addresses)}
    for row in rows:
        row.present = known.get(row.number)
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
    same = row.values == {name: getattr(row.present, name) for name in ("address", "name", "notes")}
    return Outcome.UNCHANGED if same else Outcome.CHANGE
