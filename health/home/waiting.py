"""What waits for an answer, by message queue, with who could give it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Min, Q

from accounts.models import User
from routing.models import Extension, MessageQueue
from sessions.models import MessagingSession, MessagingSessionQuerySet
from sessions.presence import online
from sessions.presence.availability import State, state_of
from sessions.queries import supervised_by

QUEUES_SHOWN, AGENTS_SHOWN = 6, 8


@dataclass(frozen=True)
class Waits:
    """Contacts that wait at one place. `untaken`: of sessions that nobody has; `queue` None: at agents."""

    queue: MessageQueue | None
    count: int
    untaken: int
    oldest_at: datetime
    available: int = 0  # agents of the queue

    @property
    def is_unattended(self) -> bool:
        return self.queue is not None and not self.available


@dataclass(frozen=True)
class Waiting:
    """All of it, whose contact has waited longest first."""

    places: list[Waits] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(one.count for one in self.places)

    @property
    def untaken(self) -> int:
        return sum(one.untaken for one in self.places)

    @property
    def oldest_at(self) -> datetime | None:
        return min((one.oldest_at for one in self.places), default=None)

    @property
    def shown(self) -> list[Waits]:
        return self.places[:QUEUES_SHOWN]

    @property
    def hidden(self) -> int:
        return len(self.places) - len(self.shown)


@dataclass(frozen=True)
class Present:
    """Who is there: how many in each state, and some of those who are available.

    `is_known`: whether anybody knows who is offline.
    """

    is_known: bool
    counts: Counter[State]
    available: list[Extension]
    in_queues: Counter[int]  # how many are available in each

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def available_count(self) -> int:
        return self.counts[State.AVAILABLE]

    @property
    def away_count(self) -> int:
        return self.counts[State.AWAY]

    @property
    def offline_count(self) -> int:
        return self.counts[State.OFFLINE]

    @property
    def hidden(self) -> int:
        return self.available_count - len(self.available)


def sessions_of(user: User) -> MessagingSessionQuerySet:
    """A supervisor's are those of the queues that they supervise."""
    return MessagingSession.objects.all() if user.is_administrator else supervised_by(user)


def waiting_for(user: User, present: Present) -> Waiting:
    """By an index that has only those that are open and unanswered."""
    unanswered = sessions_of(user).open().filter(unanswered_since__isnull=False)
    found = (
        unanswered.order_by()
        .values("queue")
        .annotate(
            count=Count("pk"), untaken=Count("pk", filter=Q(agent=None)), oldest_at=Min("unanswered_since")
        )
    )
    rows = list(found.values_list("queue", "count", "untaken", "oldest_at"))
    queues = MessageQueue.objects.in_bulk([pk for pk, *_rest in rows if pk])
    places = [
        Waits(queues.get(pk or 0), count, untaken, oldest_at, present.in_queues[pk or 0])
        for pk, count, untaken, oldest_at in rows
    ]
    return Waiting(sorted(places, key=lambda one: one.oldest_at))


def present_for(user: User) -> Present:
    """A supervisor's are the agents of the queues that they supervise."""
    agents = Extension.objects.live().filter(user__is_active=True)
    if not user.is_administrator:
        agents = agents.filter(queues__in=user.supervised_queues.live()).distinct()
    there = online.everybody_online()
    states = {agent: state_of(agent, there) for agent in agents.order_by("number")}
    available = [agent for agent, state in states.items() if state is State.AVAILABLE]
    members = MessageQueue.agents.through.objects.filter(extension__in=[agent.pk for agent in available])
    in_queues = Counter(members.values_list("messagequeue_id", flat=True))
    return Present(there is not None, Counter(states.values()), available[:AGENTS_SHOWN], in_queues)
