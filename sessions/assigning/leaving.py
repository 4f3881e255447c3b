"""What an agent who leaves had out of a queue with automatic assignment goes back while its contact waits."""

from collections import defaultdict
from contextlib import suppress
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.models import Absence, Message, MessagingSession, MessagingSessionQuerySet, pickup
from sessions.presence import absences


def is_due() -> bool:
    """Whether somebody's absence matters now, or is remembered from when it did."""
    return Absence.objects.exists() or _taken_in_queues().exists()


def give_back(*, now: datetime) -> int:
    """Of agents who are not there, once the grace is over; at once of those who are out of the queue.

    What was transferred to an agent, or begun by one, stays. Returns how many sessions went back.
    """
    taken = _taken_in_queues()
    holders = set(taken.order_by().values_list("agent", flat=True).distinct())
    gone = absences.gone_among((agent for agent in holders if agent), now=now)
    of_it = Q(queues=OuterRef("queue")) | Q(user__supervised_queues=OuterRef("queue"))
    in_it = Extension.objects.live().filter(of_it, pk=OuterRef("agent"), user__is_active=True)
    due = _unanswered(taken).filter(Q(agent__in=gone) | ~Exists(in_it)) if holders else taken.none()
    by_agent = defaultdict(list)
    for session in due.select_related("agent").order_by("pk"):
        by_agent[session.agent].append(session.pk)
    return sum(_return(agent, ids) for agent, ids in by_agent.items() if agent)


def _return(agent: Extension, ids: list[int]) -> int:
    """Leaves alone what was answered, transferred or closed at this moment: that is judged at the lock."""
    still = _unanswered(_taken()).filter(pk__in=ids, agent=agent)
    with suppress(actions.NoDestination):  # its queue is being deleted, which asks where they go
        return actions.move(still, to=None, by=agent, line=Message.SystemLine.RETURNED)
    return 0


def _taken_in_queues() -> MessagingSessionQuerySet:
    queues = MessageQueue.objects.live().filter(pickup_mode__in=pickup.ASSIGNED)
    return _taken().filter(queue__in=list(queues.values_list("pk", flat=True)))


def _taken() -> MessagingSessionQuerySet:
    return MessagingSession.objects.open().filter(agent__isnull=False, taken_at__isnull=False)


def _unanswered(sessions: MessagingSessionQuerySet) -> MessagingSessionQuerySet:
    return sessions.filter(unanswered_since__isnull=False)
