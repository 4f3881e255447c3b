"""A channel takes no new texts, takes them again, or goes away."""

from django.db import transaction
from django.utils import timezone

from channels.models import Channel, Number


@transaction.atomic
def disable_channel(channel: Channel) -> None:
    """It takes no new outbound texts. Inbound ones are routed as before, and what waits is sent."""
    locked = _locked(channel)
    locked.disabled_at = locked.disabled_at or timezone.now()
    locked.save(update_fields=["disabled_at"])


@transaction.atomic
def enable_channel(channel: Channel) -> None:
    """Also ends its draining."""
    locked = _locked(channel)
    locked.disabled_at = locked.draining_since = None
    locked.save(update_fields=["disabled_at", "draining_since"])


@transaction.atomic
def drain_channel(channel: Channel) -> None:
    """Disabled now, and deleted by beat once nothing waits to be sent."""
    locked = _locked(channel)
    locked.disabled_at = locked.disabled_at or timezone.now()
    locked.draining_since = locked.draining_since or timezone.now()
    locked.save(update_fields=["disabled_at", "draining_since"])


@transaction.atomic
def archive_channel(channel: Channel) -> None:
    """The channel and its numbers. What hangs on them ends by sessions, whose `archiving` calls this."""
    locked = _locked(channel)
    locked.archived_at = timezone.now()
    locked.save(update_fields=["archived_at"])
    locked.numbers.live().update(archived_at=locked.archived_at)
    stood_by = Number.objects.filter(standby=locked)
    stood_by.update(standby=None, standby_ordered=False, on_standby_since=None)


def _locked(channel: Channel) -> Channel:
    return Channel.objects.live().select_for_update(no_key=True).get(pk=channel.pk)
