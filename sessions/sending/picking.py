"""Picks the texts of channels that may be sent now, and reserves their slots."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from django.db.models import Count, Min, OuterRef, QuerySet
from django.utils import timezone

from channels import pacing
from channels.itsp.delivery import DeliveryStatus
from channels.models import Channel, Number
from sessions.lanes import routes, turns
from sessions.lanes.turns import Next, in_turn
from sessions.models import Attempt, Lane, Priority

HORIZON_S = 0.4  # how far ahead slots are reserved; from half of it on, further ones are
LOW_HORIZON_S = 0.2  # for what gives way to answers, so that one that comes finds a slot soon
BATCH = 100  # attempts that one claim takes at most
IN_FLIGHT_PER_RATE = 0.45  # in flight per channel, so that a slow ITSP does not take every sender thread
OVERDUE_S = 2.0  # an answer that takes longer leaves its channel one text in flight


def granted(channels: Sequence[Channel], most: Mapping[int, int]) -> list[tuple[Attempt, float]]:
    """The attempts that may be sent now, with their slots. Their turns are used."""
    rooms = _rooms(channels)
    free = {channel: min(rooms[channel.pk], BATCH, most[channel.pk]) for channel in channels}
    waiting = _heads({channel: room for channel, room in free.items() if room > 0})
    rotas = turns.rotas(waiting)
    order = {
        channel: list(islice(in_turn(rotas[channel], heads, partial(_slots, channel)), free[channel]))
        for channel, heads in waiting.items()
    }
    slots = pacing.reserve(
        [
            pacing.Reservation(
                channel.pk, channel.sending_rate, [_wanted(one) for one in texts], _horizon_s(texts)
            )
            for channel, texts in order.items()
        ]
    )
    given = [
        (channel, one, slot)
        for (channel, texts), theirs in zip(order.items(), slots, strict=True)
        for one, slot in zip(texts, theirs, strict=True)
        if slot is not None
    ]
    for channel, one, _slot in given:
        rotas[channel].leave(one)
    turns.keep({channel: rotas[channel] for channel, _one, _slot in given})
    return [(one.attempt, slot) for _channel, one, slot in given]


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
    """Lanes of a channel whose head may be claimed; another's wait for `following`."""
    ready = Lane.objects.filter(routes.on_course(), channel=channel, head__isnull=False, in_flight=None)
    return ready.filter(held_until=None, unproven_since=None)


def _heads(rooms: Mapping[Channel, int]) -> dict[Channel, dict[int, list[Attempt]]]:
    """By priority the first attempts that may be sent now, with what sending needs."""
    rates: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for number in Number.objects.carried_by(rooms).exclude(sending_rate=None):
        for pk in filter(None, (number.channel_id, number.standby_id)):
            rates[pk][number.pk] = number.sending_rate or 0
    heads = [pk for channel, room in rooms.items() for pk in _lock_heads(channel, room, rates[channel.pk])]
    waiting = Attempt.objects.filter(pk__in=heads, status=DeliveryStatus.QUEUED)
    attempts = waiting.select_related("lane__number", "message").prefetch_related("message__attachments")
    found: dict[int, defaultdict[int, list[Attempt]]] = {one.pk: defaultdict(list) for one in rooms}
    for attempt in sorted(attempts, key=lambda one: (one.lane.head_rank, one.pk)):
        found[attempt.lane.channel_id][attempt.lane.head_priority].append(attempt)
    return {channel: found[channel.pk] for channel in rooms if found[channel.pk]}


def _lock_heads(channel: Channel, room: int, rates: Mapping[int, int]) -> list[int]:
    """A number with a rate of its own contributes a few only: its queue must not hide those of the others."""
    lanes = claimable(channel).select_for_update(skip_locked=True, of=("self",), no_key=True)
    heads = _first_of_each(lanes.exclude(number__in=rates), room)
    for number_id, rate in rates.items():
        heads += _first_of_each(lanes.filter(number=number_id), min(room, 1 + math.ceil(HORIZON_S * rate)))
    return heads


def _first_of_each(lanes: QuerySet[Lane], most: int) -> list[int]:
    """The heads of the first lanes of each priority, one at least. One question where few wait."""
    in_order = lanes.order_by("head_priority", "head_rank", "head")
    heads: list[int] = []
    priority = 0
    while priority < max(Priority):
        found = list(in_order.filter(head_priority__gt=priority).values_list("head", "head_priority")[:most])
        heads += [head for head, _priority in found if head]
        if len(found) < most:
            break
        priority = found[-1][1]
    return heads


def _horizon_s(texts: Sequence[Next]) -> float:
    gives_way = any(one.attempt.lane.head_priority > Priority.ANSWER for one in texts)
    return LOW_HORIZON_S if gives_way else HORIZON_S


def _wanted(one: Next) -> pacing.Wanted:
    number = one.attempt.lane.number
    return pacing.Wanted(one.slots, number.pk, number.sending_rate)


def _slots(channel: Channel, attempt: Attempt) -> int:
    return attempt.segments if channel.rate_unit == Channel.RateUnit.SEGMENTS else 1
