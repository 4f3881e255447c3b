"""What people note of contacts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.gone import hold
from sessions import events
from sessions.models import Contact, ContactField, ContactValue, MessagingSession
from sessions.refused import ContactExists

NOTHING: Mapping[int, str] = {}


@transaction.atomic
def save_contact(
    *,
    address: str,
    name: str | None = None,
    notes: str | None = None,
    time_zone: str | None = None,
    values: Mapping[int, str] = NOTHING,
    known: Contact | None = None,
) -> Contact:
    """Makes it known, or changes what is known of it; open sessions show it. The latest one holds.

    What is None stays, and so do fields that `values` (by the field's id, as `contacts.values` reads them)
    leaves out; an empty one is forgotten. Raises `Gone` if it is about one that was `known` and is deleted.
    """
    if known is not None:
        hold(known)
    contact, _made = Contact.objects.select_for_update().get_or_create(address=address)
    renamed = name is not None and contact.name != name
    contact.name = contact.name if name is None else name
    contact.notes = contact.notes if notes is None else notes
    contact.time_zone = contact.time_zone if time_zone is None else time_zone
    contact.save()
    _save_values(contact, values)
    if renamed:
        events.record_all(events.EventKind.SESSION, MessagingSession.objects.open().filter(contact=address))
    return contact


def add_contact(*, address: str, name: str, notes: str, values: Mapping[int, str] = NOTHING) -> Contact:
    """Raises `ContactExists`: nobody overwrites unseen what somebody else noted."""
    try:
        with transaction.atomic():
            contact = Contact.objects.create(address=address, name=name, notes=notes)
            _save_values(contact, values)
            return contact
    except IntegrityError as error:
        raise ContactExists(Contact.objects.get(address=address)) from error


def delete_contact(contact: Contact) -> None:
    """Forgets name, notes and fields; the sessions stay."""
    contact.delete()


@dataclass(frozen=True)
class Known:
    """What a file knows of a number; what is None, or missing in `values`, stays. `renamed`: or new."""

    address: str
    name: str
    notes: str | None
    values: Mapping[int, str]
    renamed: bool


@transaction.atomic
def import_contacts(known: Iterable[Known]) -> None:
    """Many at once, by so many statements; open sessions show new names. All of them or none."""
    rows = sorted(known, key=lambda row: row.address)  # two imports at once wait in one order
    for has_notes in (False, True):
        some = [row for row in rows if (row.notes is not None) == has_notes]
        changed = ["name", "updated_at", *(["notes"] if has_notes else [])]
        contacts = [Contact(address=row.address, name=row.name, notes=row.notes or "") for row in some]
        Contact.objects.bulk_create(
            contacts, update_conflicts=True, unique_fields=["address"], update_fields=changed
        )
    _import_values(rows)
    renamed = [row.address for row in rows if row.renamed]
    opened = MessagingSession.objects.open().filter(contact__in=renamed)
    events.record_all(events.EventKind.SESSION, opened)


def _import_values(rows: Sequence[Known]) -> None:
    """Those of live fields; the import's own line of the audit log stands for all."""
    addresses = [row.address for row in rows if row.values]
    if not addresses:
        return
    ids = dict(Contact.objects.filter(address__in=addresses).values_list("address", "pk"))
    live = set(ContactField.objects.live().values_list("pk", flat=True))
    said = [
        ContactValue(contact_id=ids[row.address], field_id=pk, value=value)
        for row in rows
        for pk, value in row.values.items()
        if pk in live
    ]
    empty = [one for one in said if not one.value]
    for pk in {one.field_id for one in empty}:
        emptied = [one.contact_id for one in empty if one.field_id == pk]
        ContactValue.objects.filter(field_id=pk, contact__in=emptied).delete()
    ContactValue.objects.bulk_create(
        [one for one in said if one.value],
        update_conflicts=True,
        unique_fields=["contact", "field"],
        update_fields=["value"],
    )


def _save_values(contact: Contact, values: Mapping[int, str]) -> None:
    """Those of live fields, and a line in the audit log of each that changes."""
    if not values:
        return
    fields = ContactField.objects.live().in_bulk(list(values))
    had = ContactValue.objects.filter(contact=contact)
    present = dict(had.filter(field__in=fields).values_list("field_id", "value"))
    changed = {pk: values[pk] for pk in fields if values[pk] != present.get(pk, "")}
    if not changed:
        return
    had.filter(field__in=changed).delete()
    kept = [ContactValue(contact=contact, field_id=pk, value=value) for pk, value in changed.items() if value]
    ContactValue.objects.bulk_create(kept)
    said = {f"“{fields[pk]}”": (present.get(pk, ""), value) for pk, value in changed.items()}
    audit.note_changes(contact, said)
