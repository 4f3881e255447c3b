"""The company's address book: who is behind an address. Sessions hold the address itself."""

from collections.abc import Iterable

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from sessions.models import Contact, MessagingSessionQuerySet


def contact_names(addresses: Iterable[str]) -> dict[str, str]:
    """The names of those addresses that have one, by one query."""
    known = Contact.objects.filter(address__in=set(addresses)).exclude(name="")
    return dict(known.values_list("address", "name"))


def named(sessions: MessagingSessionQuerySet) -> MessagingSessionQuerySet:
    """With `contact_name` on each: the contact's name, "" if it is not known."""
    name = Contact.objects.filter(address=OuterRef("contact")).values("name")[:1]
    return sessions.annotate(contact_name=Coalesce(Subquery(name), Value("")))
