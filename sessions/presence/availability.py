"""Whether agents are there to answer: available or away as they say, offline by lost connection."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from routing.models import ArchivableQuerySet, Extension, MessageQueue
from sessions import events
from sessions.models import MessagingSessionQuerySet
from sessions.presence import online


class State(models.TextChoices):
    AVAILABLE = Extension.Availability.AVAILABLE.value, _("Available")
    AWAY = Extension.Availability.AWAY.value, _("Away")
    OFFLINE = "offline", _("Offline")


def state_of(agent: Extension, there: set[int] | None) -> State:
    """`there`: everybody who is online; None if nobody knows."""
    return State(agent.availability) if there is None or agent.pk in there else State.OFFLINE


def attending(*, if_unknown: bool = True) -> ArchivableQuerySet[Extension]:
    """The agents who are there: available, and not offline.

    While nobody knows who is offline, they are taken for there, or not, as `if_unknown` says.
    """
    available = Extension.objects.live().filter(availability=Extension.Availability.AVAILABLE)
    there = online.everybody_online()
    if there is None:
        return available if if_unknown else available.none()
    return available.filter(pk__in=there)


def _waits_for_nobody() -> Q:
    """Of a session: its contact waits for an answer, and nobody who could give it is there.

    Of an agent's session that is the agent, of one that waits in a queue the queue's agents.
    """
    there = attending()
    owned = Q(agent__isnull=False) & ~Exists(there.filter(pk=OuterRef("agent")))
    queued = Q(agent=None) & ~Exists(there.filter(queues=OuterRef("queue")))
    return Q(closed_at=None, unanswered_since__isnull=False) & (owned | queued)


def with_attendance(sessions: MessagingSessionQuerySet) -> MessagingSessionQuerySet:
    """Each with `is_unattended`."""
    waits = models.When(_waits_for_nobody(), then=models.Value(True))
    return sessions.annotate(is_unattended=models.Case(waits, default=models.Value(False)))


def tell_supervisors(agents: Iterable[int], *, others: Iterable[events.Listener] = ()) -> None:
    """The supervisors of the agents' queues learn that an availability changed; `others` do, too."""
    queues = MessageQueue.objects.live().filter(agents__in=list(agents)).values_list("pk", flat=True)
    audience = [*others, *map(events.supervisors_of, queues.distinct().order_by("pk"))]
    if audience:
        events.tell(events.EventKind.AVAILABILITY, None, audience)
