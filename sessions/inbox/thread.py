"""A thread, page by page from its end, so that one of thousands of messages opens as fast as a short one.

It is the conversation of a number and a contact: above a session's own messages stand those of the sessions
before it, as far as the viewer may see them. All are in the order of their ids, which is that of time.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, Subquery

from routing.models import Extension
from sessions.inbox.asking import Viewer
from sessions.models import Message, MessagingSession
from sessions.queries import Conversation, alone, conversation_of, read_to_show

PAGE = 20  # messages; a screen shows ten
CONTEXT = 5  # messages above one that was looked for
MOST = 500  # messages that are shown at once to reach it
SESSIONS_MOST = 100  # of which one page is made
_OLDEST, _NEWEST = "pk", "-pk"


@dataclass(frozen=True)
class ThreadPage:
    """Messages in their order; `older`: the id before which the next page ends, None at the beginning.

    `hidden`: the ids of messages above which there were others that the viewer may not see.
    """

    messages: list[Message]
    older: int | None
    hidden: frozenset[int] = frozenset()

    @property
    def sessions(self) -> list[int]:
        """Whose messages they are."""
        return sorted({message.session_id for message in self.messages})


def page_of(
    session: MessagingSession,
    viewer: Viewer | None,
    *,
    before: int | None = None,
    back_to: int | None = None,
) -> ThreadPage:
    """The latest messages, or those before one. Back to one that was looked for, if it is near enough.

    Without a viewer, those of the session alone.
    """
    before = _end_of(session, before)
    all_of_it = conversation_of(session, viewer.user, viewer.agent) if viewer else alone(session)
    conversation = _begun_before(all_of_it, before)
    size = _size(conversation, before, back_to) if back_to is not None else PAGE
    shown, hidden, floor = _edges(conversation, before, size)
    near = _before(before) & Q(session__in=shown, pk__gte=floor)
    ids = sorted(Message.objects.filter(near).values_list("pk", flat=True))
    page = ids[-size:]
    has_more = len(ids) > size or len(shown) + len(hidden) == SESSIONS_MOST
    above = ids[-size - 1] if len(ids) > size else 0
    messages = read_to_show(page)
    return ThreadPage(messages, page[0] if page and has_more else None, _above(page, above, hidden))


def unread_from(session: MessagingSession, page: ThreadPage, agent: Extension | None) -> int | None:
    """The id of the message above which the agent's "new messages" line stands.

    None where nothing is unread, and where all of the session is: then there is nothing to tell it from.
    """
    if agent is None or not session.is_for(agent) or not session.unread:
        return None
    own = [message for message in page.messages if message.session_id == session.pk]
    texts = [message.pk for message in own if message.kind == Message.Kind.INBOUND]
    unread = texts[-session.unread :]
    begins_here = own[:1] != page.messages[:1] or not page.older
    all_new = unread and unread[0] == own[0].pk and begins_here
    return unread[0] if unread and not all_new else None


def _end_of(session: MessagingSession, before: int | None) -> int | None:
    """The id that all messages are below. Of a closed one, what came after it is not shown."""
    if session.is_open:
        return before
    last = session.messages.order_by("-pk").values_list("pk", flat=True).first() or 0
    return min(before or last + 1, last + 1)


def _before(before: int | None) -> Q:
    return Q() if before is None else Q(pk__lt=before)


def _begun_before(conversation: Conversation, before: int | None) -> Conversation:
    """Those sessions that a page can have messages of."""
    if before is None:
        return conversation
    messages = Message.objects.filter(_before(before), session=OuterRef("pk"))
    return conversation._replace(sessions=conversation.sessions.filter(Exists(messages)))


def _edges(
    conversation: Conversation, before: int | None, size: int
) -> tuple[list[int], list[int | None], int]:
    """Which sessions are shown, with what messages those begin that are not, and where a page begins at most.

    From there on one session alone fills it, so that nobody reads a long one to its beginning.
    """
    first, floor = _message(_OLDEST), _message(_NEWEST, before, skipped=size)
    rows = conversation.sessions.values_list("pk", conversation.is_shown, first, floor)[:SESSIONS_MOST]
    shown, hidden, highest = [], [], 0
    for pk, is_shown, begins_with, edge in rows:
        if is_shown:
            shown.append(pk)
            highest = max(highest, edge or 0)
        else:
            hidden.append(begins_with)
    return shown, hidden, highest


def _message(order: str, before: int | None = None, *, skipped: int = 0) -> Subquery:
    """The id of a message of each session, so far down in the order."""
    messages = Message.objects.filter(_before(before), session=OuterRef("pk")).order_by(order)
    return Subquery(messages.values("pk")[skipped : skipped + 1])


def _size(conversation: Conversation, before: int | None, back_to: int) -> int:
    """How many messages reach back to one that was looked for, and a little further."""
    rows = conversation.sessions.values_list("pk", conversation.is_shown)[:SESSIONS_MOST]
    shown = [pk for pk, is_shown in rows if is_shown]
    since = Message.objects.filter(_before(before), session__in=shown, pk__gte=back_to)
    wanted = CONTEXT + since[:MOST].count()
    return max(PAGE, wanted) if wanted <= MOST else PAGE


def _above(page: list[int], above: int, firsts: Iterable[int | None]) -> frozenset[int]:
    """Above which messages of a page sessions stand that begin with these; those above the page do not."""
    places = {bisect_right(page, first) for first in firsts if first is not None and first > above}
    return frozenset(page[at] for at in places if at < len(page))
