"""Closes sessions in which nothing happened for the channel's session time-out."""

from datetime import datetime, timedelta

from channels.models import Channel
from sessions import actions
from sessions.models import MessagingSession

BATCH = 500  # of one channel in one run


def close_idle(*, now: datetime) -> int:
    """Returns how many sessions were closed."""
    closed = 0
    for channel in Channel.objects.live().exclude(session_timeout_days=None):
        idle_since = now - timedelta(days=channel.session_timeout_days or 0)
        idle = MessagingSession.objects.idle(since=idle_since).filter(number__channel=channel)
        for session in idle.order_by("last_active_at")[:BATCH]:
            closed += actions.close_idle(session, idle_since=idle_since)
    return closed
