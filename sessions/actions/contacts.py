"""What people note of contacts."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction

from sessions import events
from sessions.models import Contact, MessagingSession
from sessions.refused import ContactExists


@transaction.atomic
def save_contact(*, address: str, name: str, notes: str, time_zone: str | None = None) -> Contact:
    """Makes it known, or changes what is known of it; open sessions show it. The latest one holds.

    Without a `time_zone` the one that was set stays.
    """
    contact, _made = Contact.objects.select_for_update().get_or_create(address=address)
    renamed, contact.name, contact.notes = contact.name != name, name, notes
    contact.time_zone = contact.time_zone if time_zone is None else time_zone
    contact.save()
    if renamed:
        events.record_all(events.EventKind.SESSION, MessagingSession.objects.open().filter(contact=address))
    return contact


def add_contact(*, address: str, name: str, notes: str) -> Contact:
    """Raises `ContactExists`: nobody overwrites unseen what somebody else noted."""
    try:
        with transaction.atomic():
            return Contact.objects.create(address=address, name=name, notes=notes)
    except IntegrityError as error:
        raise ContactExists(Contact.objects.get(address=address)) from error


def delete_contact(contact: Contact) -> None:
    """Forgets name and notes; the sessions stay."""
    contact.delete()


@transaction.atomic
def import_contacts(rows: Iterable[dict[str, str]]) -> None:
    """Each row as `save_contact` takes it. All of them or none."""
    for row in sorted(rows, key=lambda row: row["address"]):  # two imports at once wait in one order
        save_contact(**row)
