"""Claims waiting attempts, and settles what became of them. Between the two, `pump` sends them.

An attempt is sent at most once: it is claimed with a lease, sent only while the claim is young, and a claim
whose outcome nobody told is `unknown`, never sent again blindly.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils import timezone
from redis import RedisError

from channels import pacing
from channels.actions import note_sent
from channels.itsp.base import Accepted, Advice, ItspError, OutboundSms
from channels.itsp.delivery import DeliveryStatus
from channels.models import Channel, WebhookAddress
from channels.webhook import url as webhook_url
from sessions.lanes import progress, seats
from sessions.media.links import links_of
from sessions.models import Attempt, Lane
from sessions.opt_outs import ledger
from sessions.sending import picking, pushback

logger = logging.getLogger(__name__)

BATCH = 100  # lost claims that are settled at once
LEASE = timedelta(seconds=settings.ITSP_TIMEOUT_S + settings.CLAIM_MARGIN_S)
LOST = "The worker that was sending it was lost, so it may or may not have been sent."


@dataclass(frozen=True)
class Claim:
    """An attempt that this process alone may send, at its slot (`time.monotonic()`, as `taken_at`)."""

    attempt_id: int
    lane_id: int
    channel_id: int
    claimed_at: datetime
    taken_at: float
    slot: float
    sms: OutboundSms


@dataclass(frozen=True)
class Result:
    """What became of a claim."""

    claim: Claim
    outcome: Accepted | ItspError


def channels_with_work() -> QuerySet[Channel]:
    """Channels that may send and have something to send."""
    return may_send().filter(Exists(picking.claimable(OuterRef("pk")))).order_by("pk")


def may_send() -> QuerySet[Channel]:
    """Channels that nobody paused and whose ITSP does not refuse them."""
    return Channel.objects.live().filter(paused_at=None).exclude(status=Channel.Status.FAILING)


def claim(most: Mapping[int, int]) -> list[Claim]:
    """Claims the heads of channels' lanes, oldest first, as far as each channel has room and slots.

    `most`: how many at once, by channel id. One worker at a time claims for a channel; who comes meanwhile
    gets nothing of it. Raises `redis.RedisError` when the limiter is away: nothing is claimed then.
    """
    if not most:
        return []
    with transaction.atomic():
        locked = may_send().select_for_update(skip_locked=True, no_key=True).filter(pk__in=most)
        channels = list(locked.order_by("pk"))
        granted = picking.granted(channels, most)
        if not granted:
            return []
        taken_at, now = time.monotonic(), timezone.now()
        ids = [attempt.pk for attempt, _slot in granted]
        # Who sends it is whom the ITSP is asked by, and calls back: the number may have been another's.
        own = Subquery(Lane.objects.filter(pk=OuterRef("lane")).values("channel")[:1])
        Attempt.objects.filter(pk__in=ids).update(status=DeliveryStatus.SENDING, claimed_at=now, channel=own)
        Lane.objects.filter(head__in=ids).update(in_flight=F("head"))
    tokens = _callback_tokens(channels)
    return [_claim(attempt, now, taken_at, slot, tokens) for attempt, slot in granted]


def settle(results: Sequence[Result]) -> None:
    """Writes down what became of claims, frees their lanes, and obeys what the ITSP said of the channel."""
    by_attempt = {result.claim.attempt_id: result for result in results}
    with transaction.atomic():
        locked = seats.lock({result.claim.lane_id for result in results})
        attempts = Attempt.objects.filter(pk__in=by_attempt).select_related("message__session")
        moves = [
            _move(attempt, by_attempt[attempt.pk])
            for attempt in attempts
            if attempt.claimed_at == by_attempt[attempt.pk].claim.claimed_at
        ]
        progress.advance(moves, at=timezone.now())
        later = [move.attempt.lane_id for move in moves if _is_for_later(by_attempt[move.attempt.pk])]
        ledger.obey(move.attempt for move in moves)
        seats.reseat(locked)
        seats.hold(later, until=timezone.now() + timedelta(seconds=settings.TRY_LATER_S))
    by_channel: defaultdict[int, list[Accepted | ItspError]] = defaultdict(list)
    for result in results:
        by_channel[result.claim.channel_id].append(result.outcome)
    for channel_id, outcomes in by_channel.items():
        try:
            _obey(channel_id, outcomes)
        except RedisError as error:
            logger.warning("the limiter is away and is not told of the ITSP's answers: %s", error)


def lost() -> QuerySet[Attempt]:
    """Whose claim has ended without a word of what became of them."""
    return Attempt.objects.filter(status=DeliveryStatus.SENDING, claimed_at__lt=timezone.now() - LEASE)


def settle_lost_claims() -> int:
    """Marks as unknown what a lost worker had claimed. Returns how many."""
    due = lost()
    ids = dict(due.values_list("pk", "lane")[:BATCH])
    if not ids:
        return 0
    with transaction.atomic():
        seats.lock(ids.values())
        attempts = due.filter(pk__in=ids).select_related("message__session")
        moves = [progress.Move(attempt, DeliveryStatus.UNKNOWN, reason=LOST) for attempt in attempts]
        progress.advance(moves, at=timezone.now())
    return len(moves)


def _callback_tokens(channels: Sequence[Channel]) -> dict[int, str]:
    """The token of each channel's newest address."""
    addresses = WebhookAddress.objects.filter(channel__in=channels).order_by("created_at")
    return {channel: str(token) for channel, token in addresses.values_list("channel", "token")}


def _claim(
    attempt: Attempt, claimed_at: datetime, taken_at: float, slot: float, tokens: Mapping[int, str]
) -> Claim:
    channel_id = attempt.lane.channel_id
    callback_url = webhook_url.callback_url(tokens.get(channel_id, ""))
    sms = OutboundSms(
        sender=attempt.lane.number.address,
        recipient=attempt.lane.contact,
        body=attempt.message.body,
        callback_url=f"{callback_url}?attempt={attempt.pk}",
        media_urls=links_of(attempt.message),
    )
    return Claim(attempt.pk, attempt.lane_id, channel_id, claimed_at, taken_at, slot, sms)


def _move(attempt: Attempt, result: Result) -> progress.Move:
    outcome = result.outcome
    if isinstance(outcome, Accepted):
        return progress.Move(attempt, outcome.status, outcome.itsp_message_id)
    status = {
        Advice.FAIL: DeliveryStatus.FAILED,
        Advice.UNKNOWN: DeliveryStatus.UNKNOWN,
    }.get(outcome.advice, DeliveryStatus.QUEUED)
    return progress.Move(attempt, status, error_code=outcome.code, reason=outcome.reason)


def _is_for_later(result: Result) -> bool:
    return isinstance(result.outcome, ItspError) and result.outcome.advice is Advice.LATER


def _obey(channel_id: int, outcomes: Sequence[Accepted | ItspError]) -> None:
    """What answers mean for the whole channel."""
    errors = [outcome for outcome in outcomes if isinstance(outcome, ItspError)]
    if len(errors) < len(outcomes):
        note_sent(channel_id)
        pacing.forget_refusals(channel_id)
    for error in errors:
        if error.advice is Advice.RETRY:
            pacing.pause(channel_id, seconds=error.retry_after_s)
        else:
            pushback.hold_back(channel_id, error.advice, error.reason)
