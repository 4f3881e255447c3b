"""What an ITSP's "not now" means: for the channel, and for a text that it had accepted before it said so."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from redis import RedisError

from channels import pacing
from channels.actions import stop_channel, validity_clock
from channels.itsp import ITSPS
from channels.itsp.delivery import FAILURE, DeliveryStatus
from channels.itsp.errors import Advice
from channels.models import Channel
from sessions import standstill
from sessions.lanes import seats
from sessions.models import Attempt, Priority
from sessions.opt_outs import ledger

logger = logging.getLogger(__name__)

# An attempt in these is overtaken by nothing: it has not left, and has no place.
_NOT_NEXT = frozenset({DeliveryStatus.SCHEDULED, DeliveryStatus.CANCELLED, DeliveryStatus.EXPIRED})


def hold_back(channel_id: int, advice: Advice, reason: str, error_code: str) -> None:
    """Slows the channel down, or stops it. Raises `RedisError` while the limiter is away."""
    if advice is Advice.SLOW_DOWN:
        pacing.slow_down(channel_id, rate=Channel.objects.get(pk=channel_id).sending_rate)
    elif advice is Advice.STOP:
        stop_channel(channel_id, reason=reason, error_code=error_code)


def obey(attempt: Attempt) -> None:
    """Of one that the ITSP had accepted and that failed now, with message and session.

    Under its lane's lock, which is to be reseated. Where no later text would be overtaken, the text gets
    a new attempt, which is held for a while; else it has failed, and a person may send it again.
    """
    if attempt.status not in FAILURE:
        return
    advice = ITSPS[attempt.channel.itsp].advice_on(attempt.error_code)
    if advice is Advice.FAIL:
        return
    said = attempt.reason, attempt.error_code
    transaction.on_commit(lambda: _hold_back(attempt.channel_id, advice, *said))
    if _may_go_again(attempt):
        _try_again(attempt)
        wait_s = {Advice.SLOW_DOWN: settings.TRY_SLOWER_S, Advice.LATER: settings.TRY_LATER_S}.get(advice)
        if wait_s is not None:
            seats.hold([attempt.lane_id], until=timezone.now() + timedelta(seconds=wait_s))


def _hold_back(channel_id: int, advice: Advice, reason: str, error_code: str) -> None:
    try:
        hold_back(channel_id, advice, reason, error_code)
    except RedisError as error:
        logger.warning("the limiter is away and is not told of the ITSP's answers: %s", error)


def _may_go_again(attempt: Attempt) -> bool:
    """True if it is its lane's last text that left, nothing waits behind it, and it is still wanted."""
    number, contact, channel = attempt.lane.number, attempt.lane.contact, attempt.lane.number.channel
    if channel.archived_at or channel.disabled_at or ledger.is_opted_out(number, contact):
        return False
    if seats.waited_s(attempt, attempt.channel, now=timezone.now()) > channel.message_validity_hours * 3600:
        return False
    behind = Attempt.objects.filter(lane=attempt.lane, pk__gt=attempt.pk)
    return not behind.exclude(~Q(message=attempt.message), status__in=_NOT_NEXT).exists()


def _try_again(attempt: Attempt) -> None:
    """As a new attempt that has waited for as long as the old one, so that its validity ends it."""
    message = attempt.message
    again = seats.enqueue(message, segments=attempt.segments, priority=Priority(attempt.priority))
    later_s = validity_clock.total_s(again.channel) - validity_clock.total_s(attempt.channel)
    Attempt.objects.filter(pk=again.pk).update(queued_at=attempt.queued_at, held_s=attempt.held_s + later_s)
    standstill.doubt_repeated(again.lane_id, message.session)
    message.status, message.error_code, message.reason = DeliveryStatus.QUEUED, "", attempt.reason
    message.save(update_fields=["status", "error_code", "reason"])
