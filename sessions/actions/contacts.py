"""What people note of contacts."""

from collections.abc import Iterable, Mapping
from typing import Any

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


@transaction.atomic
def import_contacts(rows: Iterable[dict[str, Any]]) -> None:
    """Each row as `save_contact` takes it. All of them or none."""
    for row in sorted(rows, key=lambda row: row["address"]):  # two imports at once wait in one order
        save_contact(**row)


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
