"""The clock of a channel's message validity: it stands still while the channel is paused or failing."""

from django.db import transaction
from django.utils import timezone

from channels.models import Channel


def hold(channel: Channel) -> None:
    """Stops the clock. Within the transaction that pauses or stops the channel."""
    if channel.held_since is None:
        channel.held_since = timezone.now()
        channel.save(update_fields=["held_since"])


def release(channel: Channel) -> None:
    """Lets the clock run again, unless there is another reason to hold it."""
    if channel.held_since is None or channel.paused_at or channel.status == Channel.Status.FAILING:
        return
    channel.held_s = total_s(channel)
    channel.held_since = None
    channel.save(update_fields=["held_s", "held_since"])


def total_s(channel: Channel) -> int:
    """For how many seconds the channel was held, up to now."""
    running = (timezone.now() - channel.held_since).total_seconds() if channel.held_since else 0.0
    return channel.held_s + int(running)


@transaction.atomic
def stop(channel_id: int, *, reason: str) -> None:
    """The ITSP refuses the channel as a whole: its queue waits until an admin mends it."""
    channel = Channel.objects.select_for_update(no_key=True).get(pk=channel_id)
    if channel.status != Channel.Status.FAILING:
        channel.status_changed_at = timezone.now()
    channel.status, channel.status_reason = Channel.Status.FAILING, reason
    channel.save(update_fields=["status", "status_reason", "status_changed_at"])
    hold(channel)


@transaction.atomic
def reconnect(channel: Channel) -> None:
    """The ITSP says that all is right again, unless it has refused the channel since this was read."""
    locked = Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
    if locked.status_changed_at != channel.status_changed_at:
        return
    locked.status, locked.status_reason = Channel.Status.CONNECTED, ""
    locked.status_changed_at = timezone.now()
    locked.save(update_fields=["status", "status_reason", "status_changed_at"])
    release(locked)
