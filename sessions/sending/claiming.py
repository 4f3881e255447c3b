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
from channels.actions import note_refused, note_sent, note_taken
from channels.itsp import ITSPS
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice, ItspError
from channels.itsp.texts import Accepted, OutboundSms
from channels.models import Channel
from pbx_messaging.metrics.series import QUEUE_WAIT, SLOTS
from sessions import causes, standstill, tracing
from sessions.bulk import write
from sessions.lanes import progress, seats
from sessions.models import Attempt, Lane
from sessions.opt_outs import ledger
from sessions.sending import picking, pushback
from sessions.sending.sms import callback_tokens, mark_of, sms_of

logger = logging.getLogger(__name__)

BATCH = 100  # lost claims that are settled at once
NOT_TAKEN = frozenset({Advice.RETRY, Advice.SLOW_DOWN, Advice.UNKNOWN})  # nothing is said of the text itself
LEASE = timedelta(seconds=settings.ITSP_TIMEOUT_S + settings.CLAIM_MARGIN_S)


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
    request_id: str = ""
    was_refused: bool = False  # its channel: the ITSP took nothing of it for a while


@dataclass(frozen=True)
class Result:
    """What became of a claim."""

    claim: Claim
    outcome: Accepted | ItspError

    @property
    def began_ns(self) -> int:
        """When its slot came, by the clock on the wall."""
        return time.time_ns() - max(0, int((time.monotonic() - self.claim.slot) * 1_000_000_000))


def channels_with_work() -> QuerySet[Channel]:
    """Channels that may send and have something to send."""
    return may_send().filter(Exists(picking.claimable(OuterRef("pk")))).order_by("pk")


def may_send() -> QuerySet[Channel]:
    """Channels that nobody paused and whose ITSP does not refuse them; none in a standstill."""
    ready = Channel.objects.live().filter(paused_at=None).exclude(status=Channel.Status.FAILING)
    return ready.exclude(Exists(standstill.lasting()))


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
        by_id, tokens = {channel.pk: channel for channel in channels}, callback_tokens(channels)
        attempts = [attempt for attempt, _slot in granted]
        for attempt in attempts:
            attempt.channel = by_id[attempt.lane.channel_id]
        claims = [_claim(attempt, now, taken_at, slot, tokens) for attempt, slot in granted]
        _keep_marks(claims, attempts)
    if settings.METRICS_TOKEN:
        _count(channels, attempts, now)
    return claims


def _count(channels: Sequence[Channel], attempts: Sequence[Attempt], now: datetime) -> None:
    segments = {channel.pk for channel in channels if channel.rate_unit == Channel.RateUnit.SEGMENTS}
    for attempt in attempts:
        channel_id = attempt.lane.channel_id
        SLOTS.add(channel_id, amount=attempt.segments if channel_id in segments else 1)
        QUEUE_WAIT.note(amount=max(0.0, (now - attempt.queued_at).total_seconds()))


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
        for move in moves:
            tracing.note_states([move.attempt], "send", by_attempt[move.attempt.pk].began_ns)
        later = [move.attempt.lane_id for move in moves if _is_for_later(by_attempt[move.attempt.pk])]
        ledger.obey(move.attempt for move in moves)
        seats.reseat(locked)
        seats.hold(later, until=timezone.now() + timedelta(seconds=settings.TRY_LATER_S))
    by_channel: defaultdict[int, list[Accepted | ItspError]] = defaultdict(list)
    refused: defaultdict[int, bool] = defaultdict(bool)
    for result in results:
        by_channel[result.claim.channel_id].append(result.outcome)
        refused[result.claim.channel_id] |= result.claim.was_refused
    for channel_id, outcomes in by_channel.items():
        heed(channel_id, outcomes)
        _note_refusals(channel_id, outcomes, was_refused=refused[channel_id])


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
        moves = [progress.Move(attempt, DeliveryStatus.UNKNOWN, reason=causes.LOST()) for attempt in attempts]
        progress.advance(moves, at=timezone.now())
    return len(moves)


def _keep_marks(claims: Sequence[Claim], attempts: Sequence[Attempt]) -> None:
    """Of those that may be sent once more, by which the same is told from another."""
    marked = []
    for attempt, claim in zip(attempts, claims, strict=True):
        if ITSPS[attempt.channel.itsp].repeats_safely_for:
            attempt.sent_as = mark_of(claim.sms)
            marked.append(attempt)
    write(marked, "sent_as")


def _claim(
    attempt: Attempt, claimed_at: datetime, taken_at: float, slot: float, tokens: Mapping[int, str]
) -> Claim:
    sms = sms_of(attempt, claimed_at, tokens)
    ids = attempt.pk, attempt.lane_id, attempt.channel_id
    was_refused = attempt.channel.refused_since is not None
    return Claim(*ids, claimed_at, taken_at, slot, sms, attempt.request_id, was_refused)


def _move(attempt: Attempt, result: Result) -> progress.Move:
    outcome = result.outcome
    if isinstance(outcome, Accepted):
        return progress.Move(attempt, outcome.status, outcome.itsp_message_id, charge=outcome.charge)
    status = {
        Advice.FAIL: DeliveryStatus.FAILED,
        Advice.UNKNOWN: DeliveryStatus.UNKNOWN,
    }.get(outcome.advice, DeliveryStatus.QUEUED)
    return progress.Move(attempt, status, error_code=outcome.code, reason=outcome.reason)


def _is_for_later(result: Result) -> bool:
    return isinstance(result.outcome, ItspError) and result.outcome.advice is Advice.LATER


def _note_refusals(channel_id: int, outcomes: Sequence[Accepted | ItspError], *, was_refused: bool) -> None:
    """Costs nothing while the ITSP takes what it is given."""
    if not all(isinstance(outcome, ItspError) and outcome.advice in NOT_TAKEN for outcome in outcomes):
        if was_refused:
            note_taken(channel_id)
    else:
        note_refused(channel_id)


def heed(channel_id: int, outcomes: Sequence[Accepted | ItspError]) -> None:
    """What answers mean for the whole channel."""
    try:
        _heed(channel_id, outcomes)
    except RedisError as error:
        logger.warning("the limiter is away and is not told of the ITSP's answers: %s", error)


def _heed(channel_id: int, outcomes: Sequence[Accepted | ItspError]) -> None:
    errors = [outcome for outcome in outcomes if isinstance(outcome, ItspError)]
    if len(errors) < len(outcomes):
        note_sent(channel_id)
        pacing.forget_refusals(channel_id)
    for error in errors:
        if error.advice is not Advice.RETRY:
            pushback.hold_back(channel_id, error.advice, error.reason, error.code)
        if error.advice is Advice.RETRY or (error.advice is Advice.SLOW_DOWN and error.retry_after_s):
            pacing.pause(channel_id, seconds=error.retry_after_s)
