"""A number that comes to another channel takes its queue along."""

from django.db import transaction
from django.db.models import F

from channels.itsp.base import DeliveryStatus
from sessions import lanes
from sessions.models import Attempt, Lane

BATCH = 500


def follow_numbers() -> int:
    """Gives lanes that still name their number's former channel the present one. Returns how many."""
    strayed = Lane.objects.filter(head__isnull=False, in_flight=None).exclude(channel=F("number__channel"))
    with transaction.atomic():
        locked = lanes.lock(strayed.values_list("pk", flat=True)[:BATCH])
        still = strayed.filter(pk__in=[lane.pk for lane in locked])
        channels = dict(still.values_list("pk", "number__channel"))
        for lane_id, channel_id in channels.items():
            Lane.objects.filter(pk=lane_id).update(channel=channel_id)
            waiting = Attempt.objects.filter(lane=lane_id, status=DeliveryStatus.QUEUED)
            waiting.update(channel=channel_id)
    return len(channels)
