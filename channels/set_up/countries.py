"""Which countries a channel texts to: its contacts' and its own numbers'."""

from django.db import transaction

from channels.models import Channel, ContactCountry
from channels.phone_numbers import country_of

PREFIX = 5  # characters of an address that tell its country; +1 needs the area code
KNOWN_MOST = 100_000

_known: set[tuple[int, str]] = set()  # what this process has noted already


def note_contact(channel_id: int, contact: str) -> None:
    """Within the transaction that accepts a message to the contact. Costs nothing once it is known."""
    key = (channel_id, contact[:PREFIX])
    if key in _known:
        return
    if code := country_of(contact):
        rows = [ContactCountry(channel_id=channel_id, code=code)]
        ContactCountry.objects.bulk_create(rows, ignore_conflicts=True)
    transaction.on_commit(lambda: _remember(key))


def countries_of(channel: Channel) -> set[str]:
    addresses = channel.numbers.live().values_list("address", flat=True)
    own = {country_of(address) for address in addresses}
    return (own | set(channel.contact_countries.values_list("code", flat=True))) - {""}


def _remember(key: tuple[int, str]) -> None:
    if len(_known) >= KNOWN_MOST:
        _known.clear()
    _known.add(key)
