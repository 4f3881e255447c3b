"""Who looks at the inbox, and what the URL asks for: a tab, filters, a search."""

import enum
from dataclasses import dataclass, field, fields, replace

from django.db.models import Q, QuerySet
from django.http import QueryDict

from accounts.ids import read_id
from accounts.models import Role, User
from accounts.pasted import cleaned
from channels.models import Number
from routing.models import Extension, MessageQueue
from sessions.models import ListSettings, Tag


class Show(enum.StrEnum):
    """The tabs."""

    OPEN = "open"
    LATER = "later"  # what is put off: snoozed sessions and scheduled texts
    CLOSED = "closed"
    ARCHIVED = "archived"
    MENTIONED = "mentioned"
    TEAM = "team"  # of supervisors: who has how much to do


class Mark(enum.StrEnum):
    """What a session can have about it; several are asked for together."""

    UNANSWERED = "unanswered"
    SCHEDULED = "scheduled"
    FAILED = "failed"
    SNOOZED = "snoozed"


@dataclass(frozen=True)
class Asked:
    """What the URL asks for. What makes no sense there is left out."""

    show: Show = Show.OPEN
    number: int | None = None
    queue: int | None = None
    agent: int | None = None
    tag: int | None = None
    marks: tuple[Mark, ...] = ()
    text: str = ""

    @classmethod
    def of(cls, params: QueryDict) -> "Asked":
        show = params.get("show", "")
        return cls(
            show=Show(show) if show in set(Show) else Show.OPEN,
            **{name: read_id(params.get(name, "")) for name in FILTERED_BY},
            marks=tuple(mark for mark in Mark if mark in params.getlist("is")),
            text=cleaned(params.get("q", "").replace("\0", "")),
        )

    @property
    def query(self) -> str:
        """Writes the same as a query string, with its question mark; the plain inbox has none ("")."""
        params = QueryDict(mutable=True)
        if self.show is not Show.OPEN:
            params["show"] = self.show.value
        for name in FILTERED_BY:
            if value := getattr(self, name):
                params[name] = str(value)
        params.setlist("is", [mark.value for mark in self.marks])
        if self.text:
            params["q"] = self.text
        query = params.urlencode()
        return f"?{query}" if query else ""

    @property
    def is_filtered(self) -> bool:
        return bool(self.marks) or any(getattr(self, name) for name in FILTERED_BY)

    def but(self, **changes: object) -> str:
        """The query string of the same with changes."""
        return replace(self, **changes).query or "?"  # type: ignore[arg-type]

    def unfiltered(self) -> str:
        """The query string of the same tab and search alone."""
        return Asked(show=self.show, text=self.text).query or "?"


FILTERED_BY = tuple(one.name for one in fields(Asked) if one.type == (int | None))


@dataclass(frozen=True)
class Viewer:
    """Whoever looks at the inbox: an agent, a supervisor, or both in one; and how they have the lists."""

    user: User
    agent: Extension | None
    lists: ListSettings = field(default_factory=ListSettings)


def numbers_to_filter(viewer: Viewer) -> QuerySet[Number]:
    """The numbers that lead to whoever looks."""
    leads = Q(queue__in=_queues(viewer))
    if viewer.agent:
        leads |= Q(extension=viewer.agent) | Q(pk__in=viewer.agent.initiates_from.values("pk"))
    return Number.objects.live().filter(leads).order_by("address")


def queues_to_filter(viewer: Viewer) -> QuerySet[MessageQueue]:
    return MessageQueue.objects.live().filter(pk__in=_queues(viewer)).order_by("name")


def agents_to_filter(viewer: Viewer) -> QuerySet[Extension]:
    """Whose sessions a supervisor sees: agents and supervisors of the queues. Agents see their own only."""
    if not viewer.user.is_supervisor:
        return Extension.objects.none()
    queues = _queues(viewer)
    of_them = Q(queues__in=queues) | Q(user__supervised_queues__in=queues, user__role=Role.SUPERVISOR)
    found = Extension.objects.live().filter(of_them).order_by().values("pk")
    return Extension.objects.filter(pk__in=found).order_by("name", "number")


def tags_to_filter() -> QuerySet[Tag]:
    return Tag.objects.all()


def _queues(viewer: Viewer) -> QuerySet[MessageQueue]:
    found = Q(pk__in=[])
    if viewer.agent:
        found |= Q(pk__in=viewer.agent.queues.values("pk"))
    if viewer.user.is_supervisor:
        found |= Q(pk__in=viewer.user.supervised_queues.values("pk"))
    return MessageQueue.objects.live().filter(found).order_by()
