"""Whose a session is that nobody owns: its queue's pickup mode says so, by the table here only."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from routing.models import Extension, MessageQueue

Mode = MessageQueue.PickupMode


@dataclass(frozen=True)
class Pickup:
    """What a queue's agents do with a session of it that nobody owns. They all see it."""

    is_shared: bool = False  # all of them answer, and nobody ever owns it
    goes_to_first_answer: bool = False  # whoever answers owns it from then on
    waits: bool = False  # nobody answers before one has it, by picking it up at the latest
    is_assigned: bool = False  # it is given to one who is there, before anybody has to pick it up


PICKUPS = {
    Mode.MANUAL: Pickup(waits=True),
    Mode.AUTO: Pickup(goes_to_first_answer=True),
    Mode.NONE: Pickup(is_shared=True),
    Mode.ASSIGNED: Pickup(waits=True, is_assigned=True),
}
SHARED = [mode for mode, pickup in PICKUPS.items() if pickup.is_shared]
FIRST_ANSWER = [mode for mode, pickup in PICKUPS.items() if pickup.goes_to_first_answer]
PICKED_UP = [mode for mode, pickup in PICKUPS.items() if not pickup.is_shared]  # by a button, too
ASSIGNED = [mode for mode, pickup in PICKUPS.items() if pickup.is_assigned]
ALL = [*PICKUPS]


def queues_of(agent: Extension, modes: list[Mode]) -> QuerySet[MessageQueue]:
    """The agent's queues in one of these modes."""
    queues = agent.queues.live()
    return queues if modes == ALL else queues.filter(pickup_mode__in=modes)


def picked_up_by(agent: Extension) -> QuerySet[MessageQueue]:
    """The queues from which the agent picks sessions up: those of the agent, and those of the supervisor."""
    theirs = Q(pk__in=agent.queues.values("pk"))
    if agent.user.is_supervisor:
        theirs |= Q(pk__in=agent.user.supervised_queues.values("pk"))
    return MessageQueue.objects.live().filter(theirs, pickup_mode__in=PICKED_UP)


def is_in(agent: Extension, queue_id: int | None, modes: list[Mode]) -> bool:
    """Whether the queue is one of the agent's, in one of these modes."""
    return queue_id is not None and queues_of(agent, modes).filter(pk=queue_id).exists()


def theirs(agent: Extension, modes: list[Mode]) -> Q:
    """Of a session: the agent owns it, or nobody does in a queue of theirs in one of these modes."""
    return Q(agent=agent) | Q(agent=None, queue__in=queues_of(agent, modes))
