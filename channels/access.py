"""Who sees which channels."""

from django.db.models import F, Q

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


def recorded_channels_of(user: User) -> "ArchivableQuerySet[Channel]":
    """Those, and the deleted ones: their sessions and counts stay. The live ones come first, by name.

    A supervisor's deleted channels are those whose numbers led to a queue of theirs at the end.
    """
    everything = Channel.objects.order_by(F("archived_at").desc(nulls_first=True), "name", "pk")
    if user.is_administrator:
        return everything
    led = Number.objects.filter(queue__in=user.supervised_queues.live()).values("channel_id")
    gone = Q(archived_at__isnull=False, pk__in=led) if user.is_supervisor else Q(pk__in=[])
    return everything.filter(Q(pk__in=channels_of(user).values("pk")) | gone)
