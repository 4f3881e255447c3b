"""Claims waiting attempts, and settles what became of them. Between the two, `pump` sends them.

An attempt is sent at most once: it is claimed with a lease, sent only while the claim is young, and a claim
whose outcome nobody told is `unknown`, never sent again blindly.
"""

import logging
import math
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, F, Min, OuterRef, QuerySet, Subquery
from django.utils import timezone
from redis import RedisError

from channels import pacing
from channels.actions import note_sent
from channels.itsp.base import Accepted, Advice, DeliveryStatus, ItspError, OutboundSms
from channels.models import Channel, Number, WebhookAddress
from channels.webhook import url as webhook_url
from sessions.lanes import progress, seats
from sessions.media.links import links_of
from sessions.models import Attempt, Lane
from sessions.opt_outs import ledger
from sessions.sending import pushback

logger = logging.getLogger(__name__)

HORIZON_S = 0.4  # how far ahead slots are reserved; from half of it on, further ones are
BATCH = 100  # attempts that one claim takes at most
IN_FLIGHT_PER_RATE = 0.45  # in flight per channel, so that a slow ITSP does not take every sender thread
OVERDUE_S = 2.0  # an answer that takes longer leaves its channel one text in flight
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
    return may_send().filter(Exists(_claimable(OuterRef("pk")))).order_by("pk")


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
        granted = _granted(channels, most)
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


def settle_lost_claims() -> int:
    """Marks as unknown what a lost worker had claimed. Returns how many."""
    lost = Attempt.objects.filter(status=DeliveryStatus.SENDING, claimed_at__lt=timezone.now() - LEASE)
    ids = dict(lost.values_list("pk", "lane")[:BATCH])
    if not ids:
        return 0
    with transaction.atomic():
        seats.lock(ids.values())
        attempts = lost.filter(pk__in=ids).select_related("message__session")
        moves = [progress.Move(attempt, DeliveryStatus.UNKNOWN, reason=LOST) for attempt in attempts]
        progress.advance(moves, at=timezone.now())
    return len(moves)


def _granted(channels: Sequence[Channel], most: Mapping[int, int]) -> list[tuple[Attempt, float]]:
    """The attempts that may be sent now, with their slots."""
    rooms = _rooms(channels)
    free = _heads({channel: min(rooms[channel.pk], BATCH, most[channel.pk]) for channel in channels})
    wanted = [
        pacing.Reservation(channel.pk, channel.sending_rate, [_wanted(channel, one) for one in attempts])
        for channel, attempts in free.items()
    ]
    slots = pacing.reserve(wanted, horizon_s=HORIZON_S)
    return [
        (attempt, slot)
        for attempts, their_slots in zip(free.values(), slots, strict=True)
        for attempt, slot in zip(attempts, their_slots, strict=True)
        if slot is not None
    ]


def _rooms(channels: Sequence[Channel]) -> dict[int, int]:
    """How many more of each channel may be in flight."""
    sending = Attempt.objects.filter(channel__in=channels, status=DeliveryStatus.SENDING).order_by()
    counted = sending.values("channel").annotate(count=Count("pk"), oldest=Min("claimed_at"))
    flying = {one["channel"]: (one["count"], one["oldest"]) for one in counted}
    return {channel.pk: _room(channel, *flying.get(channel.pk, (0, None))) for channel in channels}


def _room(channel: Channel, count: int, oldest: datetime | None) -> int:
    overdue = timezone.now() - timedelta(seconds=OVERDUE_S + HORIZON_S)
    if oldest and oldest < overdue:
        return max(0, 1 - count)
    waiting_for_slot = math.ceil(HORIZON_S * channel.sending_rate)  # claimed, but not in flight yet
    return max(0, max(2, int(IN_FLIGHT_PER_RATE * channel.sending_rate)) + waiting_for_slot - count)


def _claimable(channel: Channel | OuterRef) -> QuerySet[Lane]:
    """Lanes of a channel whose head may be claimed; one whose number moved away waits for `following`."""
    own = Lane.objects.filter(channel=channel, number__channel=channel)
    return own.filter(head__isnull=False, in_flight=None, held_until=None)


def _heads(rooms: Mapping[Channel, int]) -> dict[Channel, list[Attempt]]:
    """The oldest attempts that may be sent now, with what sending needs, their lanes locked."""
    limited = Number.objects.filter(channel__in=rooms).exclude(sending_rate=None)
    rates: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for number in limited:
        rates[number.channel_id][number.pk] = number.sending_rate or 0
    heads = [
        pk for channel, room in rooms.items() if room for pk in _lock_heads(channel, room, rates[channel.pk])
    ]
    waiting = Attempt.objects.filter(pk__in=heads, status=DeliveryStatus.QUEUED)
    attempts = waiting.select_related("lane__number", "message").prefetch_related("message__attachments")
    found: defaultdict[int, list[Attempt]] = defaultdict(list)
    for attempt in attempts.order_by("pk"):
        found[attempt.lane.channel_id].append(attempt)
    return {channel: found[channel.pk][:room] for channel, room in rooms.items() if found[channel.pk]}


def _lock_heads(channel: Channel, room: int, rates: Mapping[int, int]) -> list[int]:
    """A number with a rate of its own contributes a few only: its queue must not hide those of the others."""
    claimable = (
        _claimable(channel).select_for_update(skip_locked=True, of=("self",), no_key=True).order_by("head")
    )
    heads = list(claimable.exclude(number__in=rates).values_list("head", flat=True)[:room])
    for number_id, rate in rates.items():
        few = min(room, 1 + math.ceil(HORIZON_S * rate))
        heads += claimable.filter(number=number_id).values_list("head", flat=True)[:few]
    return heads


def _wanted(channel: Channel, attempt: Attempt) -> pacing.Wanted:
    counts_segments = channel.rate_unit == Channel.RateUnit.SEGMENTS
    number = attempt.lane.number
    return pacing.Wanted(attempt.segments if counts_segments else 1, number.pk, number.sending_rate)


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
