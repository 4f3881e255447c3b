"""The import of contacts into the address book."""

from collections.abc import Iterable, Sequence
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from imports.kinds import Cells, Field, Kind, Seen, Stored
from sessions import actions
from sessions.contacts import import_headings
from sessions.contacts.import_rows import OWN_FIELDS, REQUIRED, ContactRow, column_of, read
from sessions.contacts.values import live_fields
from sessions.models import ContactField

HEADER = ("Number", "Name", "Notes")  # which the import reads; not translated
EXAMPLE = (
    ("+14155550123", "Ada Lovelace", "Prefers to be called Countess"),
    ("+25402161183", "Ben", ""),
)
_OF_KIND = {ContactField.Kind.EMAIL: import_headings.EMAIL, ContactField.Kind.WEB: import_headings.WEB}


def header_of(fields: Sequence[ContactField]) -> list[str]:
    return [*HEADER, *(one.name for one in fields)]


class ContactImport(Kind):
    name = "contacts"
    title = gettext_lazy("Import Contacts")
    list_label = gettext_lazy("Contacts")
    takes_cards = True

    @staticmethod
    def is_for(user: User) -> bool:
        return user.is_administrator or user.is_supervisor

    @cached_property
    def contact_fields(self) -> list[ContactField]:
        return live_fields()

    @property
    def list_url(self) -> str:
        return reverse("contact-list")

    @property
    def upload_url(self) -> str:
        return reverse("contact-import")

    @property
    def example_url(self) -> str:
        return reverse("contact-import-example")

    @classmethod
    def example(cls) -> tuple[str, Sequence[str], Sequence[Sequence[str]]]:
        fields = live_fields()
        return "contacts-example", header_of(fields), [[*row, *[""] * len(fields)] for row in EXAMPLE]

    def words(self) -> Sequence[tuple[str, str]]:
        return (
            (_("Number"), _("in E.164 format, for example +14155550123; a row may have several")),
            (_("Name"), _("as agents should see it, or first and last name")),
            (_("Notes"), _("without this column, the present ones stay")),
            *((one.name, _words_of(one)) for one in self.contact_fields),
        )

    def remark(self) -> str:
        return _(
            "What Google Contacts, Outlook, HubSpot and others export is understood, too, and so are vCards "
            "(.vcf) of phones and address books. Contacts that are not in the file stay as they are."
        )

    def fields(self) -> Sequence[Field]:
        return (*OWN_FIELDS, *(self._field(one) for one in self.contact_fields))

    def _field(self, contact_field: ContactField) -> Field:
        """Known by its name; the only one of its kind by what tools call such."""
        alike = [one for one in self.contact_fields if one.kind == contact_field.kind]
        headings = {contact_field.key}
        if len(alike) == 1:
            headings |= _OF_KIND.get(ContactField.Kind(contact_field.kind), frozenset())
        if contact_field.key in import_headings.COMPANY:
            headings |= import_headings.COMPANY
        return Field(column_of(contact_field), contact_field.name, headings)

    def required(self) -> Sequence[Sequence[str]]:
        return REQUIRED

    def shown_columns(self) -> Sequence[str]:
        return _("Number"), _("Name"), _("Notes")

    def read(self, cells: Iterable[Cells], seen: Seen) -> list[ContactRow]:
        return read(cells, seen, self.contact_fields)

    def store(self, rows: Sequence[ContactRow], *, by: User) -> Stored:
        actions.import_contacts(
            actions.Known(row.number, row.name, row.notes, row.noted, renamed=_is_renamed(row))
            for row in rows
        )
        return Stored()


def _is_renamed(row: ContactRow) -> bool:
    return row.present is None or row.present.name != row.name


def _words_of(one: ContactField) -> str:
    if one.kind == ContactField.Kind.CHOICE:
        return ", ".join(one.options)
    known = {
        ContactField.Kind.DATE: _("a date such as 2026-12-24"),
        ContactField.Kind.YES_NO: _("yes or no"),
        ContactField.Kind.NUMBER: _("a number, with a point before decimals"),
    }
    return known.get(ContactField.Kind(one.kind)) or str(one.get_kind_display()).lower()
