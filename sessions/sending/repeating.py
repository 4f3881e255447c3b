"""Settles an unknown text by sending it once more, where that is one text to the ITSP: its answer tells.

What is sent is the same to the byte, soon enough after the first try (`Itsp.repeats_safely_for`), one at a
time per lane, for the lane's `in_flight` is this text. A repeat that would be another text is not made:
the callback address is another one since, say, or the contact has opted out.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from redis import RedisError

from channels import pacing
from channels.itsp import ITSPS
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice, ItspError
from channels.itsp.lists import Found
from channels.itsp.texts import Accepted, OutboundSms
from channels.models import Channel
from sessions.lanes import seats
from sessions.models import Attempt, Lane
from sessions.opt_outs import ledger
from sessions.sending import claiming
from sessions.sending.findings import ask_again, cannot_tell, due, growing_wait_s, in_seconds, move
from sessions.sending.sms import callback_tokens, mark_of, sms_of

HORIZON_S = 2.0  # within which its slot must come; a pump that is busy looks less far ahead


def repeat(attempt: Attempt) -> bool:
    """True if its status is another one now. Raises `ItspError` where the ITSP gave no clear answer again."""
    until = _repeats_until(attempt)
    sms = sms_of(attempt, attempt.claimed_at or until, callback_tokens([attempt.channel]))
    if timezone.now() >= until or not _is_same(attempt, sms) or _is_unwanted(attempt):
        return cannot_tell(attempt)
    slot = _slot_for(attempt)
    if slot is None:
        ask_again(attempt, settings.RECONCILE_EVERY_S)
        return False
    sender = ITSPS[attempt.channel.itsp].sender(attempt.channel.credentials)
    try:
        accepted = sender.send(sms, _waiting(slot, until))
    except ItspError as error:
        return _is_refused(attempt, error)
    claiming.heed(attempt.channel_id, [accepted])
    return _settled(attempt, _found(accepted))


def _repeats_until(attempt: Attempt) -> datetime:
    """When a repeat must have begun: what begins then is over within the window.

    Nor is a text repeated that would arrive stale, had the first try not.
    """
    channel, first_at = attempt.channel, attempt.claimed_at or attempt.created_at
    window = ITSPS[channel.itsp].repeats_safely_for - timedelta(seconds=settings.ITSP_TIMEOUT_S)
    waited_s = seats.waited_s(attempt, channel, now=timezone.now())
    fresh_for = timedelta(hours=channel.message_validity_hours) - timedelta(seconds=waited_s)
    return min(first_at + window, timezone.now() + fresh_for)


def _is_same(attempt: Attempt, sms: OutboundSms) -> bool:
    """Of one whose first try a restored backup does not know, only what holds for all tries can be."""
    return mark_of(sms) == attempt.sent_as if attempt.sent_as else not sms.media_urls


def _is_unwanted(attempt: Attempt) -> bool:
    """What confirms a STOP is wanted once, but never late."""
    if attempt.confirms:
        return attempt.queued_at < timezone.now() - ledger.CONFIRMED_WITHIN
    return ledger.is_opted_out(attempt.lane.number, attempt.lane.contact)


def _slot_for(attempt: Attempt) -> float | None:
    """None while the channel sends nothing: paused, failing, in a standstill, or without a limiter."""
    channel, number = attempt.channel, attempt.lane.number
    if not claiming.may_send().filter(pk=channel.pk).exists():
        return None
    slots = attempt.segments if channel.rate_unit == Channel.RateUnit.SEGMENTS else 1
    wanted = pacing.Wanted(slots, number.pk, number.sending_rate)
    try:
        (given,) = pacing.reserve([pacing.Reservation(channel.pk, channel.sending_rate, [wanted], HORIZON_S)])
    except RedisError:
        return None
    return given[0]


def _waiting(slot: float, until: datetime) -> Callable[[], None]:
    """By both clocks: one stands still while the machine sleeps, the other may be set back."""
    ends = time.monotonic() + (until - timezone.now()).total_seconds()

    def wait_for_slot() -> None:
        time.sleep(max(0.0, slot - time.monotonic()))
        if time.monotonic() > ends or timezone.now() > until:
            raise ItspError(Advice.RETRY, "It is too late to send it once more.", retry_after_s=0.1)

    return wait_for_slot


def _is_refused(attempt: Attempt, error: ItspError) -> bool:
    """A "not now" is about the repeat: the first try may have arrived all the same."""
    if error.advice is Advice.FAIL:
        if not attempt.sent_as:
            return cannot_tell(attempt)  # what was refused may only be another text than the first
        found = Found("", None, timezone.now(), DeliveryStatus.FAILED, error.code, error.reason)
        return _settled(attempt, found)
    ask_again(attempt, growing_wait_s(attempt))
    due().filter(channel=attempt.channel_id).update(check_at=in_seconds(settings.RECONCILE_EVERY_S))
    claiming.heed(attempt.channel_id, [error])
    raise error


def _found(accepted: Accepted) -> Found:
    return Found(accepted.itsp_message_id, None, timezone.now(), accepted.status, charge=accepted.charge)


def _settled(attempt: Attempt, found: Found) -> bool:
    """What is next in a lane that is in doubt since a restore need not wait."""
    is_moved = move(attempt, found)
    Lane.objects.filter(pk=attempt.lane_id, prove_at__isnull=False).update(prove_at=timezone.now())
    return is_moved
