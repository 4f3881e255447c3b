"""The clock of a channel's message validity: it stands still while the channel is paused or failing."""

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
