"""A number that comes to another channel, or sends by its standby, takes its queue along."""

from django.db import transaction
from django.db.models import F

from channels.actions import validity_clock
from channels.itsp.delivery import WAITING
from channels.models import Channel
from sessions.bulk import write
from sessions.lanes import routes, seats, turns
from sessions.models import Attempt, Lane

BATCH, BATCHES = 500, 20  # lanes that are locked at once, and so often in one run


def follow_all() -> int:
    """Returns how many lanes went over."""
    moved = 0
    for _batch in range(BATCHES):
        moved += (count := follow_numbers())
        if count < BATCH:
            break
    return moved


def follow_numbers() -> int:
    """Gives lanes of another channel than sends for their number now that one. Returns how many."""
    strayed = routes.strayed()
    with transaction.atomic():
        locked = seats.lock(strayed.values_list("pk", flat=True)[:BATCH])
        still = strayed.filter(pk__in=[lane.pk for lane in locked])
        moved = list(still.select_related("number__channel", "number__standby"))
        for lane in moved:
            _move_waiting(lane, lane.number.sends_by)
            lane.channel = lane.number.sends_by
        turns.line_up(moved)
        write(moved, "channel", "head_rank")
    return len(moved)


def _move_waiting(lane: Lane, to: Channel) -> None:
    """Each has waited as long as before: the two channels were not held at the same times."""
    waiting = Attempt.objects.filter(lane=lane, status__in=WAITING).exclude(channel=to)
    for former in Channel.objects.filter(pk__in=waiting.order_by().values("channel")):
        later_s = validity_clock.total_s(to) - validity_clock.total_s(former)
        waiting.filter(channel=former).update(channel=to, held_s=F("held_s") + later_s)
