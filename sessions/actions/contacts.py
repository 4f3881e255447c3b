"""What agents note of a contact."""

from django.db import transaction

from sessions.models import Contact


@transaction.atomic
def save_contact(*, address: str, name: str, notes: str) -> Contact:
    """Makes it known, or changes what is known of it. The latest one holds."""
    contact, _made = Contact.objects.select_for_update().get_or_create(address=address)
    contact.name, contact.notes = name, notes
    contact.save()
    return contact
