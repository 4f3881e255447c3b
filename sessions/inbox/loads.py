"""How much there is to do, for supervisors: what waits in each queue, and how much each agent has."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q

from routing.models import Extension, MessageQueue
from sessions.inbox.asking import Viewer, agents_to_filter, queues_to_filter
from sessions.models import MessagingSession, MessagingSessionQuerySet
from sessions.presence import online
from sessions.presence.availability import State, state_of

_UNANSWERED = Q(unanswered_since__isnull=False)


@dataclass(frozen=True)
class QueueLoad:
    """`waiting` are nobody's; `open` is all that is not closed; `since`: who waits longest for an answer."""

    queue: MessageQueue
    waiting: int
    open: int
    since: datetime | None


@dataclass(frozen=True)
class AgentLoad:
    """Open sessions in all queues and of their own; snoozed ones are put off, and only counted as such."""

    agent: Extension
    state: State
    open: int
    unanswered: int
    snoozed: int


@dataclass(frozen=True)
class Load:
    """`are_known`: whether anybody knows who is offline."""

    queues: list[QueueLoad]
    agents: list[AgentLoad]
    are_known: bool


def load_of(viewer: Viewer) -> Load:
    """Of the queues that somebody supervises or is in, and of their agents. In five queries."""
    queues, agents = list(queues_to_filter(viewer)), list(agents_to_filter(viewer))
    there = online.everybody_online()
    return Load(_of_queues(queues), _of_agents(agents, there), there is not None)


def open_sessions_of(agents: list[Extension]) -> dict[int, dict[str, int]]:
    """By the agent's id; who has none is not there."""
    owned = MessagingSession.objects.open().filter(agent__in=[agent.pk for agent in agents])
    counts = {
        "open": Count("pk", filter=Q(snoozed_until=None)),
        "unanswered": Count("pk", filter=_UNANSWERED & Q(snoozed_until=None)),
        "snoozed": Count("pk", filter=Q(snoozed_until__isnull=False)),
    }
    return _by("agent", owned, counts)


def _by(column: str, sessions: MessagingSessionQuerySet, counts: dict[str, Any]) -> dict[int, dict[str, Any]]:
    rows: Any = sessions.order_by().values(column).annotate(**counts)
    return {row.pop(column): row for row in rows}


def _of_queues(queues: list[MessageQueue]) -> list[QueueLoad]:
    there = MessagingSession.objects.open().filter(queue__in=[queue.pk for queue in queues])
    counts = {
        "waiting": Count("pk", filter=Q(agent=None)),
        "open": Count("pk"),
        "since": Min("unanswered_since"),
    }
    rows = _by("queue", there, counts)
    nothing = {"waiting": 0, "open": 0, "since": None}
    loads = [QueueLoad(queue, **rows.get(queue.pk, nothing)) for queue in queues]
    return sorted(loads, key=lambda load: (-load.waiting, load.queue.name.casefold()))


def _of_agents(agents: list[Extension], there: set[int] | None) -> list[AgentLoad]:
    rows = open_sessions_of(agents)
    nothing = {"open": 0, "unanswered": 0, "snoozed": 0}
    loads = [AgentLoad(agent, state_of(agent, there), **rows.get(agent.pk, nothing)) for agent in agents]
    return sorted(loads, key=lambda load: (-load.open, load.agent.name.casefold()))
