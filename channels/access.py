"""Who sees which channels."""

from accounts.models import User
from channels.models import Channel, Number
from routing.models import ArchivableQuerySet


def channels_of(user: User) -> "ArchivableQuerySet[Channel]":
    """All of them for administrators; for supervisors those whose numbers lead to their queues, to read."""
    if user.is_administrator:
        return Channel.objects.live()
    if not user.is_supervisor:
        return Channel.objects.live().filter(pk__in=[])
    leading = Number.objects.live().filter(queue__in=user.supervised_queues.live())
    return Channel.objects.live().filter(pk__in=leading.values("channel_id"))
