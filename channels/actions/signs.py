"""What sessions see of a channel: signs of life, and to which countries it texts.

Written seldom, so that a busy channel's row is not written by every text.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from channels.models import Channel, ContactCountry, WebhookAddress
from channels.phone_numbers import country_of

STEP = timedelta(seconds=30)
USE_STEP = timedelta(minutes=1)  # so that a busy address's row is not written by every request
COUNTRY_PREFIX = 5  # characters of an address that tell its country; +1 needs the area code
CONTACTS_KNOWN_MOST = 100_000

# What this process has noted already: when a text was sent, by channel; channels with contacts' prefixes.
_noted_sent: dict[int, datetime] = {}
_noted_contacts: set[tuple[int, str]] = set()


def note_inbound(channel: Channel, *, at: datetime) -> None:
    if channel.last_inbound_at and at - channel.last_inbound_at < STEP:
        return
    older = Q(last_inbound_at=None) | Q(last_inbound_at__lt=at - STEP)
    Channel.objects.filter(older, pk=channel.pk).update(last_inbound_at=at)


def note_sent(channel_id: int) -> None:
    """The ITSP has taken a text, and is to report on it."""
    now = timezone.now()
    noted = _noted_sent.get(channel_id)
    if noted and now - noted < STEP:
        return
    Channel.objects.filter(pk=channel_id, unreported_since=None).update(unreported_since=now)
    _noted_sent[channel_id] = now


def note_callback(channel: Channel, *, at: datetime) -> None:
    known = channel.last_callback_at
    if known and at - known < STEP and channel.unreported_since is None:
        return
    Channel.objects.filter(pk=channel.pk).update(last_callback_at=at, unreported_since=None)


def note_held(channel_id: int, *, texts: int, since: datetime | None) -> None:
    """How many texts are held of the channel, since when."""
    known = Q(held_texts=texts, first_held_at=since)
    Channel.objects.filter(pk=channel_id).exclude(known).update(held_texts=texts, first_held_at=since)


def end_verifying(channel: Channel) -> None:
    """What is held was verified with the credentials that were read with the channel."""
    mine = Channel.objects.filter(pk=channel.pk, credentials_changed_at=channel.credentials_changed_at)
    mine.update(credentials_changed_at=None)


def note_webhook_used(address: WebhookAddress, *, at: datetime) -> None:
    if address.last_used_at and at - address.last_used_at < USE_STEP:
        return
    unused = Q(last_used_at=None) | Q(last_used_at__lt=at)
    WebhookAddress.objects.filter(unused, pk=address.pk).update(last_used_at=at)


def note_contact(channel_id: int, contact: str) -> None:
    """Within the transaction that accepts a message to the contact. Costs nothing once it is known."""
    key = (channel_id, contact[:COUNTRY_PREFIX])
    if key in _noted_contacts:
        return
    if code := country_of(contact):
        rows = [ContactCountry(channel_id=channel_id, code=code)]
        ContactCountry.objects.bulk_create(rows, ignore_conflicts=True)
    transaction.on_commit(lambda: _remember(key))


def _remember(key: tuple[int, str]) -> None:
    if len(_noted_contacts) >= CONTACTS_KNOWN_MOST:
        _noted_contacts.clear()
    _noted_contacts.add(key)
