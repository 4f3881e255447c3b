"""Where waiting texts stand in their channel's queue, for agents to see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from redis import RedisError

from channels import pacing
from channels.itsp.delivery import DeliveryStatus
from channels.models import Channel
from channels.pacing import PacingState
from sessions.models import Attempt

MOST = 1_000  # places that are counted


@dataclass(frozen=True)
class Place:
    """`position` 1 goes next, `MOST` + 1 is anywhere beyond; `held`: why it does not move, "" if it does."""

    position: int
    eta_s: float | None
    held: str = ""

    @property
    def is_beyond(self) -> bool:
        return self.position > MOST


def places_of(attempts: Iterable[Attempt]) -> dict[int, Place]:
    """Finds places by the attempts' ids. Many of a channel cost as much as one, however long its queue is."""
    by_channel: dict[int, list[Attempt]] = {}
    for attempt in attempts:
        by_channel.setdefault(attempt.channel_id, []).append(attempt)
    channels = Channel.objects.defer("credentials").in_bulk(by_channel)
    places: dict[int, Place] = {}
    for channel_id, of_channel in by_channel.items():
        places |= _places_in(channels[channel_id], of_channel)
    return places


def places_by_message(attempts: Iterable[Attempt]) -> dict[int, Place]:
    """The same as `places_of`, by the ids of the attempts' messages."""
    messages = {attempt.pk: attempt.message_id for attempt in attempts}
    return {messages[pk]: place for pk, place in places_of(attempts).items()}


def _places_in(channel: Channel, attempts: Sequence[Attempt]) -> dict[int, Place]:
    state = _pacing_of(channel)
    ahead = _ahead(channel, until=max(attempt.queued_at for attempt in attempts))
    rows = Attempt.objects.filter(pk__in=[attempt.pk for attempt in attempts])
    places = {}
    for attempt in rows.select_related("lane__in_flight", "lane__number"):
        before = ahead[: next((i for i, one in enumerate(ahead) if one.pk == attempt.pk), MOST)]
        stopped = _why_stopped(channel, attempt)
        eta_s = None
        if state is not None and not stopped and len(before) < MOST:
            eta_s = _eta_s(channel, attempt, before, state)
        places[attempt.pk] = Place(len(before) + 1, eta_s, stopped or _why_later(state))
    return places


class _Waiting(NamedTuple):
    pk: int
    segments: int
    number_id: int


def _ahead(channel: Channel, *, until: datetime) -> list[_Waiting]:
    """The channel's oldest waiting attempts, up to those that were queued at `until`."""
    waiting = Attempt.objects.filter(channel=channel, status=DeliveryStatus.QUEUED, queued_at__lte=until)
    rows = waiting.order_by("queued_at", "pk").values_list("pk", "segments", "lane__number")
    return [_Waiting(*row) for row in rows[:MOST]]


def _eta_s(channel: Channel, attempt: Attempt, before: Sequence[_Waiting], state: PacingState) -> float:
    """When its slot comes; later if its number has a lower rate of its own."""
    number = attempt.lane.number
    slots = _slots(channel, before) / state.effective_rate
    own = [one for one in before if one.number_id == number.pk] if number.sending_rate else []
    own_slots = _slots(channel, own) / (number.sending_rate or 1)
    return max(0.0, state.next_in_s, state.paused_for_s) + max(slots, own_slots)


def _slots(channel: Channel, waiting: Sequence[_Waiting]) -> int:
    counts_segments = channel.rate_unit == Channel.RateUnit.SEGMENTS
    return sum(one.segments for one in waiting) if counts_segments else len(waiting)


def _why_stopped(channel: Channel, attempt: Attempt) -> str:
    """What somebody or something must end first; nobody knows when that is."""
    if channel.paused_at:
        return _("An administrator paused the channel.")
    if channel.status == Channel.Status.FAILING:
        return _("The channel is stopped: %(reason)s") % {"reason": channel.status_reason}
    if attempt.lane.held_until:
        until = {"time": time_format(timezone.localtime(attempt.lane.held_until), "H:i")}
        if attempt.lane.head_id == attempt.pk:
            return _("It is tried again at %(time)s.") % until
        return _("The text before it is tried again at %(time)s.") % until
    ahead = attempt.lane.in_flight
    if ahead is not None and ahead.status == DeliveryStatus.UNKNOWN:
        return _("It waits until it is known whether the text before it was sent.")
    return ""


def _why_later(state: PacingState | None) -> str:
    if state is None or state.paused_for_s <= 0:
        return ""
    until = timezone.localtime() + timedelta(seconds=state.paused_for_s)
    return _("The ITSP asked to slow down until %(time)s.") % {"time": time_format(until, "H:i:s")}


def _pacing_of(channel: Channel) -> PacingState | None:
    """Nobody knows (None) while the limiter is away."""
    try:
        return pacing.states([(channel.pk, channel.sending_rate)])[channel.pk]
    except RedisError:
        return None
