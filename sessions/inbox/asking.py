"""Who looks at the inbox, and what the URL asks for: a tab, a number, a queue, a search."""

import enum
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet
from django.http import QueryDict

from accounts.ids import read_id
from accounts.models import User
from channels.models import Number
from routing.models import Extension, MessageQueue


class Show(enum.StrEnum):
    """The tabs."""

    OPEN = "open"
    CLOSED = "closed"
    ARCHIVED = "archived"
    MENTIONED = "mentioned"


@dataclass(frozen=True)
class Asked:
    """What the URL asks for. What makes no sense there is left out."""

    show: Show = Show.OPEN
    number: int | None = None
    queue: int | None = None
    text: str = ""

    @classmethod
    def of(cls, params: QueryDict) -> "Asked":
        show = params.get("show", "")
        return cls(
            show=Show(show) if show in set(Show) else Show.OPEN,
            number=read_id(params.get("number", "")),
            queue=read_id(params.get("queue", "")),
            text=params.get("q", "").replace("\0", "").strip(),
        )

    @property
    def query(self) -> str:
        """Writes the same as a query string, with its question mark; the plain inbox has none ("")."""
        params = QueryDict(mutable=True)
        if self.show is not Show.OPEN:
            params["show"] = self.show.value
        for name, value in (("number", self.number), ("queue", self.queue), ("q", self.text)):
            if value:
                params[name] = str(value)
        return f"?{params.urlencode()}" if params else ""

    def but(self, **changes: object) -> str:
        """The query string of the same with changes."""
        return replace(self, **changes).query or "?"  # type: ignore[arg-type]


@dataclass(frozen=True)
class Viewer:
    """Whoever looks at the inbox: an agent, a supervisor, or both in one."""

    user: User
    agent: Extension | None


def numbers_to_filter(viewer: Viewer) -> QuerySet[Number]:
    """The numbers that lead to whoever looks."""
    leads = Q(queue__in=_queues(viewer))
    if viewer.agent:
        leads |= Q(extension=viewer.agent) | Q(pk__in=viewer.agent.initiates_from.values("pk"))
    return Number.objects.live().filter(leads).order_by("address")


def queues_to_filter(viewer: Viewer) -> QuerySet[MessageQueue]:
    return MessageQueue.objects.live().filter(pk__in=_queues(viewer)).order_by("name")


def _queues(viewer: Viewer) -> QuerySet[MessageQueue]:
    found = Q(pk__in=[])
    if viewer.agent:
        found |= Q(pk__in=viewer.agent.queues.values("pk"))
    if viewer.user.is_supervisor:
        found |= Q(pk__in=viewer.user.supervised_queues.values("pk"))
    return MessageQueue.objects.live().filter(found).order_by()
