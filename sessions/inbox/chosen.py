"""Which sessions something is done with at once: those that are ticked, or all of a filtered list.

The dialog that asks first names them again, each with who had it then: what it does is what it said.
"""

from dataclasses import dataclass, field

from django.http import QueryDict

from accounts.ids import read_id
from sessions.inbox import lists
from sessions.inbox.asking import Asked, Viewer
from sessions.inbox.lists import GroupName
from sessions.models import MessagingSession
from sessions.queries import directed_by, listed

MOST = 500  # at once: each is a transaction of its own, and somebody waits for the answer


@dataclass(frozen=True)
class Chosen:
    """`seen`: the extension that had each session, or None, when one was asked."""

    sessions: list[MessagingSession]
    are_more: bool = False
    seen: dict[int, int | None] = field(default_factory=dict)

    @classmethod
    def of(cls, said: QueryDict, viewer: Viewer) -> "Chosen":
        """What one does not see, or only reads along in, is left out."""
        asked = Asked.of(QueryDict(said.get("query", "").lstrip("?")))
        group = said.get("all", "")
        if group in set(GroupName):
            of_group = lists.sessions_in(GroupName(group), viewer, asked).order_by("pk")
            ids = list(of_group.values_list("pk", flat=True)[: MOST + 1])
            seen: dict[int, int | None] = {}
        else:
            ids, seen = _read(said.get("sessions", ""))
        found = directed_by(viewer.user, viewer.agent).filter(pk__in=ids[:MOST])
        return cls(list(listed(found).order_by("pk")), len(ids) > MOST, seen)

    def seen_with(self, session: MessagingSession) -> int | None:
        """Who had the session when one was asked, or has it, where nobody was."""
        return self.seen.get(session.pk, session.agent_id)

    @property
    def ids_text(self) -> str:
        """As the form repeats them."""
        return ".".join(f"{session.pk}-{self.seen_with(session) or ''}" for session in self.sessions)


def _read(text: str) -> tuple[list[int], dict[int, int | None]]:
    """Ids, of which those that the dialog repeats have their extension's beside them."""
    ids: list[int] = []
    seen: dict[int, int | None] = {}
    for one in text.split(".")[: MOST + 1]:
        session, dash, agent = one.partition("-")
        pk = read_id(session)
        if pk is None:
            continue
        ids.append(pk)
        if dash:
            seen[pk] = read_id(agent)
    return ids, seen
