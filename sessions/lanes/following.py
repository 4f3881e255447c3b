"""A number that comes to another channel takes its queue along."""

from django.db import transaction
from django.db.models import F

from channels.actions import validity_clock
from channels.itsp.delivery import WAITING
from channels.models import Channel
from sessions.bulk import write
from sessions.lanes import seats, turns
from sessions.models import Attempt, Lane

BATCH = 500


def follow_numbers() -> int:
    """Gives lanes that still name their number's former channel the present one. Returns how many."""
    strayed = Lane.objects.filter(head__isnull=False, in_flight=None).exclude(channel=F("number__channel"))
    with transaction.atomic():
        locked = seats.lock(strayed.values_list("pk", flat=True)[:BATCH])
        still = strayed.filter(pk__in=[lane.pk for lane in locked])
        moved = list(still.select_related("number__channel"))
        for lane in moved:
            _move_waiting(lane, lane.number.channel)
            lane.channel = lane.number.channel
        turns.line_up(moved)
        write(moved, "channel", "head_rank")
    return len(moved)


def _move_waiting(lane: Lane, to: Channel) -> None:
    """Each has waited as long as before: the two channels were not held at the same times."""
    waiting = Attempt.objects.filter(lane=lane, status__in=WAITING).exclude(channel=to)
    for former in Channel.objects.filter(pk__in=waiting.order_by().values("channel")):
        later_s = validity_clock.total_s(to) - validity_clock.total_s(former)
        waiting.filter(channel=former).update(channel=to, held_s=F("held_s") + later_s)
