"""What waits after a restored backup, in figures."""

from dataclasses import dataclass

from django.db.models import Sum

from channels.itsp.delivery import DeliveryStatus
from channels.models import FetchGap
from sessions.models import Attempt, Lane, Restoration


@dataclass(frozen=True)
class Figures:
    """`unproven`: lanes that the ITSP was not asked about yet. `fetching`: channels with a gap."""

    waiting: int
    unproven: int
    unknown: int
    adopted: int
    fetching: int
    fetched: int


def figures() -> Figures:
    latest = Restoration.objects.order_by("-at").first()
    since = FetchGap.objects.filter(asked_at__gte=latest.at) if latest else FetchGap.objects.none()
    return Figures(
        waiting=Attempt.objects.filter(status=DeliveryStatus.QUEUED).count(),
        unproven=Lane.objects.filter(unproven_since__isnull=False).count(),
        unknown=Attempt.objects.filter(status__in=[DeliveryStatus.UNKNOWN, DeliveryStatus.SENDING]).count(),
        adopted=latest.adopted if latest else 0,
        fetching=FetchGap.objects.filter(finished_at=None).values("channel").distinct().count(),
        fetched=since.aggregate(all=Sum("fetched"))["all"] or 0,
    )
