"""Gives sessions that wait in queues with automatic assignment to agents who are there and have room.

By a worker, in turns of its own: see docs/decisions.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from routing.models import Extension, MessageQueue
from sessions import events
from sessions.bulk import write
from sessions.models import AgentTurn, Message, MessagingSession, pickup
from sessions.presence import availability

BATCH = 200  # sessions of one queue in one transaction


@dataclass
class Candidate:
    """An agent who could take a session: how many open ones they have, and when they were given one last."""

    agent: Extension
    in_queue: int
    everywhere: int
    turn: int


def queues_with_work() -> QuerySet[MessageQueue]:
    """Those in which something waits to be assigned."""
    waiting = MessagingSession.objects.waiting().filter(queue=OuterRef("pk"))
    return MessageQueue.objects.live().filter(Exists(waiting), pickup_mode__in=pickup.ASSIGNED)


def assign() -> int:
    """Gives whatever waits to whoever can take it. Returns how many sessions found somebody."""
    given = 0
    for queue_id in queues_with_work().order_by("pk").values_list("pk", flat=True):
        while batch := _assign_in(queue_id):
            given += batch
    return given


@transaction.atomic
def _assign_in(queue_id: int) -> int:
    """Locks sessions, then agents, then the queue, as everybody does.

    Whoever else holds one of the sessions is not waited for: it is looked at again soon. The agents are
    waited for, and counted afterwards, so that nobody gets more than the queue allows.
    """
    members = Extension.objects.live().filter(queues=queue_id).order_by("pk")
    if not _candidates(MessageQueue.objects.get(pk=queue_id)):
        return 0
    sessions = _longest_waiting(queue_id)
    ids = list(members.values_list("pk", flat=True))
    list(Extension.objects.filter(pk__in=ids).select_for_update(no_key=True).order_by("pk"))
    assigned = MessageQueue.objects.live().filter(pk=queue_id, pickup_mode__in=pickup.ASSIGNED)
    queue = assigned.select_for_update(no_key=True).first()
    if queue is None:
        return 0
    locked = [one for one in _candidates(queue) if one.agent.pk in set(ids)]
    given = _distribute(queue, sessions, locked)
    _give(queue, given)
    return len(given)


def _longest_waiting(queue_id: int) -> list[MessagingSession]:
    waiting = MessagingSession.objects.waiting().filter(queue=queue_id)
    since = Coalesce("unanswered_since", "waiting_since", "opened_at")
    return list(waiting.order_by(since, "pk").select_for_update(skip_locked=True, no_key=True)[:BATCH])


def _candidates(queue: MessageQueue) -> list[Candidate]:
    """The queue's agents who are there, and may have more sessions of it than they have."""
    there = availability.attending(if_unknown=False)
    agents = there.filter(queues=queue, user__is_active=True).order_by("pk")
    turns = dict(AgentTurn.objects.filter(queue=queue).values_list("agent", "turn"))
    owned = MessagingSession.objects.open().filter(agent__in=agents)
    here, everywhere = _by_agent(owned.filter(queue=queue)), _by_agent(owned)
    candidates = [
        Candidate(agent, here.get(agent.pk, 0), everywhere.get(agent.pk, 0), turns.get(agent.pk, 0))
        for agent in agents
    ]
    return [one for one in candidates if _has_room(one, queue)]


def _by_agent(sessions: QuerySet[MessagingSession]) -> dict[int | None, int]:
    return dict(sessions.order_by().values_list("agent").annotate(Count("pk")))


def _has_room(candidate: Candidate, queue: MessageQueue) -> bool:
    return queue.max_open_sessions is None or candidate.in_queue < queue.max_open_sessions


def _distribute(
    queue: MessageQueue, sessions: Sequence[MessagingSession], candidates: list[Candidate]
) -> list[tuple[MessagingSession, Candidate]]:
    """Each session with whoever is to have it, as long as somebody has room."""
    given, turn = [], max((one.turn for one in candidates), default=0)
    for session in sessions:
        able = [one for one in candidates if _has_room(one, queue)]
        if not able:
            break
        chosen = min(able, key=lambda one: _order(one, queue))
        turn += 1
        chosen.turn, chosen.in_queue, chosen.everywhere = turn, chosen.in_queue + 1, chosen.everywhere + 1
        given.append((session, chosen))
    return given


def _order(candidate: Candidate, queue: MessageQueue) -> tuple[int, int, int]:
    """Whoever comes first by it is next; whoever was never given a session comes before all others."""
    by_load = queue.assignment == MessageQueue.Assignment.LEAST_OPEN
    return candidate.everywhere if by_load else 0, candidate.turn, candidate.agent.pk


def _give(queue: MessageQueue, given: Sequence[tuple[MessagingSession, Candidate]]) -> None:
    if not given:
        return
    sessions, now = [session for session, _candidate in given], timezone.now()
    for session, candidate in given:
        session.agent, session.taken_at, session.waiting_since = candidate.agent, now, None
        session.unread = max(session.unread, 1)  # new to its owner
    write(sessions, "agent", "taken_at", "waiting_since", "unread")
    said = {"kind": Message.Kind.SYSTEM, "system_line": Message.SystemLine.ASSIGNED, "created_at": now}
    Message.objects.bulk_create(
        Message(session=session, to_extension=candidate.agent, **said) for session, candidate in given
    )
    turns = {candidate.agent.pk: candidate for _session, candidate in given}.values()
    AgentTurn.objects.bulk_create(
        [AgentTurn(queue=queue, agent=one.agent, turn=one.turn) for one in turns],
        update_conflicts=True,
        unique_fields=["queue", "agent"],
        update_fields=["turn"],
    )
    events.record_all(events.EventKind.SESSION, sessions, audience=[events.agents_of(queue.pk)])
