"""A channel stops sending and goes on: by an admin's wish, or by what the ITSP says of it."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from channels.actions import validity_clock
from channels.actions.gaps import note_reconnected
from channels.models import Channel


@transaction.atomic
def pause_channel(channel: Channel) -> None:
    """Nothing more is sent, by an admin's wish; texts are still accepted, and their validity stands still."""
    _set_paused(channel, timezone.now())


@transaction.atomic
def resume_channel(channel: Channel) -> None:
    _set_paused(channel, None)


def _set_paused(channel: Channel, at: datetime | None) -> None:
    """A channel that is paused already keeps its time."""
    locked = Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
    if bool(locked.paused_at) == bool(at):
        return
    locked.paused_at = at
    locked.save(update_fields=["paused_at"])
    if at:
        validity_clock.hold(locked)
    else:
        validity_clock.release(locked)


@transaction.atomic
def stop_channel(channel_id: int, *, reason: str) -> None:
    """The ITSP refuses the channel as a whole: its queue waits until an admin mends it."""
    channel = Channel.objects.select_for_update(no_key=True).get(pk=channel_id)
    if channel.status != Channel.Status.FAILING:
        channel.status_changed_at = timezone.now()
    channel.status, channel.status_reason = Channel.Status.FAILING, reason
    channel.save(update_fields=["status", "status_reason", "status_changed_at"])
    validity_clock.hold(channel)


@transaction.atomic
def reconnect_channel(channel: Channel) -> None:
    """The ITSP says that all is right again, unless it has refused the channel since this was read."""
    locked = Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
    if locked.status_changed_at != channel.status_changed_at:
        return
    if locked.status == Channel.Status.FAILING:
        note_reconnected(locked)
    locked.status, locked.status_reason = Channel.Status.CONNECTED, ""
    locked.status_changed_at = timezone.now()
    locked.save(update_fields=["status", "status_reason", "status_changed_at"])
    validity_clock.release(locked)
