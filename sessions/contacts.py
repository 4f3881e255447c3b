"""What is known of outside parties. Sessions hold an address only; its contact is looked up by it."""

from collections.abc import Iterable

from sessions.models import Contact
from sessions.search import contacts_matching


def names_of(addresses: Iterable[str]) -> dict[str, str]:
    """The names of those that have one, by address."""
    named = Contact.objects.filter(address__in=set(addresses)).exclude(name="")
    return dict(named.values_list("address", "name"))


def contact_of(address: str) -> Contact:
    """An unsaved one where nothing is known yet."""
    return Contact.objects.filter(address=address).first() or Contact(address=address)


def suggestions(text: str, *, most: int = 6) -> list[Contact]:
    """Contacts whose name or number begins with what was typed so far."""
    return list(contacts_matching(Contact.objects.all(), text)[:most]) if text.strip() else []
