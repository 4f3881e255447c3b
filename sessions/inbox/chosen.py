"""Which sessions something is done with at once: those that are ticked, or all of a filtered list."""

from dataclasses import dataclass

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
    """`all` is the group that is meant as a whole, or ""; `query` the filters that it had on the page."""

    sessions: list[MessagingSession]
    are_more: bool = False
    all: str = ""
    query: str = ""

    @classmethod
    def of(cls, said: QueryDict, viewer: Viewer) -> "Chosen":
        """What one does not see, or only reads along in, is left out."""
        query = said.get("query", "").lstrip("?")
        asked, group = Asked.of(QueryDict(query)), said.get("all", "")
        if group in set(GroupName):
            of_group = lists.sessions_in(GroupName(group), viewer, asked).order_by("pk")
            ids = list(of_group.values_list("pk", flat=True)[: MOST + 1])
        else:
            ids = _ids(said)
        found = directed_by(viewer.user, viewer.agent).filter(pk__in=ids[:MOST])
        rows = list(listed(found).order_by("pk"))
        return cls(rows, len(ids) > MOST, group, f"?{query}" if query else "")

    @property
    def ids_text(self) -> str:
        """As the form repeats them."""
        return "" if self.all else ".".join(str(session.pk) for session in self.sessions)


def _ids(said: QueryDict) -> list[int]:
    ids = (read_id(text) for text in said.get("sessions", "").split(".")[: MOST + 1])
    return [pk for pk in ids if pk]
