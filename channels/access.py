"""Who sees which channels."""

from accounts.models import User
from channels.models import Channel, Number
from routing.models import ArchivableQuerySet


def channels_of(user: User) -> "ArchivableQuerySet[Channel]":
    """All of them for administrators; for supervisors those whose numbers lead to their queues, to read."""
    if user.is_administrator:
        return Channel.objects.live()
    leading = Number.objects.live().filter(queue__in=user.supervised_queues.live())
    supervised = leading.values_list("channel") if user.is_supervisor else []
    return Channel.objects.live().filter(pk__in=supervised)
