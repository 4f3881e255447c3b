"""Which of a channel's waiting texts leaves next: by priority, and within one by turns between agents.

**Between priorities** the highest that waits goes first. One slot in so many (`LOW_PRIORITY_SHARE`) is kept
for those below it: it goes to the one that was passed over for longest, and is due once the highest has had
its part since any of them left. So none starves, and an answer that comes while lower texts leave is next.

**Within a priority** each lane whose head waits has a rank, and the lowest goes first, the older where two
are the same. A lane that lines up has the rank behind the last one of its agent's lanes, and no lower one
than the channel has reached: this is self-clocked fair queueing. So who has five hundred texts waiting has
one turn between two of his colleague's, never more than two, and nobody collects turns while he has nothing
to say. What the ITSP gives back keeps its rank.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from channels.models import Channel
from sessions.models import Attempt, Lane, Turn

PASSED_MOST = 10_000  # slots; who was passed over more often has waited long enough

_LAST_RANKS = """
WITH asked (lane_id, channel_id, priority, agent, head_id) AS (VALUES {places})
SELECT asked.lane_id,
  CASE WHEN channels_channel.rate_unit = %s THEN attempt.segments ELSE 1 END,
  COALESCE(turn.reached, 0),
  COALESCE((
    SELECT head_rank FROM messaging_sessions_lane AS lane
    WHERE lane.channel_id = asked.channel_id AND lane.head_priority = asked.priority
      AND lane.head_agent = asked.agent AND lane.head_rank > 0
    ORDER BY head_rank DESC LIMIT 1
  ), 0)
FROM asked
JOIN messaging_sessions_attempt AS attempt ON attempt.id = asked.head_id
JOIN channels_channel ON channels_channel.id = asked.channel_id
LEFT JOIN messaging_sessions_turn AS turn
  ON turn.channel_id = asked.channel_id AND turn.priority = asked.priority
ORDER BY asked.head_id
"""


class Next(NamedTuple):
    """An attempt that has the next slots of its channel, and the priorities that wait at that moment."""

    attempt: Attempt
    slots: int
    waiting: frozenset[int]


class Rota:
    """Which priority has the next slot of a channel; `passed` and `reached` as in `Turn`, by priority."""

    def __init__(self, passed: Mapping[int, int], reached: Mapping[int, int]) -> None:
        self.passed, self.reached = defaultdict(int, passed), defaultdict(int, reached)
        share = settings.LOW_PRIORITY_SHARE
        self._part = round(1 / share) - 1 if share else None  # slots of the highest between two of the share

    def copy(self) -> "Rota":
        return Rota(self.passed, self.reached)

    def next_of(self, waiting: Collection[int]) -> int:
        """Which of the priorities that wait has the next slot."""
        highest, *lower = sorted(waiting)
        if not lower or self._part is None or min(self.passed[one] for one in lower) < self._part:
            return highest
        return max(lower, key=lambda one: (self.passed[one], -one))

    def leave(self, one: Next) -> None:
        """Its turn is used."""
        lane = one.attempt.lane
        self.take(lane.head_priority, one.waiting, rank=lane.head_rank, slots=one.slots)

    def take(self, priority: int, waiting: Collection[int], *, rank: int, slots: int) -> None:
        """A text of one of the priorities that wait leaves. One of the share with several slots owes them."""
        for other in waiting:
            self.passed[other] = min(PASSED_MOST, self.passed[other] + slots)
        is_of_share = priority > min(waiting)
        self.passed[priority] = (self._part or 0) * (1 - slots) if is_of_share else 0
        self.reached[priority] = max(self.reached[priority], rank)


def rotas(channels: Iterable[Channel]) -> dict[Channel, Rota]:
    """As the turns of the channels stand."""
    by_pk = {channel.pk: (channel, dict[int, int](), dict[int, int]()) for channel in channels}
    for turn in Turn.objects.filter(channel__in=by_pk):
        _channel, passed, reached = by_pk[turn.channel_id]
        passed[turn.priority], reached[turn.priority] = turn.passed, turn.reached
    return {channel: Rota(passed, reached) for channel, passed, reached in by_pk.values()}


def keep(rotas: Mapping[Channel, Rota]) -> None:
    """Writes the turns of channels down. Under the channels' locks."""
    written = [
        Turn(channel=channel, priority=priority, passed=rota.passed[priority], reached=rota.reached[priority])
        for channel, rota in rotas.items()
        for priority in sorted({*rota.passed, *rota.reached})
    ]
    Turn.objects.bulk_create(
        written,
        update_conflicts=True,
        unique_fields=["channel", "priority"],
        update_fields=["passed", "reached"],
    )


def in_turn(
    rota: Rota, waiting: Mapping[int, Sequence[Attempt]], slots: Callable[[Attempt], int]
) -> Iterator[Next]:
    """Attempts by the priorities of their lanes, in the order in which they leave."""
    rota, left = rota.copy(), {priority: deque(attempts) for priority, attempts in waiting.items()}
    while left:
        priorities = frozenset(left)
        priority = rota.next_of(priorities)
        attempt = left[priority].popleft()
        if not left[priority]:
            del left[priority]
        one = Next(attempt, slots(attempt), priorities)
        rota.leave(one)
        yield one


def line_up(lanes: Sequence[Lane]) -> None:
    """Gives lanes with a head their ranks, the oldest first. In memory only, under their locks."""
    by_pk, last = {lane.pk: lane for lane in lanes}, dict[tuple[int, int, int], int]()
    for pk, slots, reached, of_agent in _last_ranks(lanes):
        lane = by_pk[pk]
        whose = (lane.channel_id, lane.head_priority, lane.head_agent)
        lane.head_rank = last[whose] = last.get(whose, max(reached - 1, of_agent)) + slots


def _last_ranks(lanes: Sequence[Lane]) -> list[tuple[int, int, int, int]]:
    """For each lane: its id, its head's slots, the rank that its priority reached, its agent's last one."""
    if not lanes:
        return []
    asked = [
        value
        for lane in lanes
        for value in (lane.pk, lane.channel_id, lane.head_priority, lane.head_agent, lane.head_id)
    ]
    places = ", ".join(["(%s, %s, %s, %s, %s)"] * len(lanes))
    with connection.cursor() as cursor:
        cursor.execute(_LAST_RANKS.format(places=places), [*asked, Channel.RateUnit.SEGMENTS])
        rows: list[tuple[int, int, int, int]] = cursor.fetchall()
    return rows
