"""Where waiting texts stand in their channel's queue, for agents to see."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from redis import RedisError

from channels import pacing
from channels.itsp.delivery import DeliveryStatus
from channels.models import Channel
from channels.pacing import PacingState
from sessions import standstill
from sessions.lanes.forecast import CountOf, Line, departures
from sessions.models import Attempt

MOST = 1_000  # places that are counted


@dataclass(frozen=True)
class Place:
    """`position` 1 goes next, `MOST` + 1 is anywhere beyond; `held`: why it does not move, "" if it does.

    That is what holds now: what comes later and has a higher priority goes before it.
    """

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
    asked = _asked([attempt.pk for attempt in attempts])
    before = _before(channel, {(one.lane_id, ahead): one.pk for one, ahead in asked})
    places = {}
    for attempt, _ahead in asked:
        lines = before[attempt.pk]
        stopped = _why_stopped(channel, attempt)
        eta_s = None
        if state is not None and not stopped and len(lines) < MOST:
            eta_s = _eta_s(attempt, lines, state)
        places[attempt.pk] = Place(len(lines) + 1, eta_s, stopped or _why_later(state))
    return places


def _asked(pks: Sequence[int]) -> list[tuple[Attempt, int]]:
    """Each with how many wait before it in its own lane."""
    own = Attempt.objects.filter(lane=OuterRef("lane"), status=DeliveryStatus.QUEUED, pk__lt=OuterRef("pk"))
    attempts = Attempt.objects.filter(pk__in=pks).select_related("lane__in_flight", "lane__number")
    counted = attempts.annotate(
        ahead=CountOf(own.order_by().values("pk")[:MOST]), stands=Exists(standstill.lasting())
    )
    return [(attempt, attempt.ahead) for attempt in counted]


def _before(channel: Channel, asked: dict[tuple[int, int], int]) -> dict[int, list[Line]]:
    """For each attempt the lanes of those that leave before it; `MOST` of them where it is beyond.

    `asked`: attempts by their lanes, and by how many wait before them in these.
    """
    left: list[Line] = []
    of_lane: Counter[int] = Counter()
    before: dict[int, list[Line]] = {}
    for line in islice(departures(channel, {lane for lane, _ahead in asked}, most=MOST), MOST):
        if pk := asked.get((line.lane_id, of_lane[line.lane_id])):
            before[pk] = left[:]
            if len(before) == len(asked):
                break
        of_lane[line.lane_id] += 1
        left.append(line)
    return dict.fromkeys(asked.values(), left) | before


def _eta_s(attempt: Attempt, before: Sequence[Line], state: PacingState) -> float:
    """When its slot comes; later if its number has a lower rate of its own."""
    number = attempt.lane.number
    slots = sum(line.slots for line in before) / state.effective_rate
    own = [line.slots for line in before if line.number_id == number.pk] if number.sending_rate else []
    own_slots = sum(own) / (number.sending_rate or 1)
    return max(0.0, state.next_in_s, state.paused_for_s) + max(slots, own_slots)


def _why_stopped(channel: Channel, attempt: Attempt) -> str:
    """What somebody or something must end first; nobody knows when that is."""
    if attempt.stands:  # type: ignore[attr-defined]
        return _("A backup was restored: an administrator has to let texts go again.")
    if channel.paused_at:
        return _("An administrator paused the channel.")
    if channel.status == Channel.Status.FAILING:
        return _("The channel is stopped: %(reason)s") % {"reason": channel.status_reason}
    if attempt.lane.held_until:
        until = {"time": time_format(timezone.localtime(attempt.lane.held_until), "H:i")}
        if attempt.lane.head_id == attempt.pk:
            return _("It is tried again at %(time)s.") % until
        return _("The text before it is tried again at %(time)s.") % until
    if attempt.lane.unproven_since:
        return _("It waits until the ITSP has told whether it was sent before the backup was restored.")
    ahead = attempt.lane.in_flight
    if ahead is not None and ahead.status == DeliveryStatus.UNKNOWN:
        return _("It waits until it is known whether the text before it was sent.")
    return ""


def _why_later(state: PacingState | None) -> str:
    if state is None or state.paused_for_s <= 0:
        return ""
    until = timezone.localtime(timezone.now() + timedelta(seconds=state.paused_for_s))
    return _("The ITSP asked to slow down until %(time)s.") % {"time": time_format(until, "H:i:s")}


def _pacing_of(channel: Channel) -> PacingState | None:
    """Nobody knows (None) while the limiter is away."""
    try:
        return pacing.states([(channel.pk, channel.sending_rate)])[channel.pk]
    except RedisError:
        return None
