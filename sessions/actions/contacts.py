"""What agents note of a contact."""

from django.db import transaction

from sessions import events
from sessions.models import Contact, MessagingSession


@transaction.atomic
def save_contact(*, address: str, name: str, notes: str) -> Contact:
    """Makes it known, or changes what is known of it; open sessions show it. The latest one holds."""
    contact, _made = Contact.objects.select_for_update().get_or_create(address=address)
    renamed, contact.name, contact.notes = contact.name != name, name, notes
    contact.save()
    if renamed:
        events.record_all(events.EventKind.SESSION, MessagingSession.objects.open().filter(contact=address))
    return contact
