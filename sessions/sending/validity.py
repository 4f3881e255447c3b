"""Expires what waited longer in our own queue than the channel's message validity: no text arrives stale."""

from datetime import datetime, timedelta

from django.db import transaction

from channels.itsp.delivery import DeliveryStatus
from channels.models import Channel
from sessions import causes
from sessions.lanes import progress, seats
from sessions.models import Attempt
from sessions.opt_outs import ledger
from sessions.sending.claiming import may_send

BATCH = 500


def expire(*, now: datetime) -> int:
    """Returns how many attempts. The clock of a channel that is paused or failing stands still."""
    return _expire_confirmations(now) + sum(_expire_of(channel, now) for channel in may_send())


def _expire_confirmations(now: datetime) -> int:
    """Of a STOP or START; no clock stands still for them."""
    late = Attempt.objects.filter(
        status=DeliveryStatus.QUEUED, confirms=True, queued_at__lt=now - ledger.CONFIRMED_WITHIN
    )
    with transaction.atomic():
        locked = seats.lock(set(late.values_list("lane", flat=True)[:BATCH]))
        expired = list(late.filter(lane__in=locked).select_related("message__session__queue"))
        reason = causes.CONFIRMED_LATE()
        moves = [progress.Move(attempt, DeliveryStatus.EXPIRED, reason=reason) for attempt in expired]
        progress.advance(moves, at=now)
        seats.reseat(locked)
    return len(expired)


def _expire_of(channel: Channel, now: datetime) -> int:
    oldest_s = timedelta(hours=channel.message_validity_hours).total_seconds()
    old = Attempt.objects.filter(
        channel=channel, status=DeliveryStatus.QUEUED, queued_at__lt=now - timedelta(seconds=oldest_s)
    )
    with transaction.atomic():
        locked = seats.lock(set(old.order_by("queued_at").values_list("lane", flat=True)[:BATCH]))
        waiting = old.filter(lane__in=locked).select_related("message__session__queue")
        expired = [one for one in waiting if seats.waited_s(one, channel, now=now) > oldest_s]
        reason = causes.EXPIRED(hours=channel.message_validity_hours)
        progress.advance(
            [progress.Move(attempt, DeliveryStatus.EXPIRED, reason=reason) for attempt in expired], at=now
        )
        seats.reseat(locked)
    return len(expired)
