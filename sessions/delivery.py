"""Claims waiting attempts, and settles what became of them. Between the two, `sessions.pump` sends them.

An attempt is sent at most once: it is claimed with a lease, sent only while the claim is young, and a claim
whose outcome nobody told is `unknown`, never sent again blindly.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, QuerySet
from django.utils import timezone

from channels import pacing, webhook_url
from channels.itsp.base import Accepted, Advice, DeliveryStatus, ItspError, OutboundSms
from channels.models import Channel
from sessions import lanes, opt_outs
from sessions.models import Attempt, Lane

HORIZON_S = 0.15  # how far ahead slots are reserved
BATCH = 100  # attempts that one claim takes at most
IN_FLIGHT_PER_RATE = 0.45  # in flight per channel, so that a slow ITSP does not take every sender thread
OVERDUE_S = 2.0  # an answer that takes longer leaves its channel one text in flight
RETRY_AFTER_S = (1.0, 3.0)  # chosen between, when the ITSP says "later" and not when
LEASE = timedelta(seconds=settings.ITSP_TIMEOUT_S + settings.CLAIM_MARGIN_S)
LOST = "The worker that was sending it was lost, so it may or may not have been sent."


@dataclass(frozen=True)
class Claim:
    """An attempt that this process alone may send, at its slot (`time.monotonic()`)."""

    attempt_id: int
    lane_id: int
    channel_id: int
    claimed_at: datetime
    slot: float
    sms: OutboundSms


@dataclass(frozen=True)
class Result:
    """What became of a claim. `NotSent`: it never left this process."""

    claim: Claim
    outcome: Accepted | ItspError


def channels_with_work() -> QuerySet[Channel]:
    """Channels that may send and have something to send."""
    claimable = Lane.objects.filter(channel=OuterRef("pk"), head__isnull=False, in_flight=None)
    may_send = Channel.objects.live().filter(paused_at=None).exclude(status=Channel.Status.FAILING)
    return may_send.filter(Exists(claimable))


def claim(channel: Channel) -> list[Claim]:
    """Claims the heads of the channel's lanes, oldest first, as far as it has room and slots.

    Raises `redis.RedisError` when the limiter is away: nothing is claimed then.
    """
    with transaction.atomic():
        room = min(_room(channel), BATCH)
        claimable = Lane.objects.filter(
            channel=channel, number__channel=channel, head__isnull=False, in_flight=None
        )
        free = claimable.select_for_update(skip_locked=True, of=("self",)).order_by("head")[:room]
        lanes_by_head = {lane.head_id: lane for lane in free}
        heads = _to_send(lanes_by_head)
        slots = pacing.reserve(
            channel.pk,
            rate=channel.sending_rate,
            sizes=[_slots_of(channel, attempt) for attempt in heads],
            horizon_s=HORIZON_S,
        )
        granted = heads[: len(slots)]
        now = timezone.now()
        for attempt in granted:
            lane = lanes_by_head[attempt.pk]
            lane.in_flight_id = attempt.pk
        ids = [attempt.pk for attempt in granted]
        Attempt.objects.filter(pk__in=ids).update(status=DeliveryStatus.SENDING, claimed_at=now)
        Lane.objects.bulk_update([lanes_by_head[pk] for pk in ids], ["in_flight"])
    token = _callback_token(channel)
    return [_claim(attempt, now, slot, token) for attempt, slot in zip(granted, slots, strict=True)]


def settle(results: Sequence[Result]) -> None:
    """Writes down what became of claims, frees their lanes, and obeys what the ITSP said of the channel."""
    by_attempt = {result.claim.attempt_id: result for result in results}
    with transaction.atomic():
        locked = lanes.lock({result.claim.lane_id for result in results})
        attempts = Attempt.objects.filter(pk__in=by_attempt).select_related("message__session")
        moves = [
            _move(attempt, by_attempt[attempt.pk])
            for attempt in attempts
            if attempt.claimed_at == by_attempt[attempt.pk].claim.claimed_at
        ]
        lanes.advance(moves, at=timezone.now())
        opt_outs.obey(move.attempt for move in moves)
        lanes.reseat(locked)
    for result in results:
        if isinstance(result.outcome, ItspError):
            _obey(result.claim.channel_id, result.outcome)


def settle_lost_claims() -> int:
    """Marks as unknown what a lost worker had claimed. Returns how many."""
    lost = Attempt.objects.filter(status=DeliveryStatus.SENDING, claimed_at__lt=timezone.now() - LEASE)
    ids = dict(lost.values_list("pk", "lane")[:BATCH])
    if not ids:
        return 0
    with transaction.atomic():
        lanes.lock(ids.values())
        attempts = lost.filter(pk__in=ids).select_related("message__session")
        moves = [lanes.Move(attempt, DeliveryStatus.UNKNOWN, reason=LOST) for attempt in attempts]
        lanes.advance(moves, at=timezone.now())
    return len(moves)


def _room(channel: Channel) -> int:
    """How many more of the channel may be in flight."""
    flying = Attempt.objects.filter(channel=channel, status=DeliveryStatus.SENDING)
    count, oldest = flying.aggregate(count=Count("pk"), oldest=Min("claimed_at")).values()
    overdue = timezone.now() - timedelta(seconds=OVERDUE_S + HORIZON_S)
    most = 1 if oldest and oldest < overdue else max(2, int(IN_FLIGHT_PER_RATE * channel.sending_rate))
    return max(0, most - int(count))


def _to_send(ids: Iterable[int | None]) -> list[Attempt]:
    """The attempts in their order, with what sending needs."""
    attempts = Attempt.objects.filter(pk__in=list(ids)).select_related("lane__number", "message")
    return list(attempts.order_by("pk"))


def _slots_of(channel: Channel, attempt: Attempt) -> int:
    return attempt.segments if channel.rate_unit == Channel.RateUnit.SEGMENTS else 1


def _callback_token(channel: Channel) -> str:
    address = channel.webhook_addresses.order_by("-created_at").first()
    return str(address.token) if address else ""


def _claim(attempt: Attempt, claimed_at: datetime, slot: float, token: str) -> Claim:
    sms = OutboundSms(
        sender=attempt.lane.number.address,
        recipient=attempt.lane.contact,
        body=attempt.message.body,
        callback_url=f"{webhook_url.callback_url(token)}?attempt={attempt.pk}",
    )
    return Claim(attempt.pk, attempt.lane_id, attempt.channel_id, claimed_at, slot, sms)


def _move(attempt: Attempt, result: Result) -> lanes.Move:
    outcome = result.outcome
    if isinstance(outcome, Accepted):
        return lanes.Move(attempt, outcome.status, outcome.itsp_message_id)
    status = {
        Advice.FAIL: DeliveryStatus.FAILED,
        Advice.UNKNOWN: DeliveryStatus.UNKNOWN,
    }.get(outcome.advice, DeliveryStatus.QUEUED)
    return lanes.Move(attempt, status, error_code=outcome.code, reason=outcome.reason)


def _obey(channel_id: int, error: ItspError) -> None:
    """What an error means for the whole channel."""
    if error.advice in (Advice.RETRY, Advice.SLOW_DOWN):
        pacing.pause(channel_id, seconds=error.retry_after_s or random.uniform(*RETRY_AFTER_S))  # noqa: S311
    if error.advice is Advice.STOP:
        Channel.objects.filter(pk=channel_id).update(
            status=Channel.Status.FAILING, status_reason=error.reason, status_changed_at=timezone.now()
        )
