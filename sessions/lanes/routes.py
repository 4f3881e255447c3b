"""By which channel a lane's texts leave: that of its number, or the number's standby.

A lane goes over only while nothing of it is in flight, so that no text is given to both; and not at once
after a text that its last channel has taken but not sent on, so that the next does not arrive before it.
"""

from datetime import timedelta

from django.db.models import Case, Exists, F, OuterRef, QuerySet, When
from django.utils import timezone

from channels.itsp.delivery import DeliveryStatus
from channels.models import Number
from sessions.models import Attempt, Lane

SENT_ON_WITHIN = timedelta(seconds=30)  # what an ITSP has taken is with the carrier by then

_BY_STANDBY = When(number__on_standby_since__isnull=False, then=F("number__standby"))


def strayed() -> QuerySet[Lane]:
    """Lanes with waiting texts that can go over to the channel that sends for their number now."""
    waiting = Lane.objects.filter(head__isnull=False, in_flight=None)
    return waiting.exclude(channel=Case(_BY_STANDBY, default=F("number__channel"))).exclude(_is_unsettled())


def on_course() -> Exists:
    """Of lanes: those whose channel sends for their number now."""
    # Not as a join: SQLite would begin with the numbers, and sort all that waits.
    return Exists(Number.objects.sent_by(OuterRef("channel")).filter(pk=OuterRef("number"), archived_at=None))


def may_go_over(lane: Lane) -> bool:
    """Whether an empty lane, which is locked, may take its next text to another channel."""
    if lane.head_id or lane.in_flight_id:
        return False
    return not Lane.objects.filter(_is_unsettled(), pk=lane.pk).exists()


def _is_unsettled() -> Exists:
    taken = Attempt.objects.filter(lane=OuterRef("pk"), channel=OuterRef("channel"))
    fresh = timezone.now() - SENT_ON_WITHIN
    return Exists(taken.filter(status=DeliveryStatus.ACCEPTED, claimed_at__gt=fresh))
