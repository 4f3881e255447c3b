"""Alarms that are over are kept for a while, for whoever wants to know what happened lately."""

from datetime import datetime, timedelta

from health.models import Alarm, AlarmMessage, Fact

KEPT = timedelta(days=90)


def forget(*, now: datetime) -> None:
    """With the messages about them; and facts of channels that are no more."""
    Alarm.objects.filter(ended_at__lt=now - KEPT).delete()
    AlarmMessage.objects.filter(alarm=None, at__lt=now - timedelta(days=1)).delete()
    Fact.objects.filter(name__startswith="itsp:", at__lt=now - KEPT).delete()
