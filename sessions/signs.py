"""Signs of life that a channel's set-up check tells of, written on the channel.

Seldom, so that a busy channel's row is not written by every text.
"""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from channels.models import Channel

STEP = timedelta(seconds=30)

_noted_sent: dict[int, datetime] = {}  # by channel, in this process


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
