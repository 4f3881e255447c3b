"""Picks the texts of channels that may be sent now, and reserves their slots."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Count, Min, OuterRef, QuerySet
from django.utils import timezone

from channels import pacing
from channels.itsp.base import DeliveryStatus
from channels.models import Channel, Number
from sessions.models import Attempt, Lane

HORIZON_S = 0.4  # how far ahead slots are reserved; from half of it on, further ones are
BATCH = 100  # attempts that one claim takes at most
IN_FLIGHT_PER_RATE = 0.45  # in flight per channel, so that a slow ITSP does not take every sender thread
OVERDUE_S = 2.0  # an answer that takes longer leaves its channel one text in flight


def granted(channels: Sequence[Channel], most: Mapping[int, int]) -> list[tuple[Attempt, float]]:
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


def claimable(channel: Channel | OuterRef) -> QuerySet[Lane]:
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
    lanes = claimable(channel).select_for_update(skip_locked=True, of=("self",), no_key=True).order_by("head")
    heads = list(lanes.exclude(number__in=rates).values_list("head", flat=True)[:room])
    for number_id, rate in rates.items():
        few = min(room, 1 + math.ceil(HORIZON_S * rate))
        heads += lanes.filter(number=number_id).values_list("head", flat=True)[:few]
    return heads


def _wanted(channel: Channel, attempt: Attempt) -> pacing.Wanted:
    counts_segments = channel.rate_unit == Channel.RateUnit.SEGMENTS
    number = attempt.lane.number
    return pacing.Wanted(attempt.segments if counts_segments else 1, number.pk, number.sending_rate)
