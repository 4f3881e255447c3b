"""What is known of outside parties. Sessions hold an address only; its contact is looked up by it."""

from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ValidationError

from accounts.pasted import cleaned
from channels.phone_numbers import NumberInput, read_number
from sessions.models import Contact, MessagingSession
from sessions.search.finding import contacts_matching


def contact_names(addresses: Iterable[str]) -> dict[str, str]:
    """The names of those that have one, by address."""
    named = Contact.objects.filter(address__in=set(addresses)).exclude(name="")
    return dict(named.values_list("address", "name"))


def contact_of(address: str) -> Contact:
    """An unsaved one where nothing is known yet."""
    return Contact.objects.filter(address=address).first() or Contact(address=address)


def contacts_of(addresses: Iterable[str]) -> dict[str, Contact]:
    """Those that are known, by address."""
    return {one.address: one for one in Contact.objects.filter(address__in=set(addresses))}


def contacts_like(text: str, *, most: int = 6) -> list[Contact]:
    """Contacts whose name has a word, or whose number a part, that begins as what was typed so far."""
    return list(contacts_matching(Contact.objects.all(), text)[:most]) if cleaned(text) else []


def known_senders(names: Iterable[str]) -> set[str]:
    """Those of the names by which somebody has texted us, or that are contacts already."""
    asked = {cleaned(name) for name in names}
    texted = MessagingSession.objects.filter(contact__in=asked).order_by().values_list("contact", flat=True)
    kept = Contact.objects.filter(address__in=asked).values_list("address", flat=True)
    return {*texted.distinct(), *kept}


def understood(text: str) -> NumberInput | None:
    """The number that was typed; None if it is none, or not yet."""
    try:
        return read_number(text, settings.DEFAULT_REGION) if cleaned(text) else None
    except ValidationError:
        return None
