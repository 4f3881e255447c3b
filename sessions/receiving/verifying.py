"""What is held is verified once more when a channel's credentials have changed, and taken in if authentic.

In the order in which it came, by the same road as all else. What still proves nothing stays held, for another
change; what came by another way meanwhile is a duplicate.
"""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from channels.actions import end_verifying
from channels.itsp import ITSPS
from channels.models import Channel
from sessions.receiving import held, replaying
from sessions.receiving.replaying import call_of

# What the former credentials refused may be written down when the new ones are stored already.
SETTLED = timedelta(seconds=5)
READ_AT_ONCE = 100


def due() -> "QuerySet[Channel]":
    return Channel.objects.live().filter(credentials_changed_at__isnull=False)


def verify_due() -> int:
    """Returns how many texts were taken in."""
    return sum(_verify(channel) for channel in due())


def _verify(channel: Channel) -> int:
    taken = sum(replaying.take_in_held(pk) for pk in _authentic(channel))
    held.note(channel.pk)
    changed_at = channel.credentials_changed_at
    if changed_at and timezone.now() - changed_at > SETTLED:
        end_verifying(channel)
    return taken


def _authentic(channel: Channel) -> list[int]:
    """Oldest first."""
    itsp, found = ITSPS[channel.itsp], []
    oldest_first = held.rows_of(channel.pk).order_by("received_at", "pk")
    for row in oldest_first.iterator(READ_AT_ONCE):
        if itsp.is_authentic(call_of(row), channel.credentials):
            found.append(row.pk)
    return found
