"""A channel stops sending and goes on, by an admin's wish."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from channels.actions import validity_clock
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
