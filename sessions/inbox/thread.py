"""A thread, page by page from its end, so that one of thousands of messages opens as fast as a short one."""

from dataclasses import dataclass

from routing.models import Extension
from sessions.models import Message, MessagingSession
from sessions.queries import thread_of

PAGE = 50  # messages
CONTEXT = 5  # messages above one that was looked for
MOST = 500  # messages that are shown at once to reach it


@dataclass(frozen=True)
class ThreadPage:
    """Messages in their order; `older`: the id before which the next page ends, None at the beginning."""

    messages: list[Message]
    older: int | None


def page_of(
    session: MessagingSession, *, before: int | None = None, back_to: int | None = None
) -> ThreadPage:
    """The latest messages, or those before one. Back to one that was looked for, if it is near enough."""
    messages = thread_of(session).order_by("-pk")
    size = PAGE
    if before is not None:
        messages = messages.filter(pk__lt=before)
    elif back_to is not None:
        wanted = CONTEXT + messages.filter(pk__gte=back_to)[:MOST].count()
        size = max(PAGE, wanted) if wanted <= MOST else PAGE
    rows = list(messages[: size + 1])
    shown = rows[:size][::-1]
    return ThreadPage(shown, shown[0].pk if len(rows) > size else None)


def unread_from(session: MessagingSession, page: ThreadPage, agent: Extension | None) -> int | None:
    """The id of the message above which the agent's "new messages" line stands.

    None where nothing is unread, and where all is: then there is nothing to tell it from.
    """
    if agent is None or not session.is_for(agent) or not session.unread:
        return None
    texts = [message.pk for message in page.messages if message.kind == Message.Kind.INBOUND]
    unread = texts[-session.unread :]
    all_new = not page.older and unread and unread[0] == page.messages[0].pk
    return unread[0] if unread and not all_new else None
