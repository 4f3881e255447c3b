"""Sessions opened and closed, and how long contacts waited for the first answer."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from django.db.models import Count, OuterRef, Subquery

from routing.models import Extension, MessageQueue
from sessions.logs.entries import begun
from sessions.models import Message, MessagingSessionQuerySet
from stats.ranges import Range

MEASURED_MOST = 20_000  # sessions, the newest of the range, of which the waits are read


@dataclass
class Answering:
    """How a queue, an agent or all answer. `waits`: seconds from the contact's first text to our answer."""

    opened: int = 0
    closed: int = 0
    unanswered: int = 0
    waits: list[float] = field(default_factory=list)

    @property
    def answered(self) -> int:
        return len(self.waits)

    @property
    def median_s(self) -> float | None:
        return median(self.waits) if self.waits else None

    @property
    def p90_s(self) -> float | None:
        """Nine in ten waited no longer."""
        return sorted(self.waits)[math.ceil(0.9 * len(self.waits)) - 1] if self.waits else None


@dataclass
class Answers:
    """`is_partial`: there were more sessions than were measured; their numbers are exact all the same."""

    all: Answering
    queues: list[tuple[MessageQueue | None, Answering]]
    agents: list[tuple[Extension, Answering]]
    is_partial: bool


def answers_in(asked: Range, sessions: MessagingSessionQuerySet) -> Answers:
    """Six statements, however many sessions there are."""
    opened, closed = _counted(asked, sessions)
    rows = _measured(asked, sessions)
    everything, queues = Answering(), defaultdict[int | None, Answering](Answering)
    agents = defaultdict[int, Answering](Answering)
    for queue, begun_by, opened_at, answered_at, agent in rows:
        if begun_by != Message.Kind.INBOUND:
            continue
        parts = [everything, queues[queue]]
        if answered_at is None:
            for part in parts:
                part.unanswered += 1
            continue
        for part in [*parts, agents[agent]]:
            part.waits.append((answered_at - opened_at).total_seconds())
    for queue in opened.keys() | closed.keys():
        queues[queue].opened, queues[queue].closed = opened[queue], closed[queue]
    everything.opened, everything.closed = sum(opened.values()), sum(closed.values())
    return Answers(everything, _named_queues(queues), _named_agents(agents), len(rows) == MEASURED_MOST)


def _counted(
    asked: Range, sessions: MessagingSessionQuerySet
) -> tuple["Counter[int | None]", "Counter[int | None]"]:
    """Sessions opened, and closed, in the range, by the queue in which they are."""
    counters = []
    for moment in ("opened_at", "closed_at"):
        found = _between(sessions, moment, asked).filter(**{f"{moment}__isnull": False})
        rows = found.order_by().values_list("queue").annotate(n=Count("pk"))
        counters.append(Counter[int | None](dict(rows)))
    return counters[0], counters[1]


def _measured(
    asked: Range, sessions: MessagingSessionQuerySet
) -> Sequence[tuple[int | None, str | None, datetime, datetime | None, int]]:
    """(queue, who began, opened, first answer, its agent) of the newest sessions.

    Who began is not asked for in the statement: it would then look into all of them, not only the newest.
    """
    answers = Message.objects.filter(
        session=OuterRef("pk"), kind=Message.Kind.OUTBOUND, author__isnull=False
    ).order_by("pk")
    found = begun(_between(sessions, "opened_at", asked)).order_by("-last_active_at", "-pk")
    rows = found.values_list(
        "queue",
        "begun_by",
        "opened_at",
        Subquery(answers.values("created_at")[:1]),
        Subquery(answers.values("author")[:1]),
    )
    return list(rows[:MEASURED_MOST])


def _between(sessions: MessagingSessionQuerySet, moment: str, asked: Range) -> MessagingSessionQuerySet:
    """The index by last activity leads to what was opened: nothing was active before it was opened."""
    since, until = asked.bounds
    if since is None or until is None:
        return sessions
    found = sessions.filter(**{f"{moment}__gte": since, f"{moment}__lt": until})
    return found.filter(last_active_at__gte=since) if moment == "opened_at" else found


def _named_queues(
    parts: dict[int | None, Answering],
) -> list[tuple[MessageQueue | None, Answering]]:
    """The busiest first; None is what went to an extension directly."""
    found = MessageQueue.objects.in_bulk([pk for pk in parts if pk])
    rows = [(found[pk] if pk else None, part) for pk, part in parts.items() if pk is None or pk in found]
    return sorted(rows, key=lambda row: (-row[1].opened, str(row[0])))


def _named_agents(parts: dict[int, Answering]) -> list[tuple[Extension, Answering]]:
    found = Extension.objects.in_bulk(list(parts))
    rows = [(found[pk], part) for pk, part in parts.items() if pk in found]
    return sorted(rows, key=lambda row: (-row[1].answered, str(row[0])))
