"""The inbox's lists: which sessions stand in which group, page by page."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from sessions.inbox import orders
from sessions.inbox.asking import Asked, Show, Viewer
from sessions.inbox.filters import filtered
from sessions.inbox.orders import Order
from sessions.models import ListSettings, MessagingSession, MessagingSessionQuerySet
from sessions.presence.availability import with_attendance
from sessions.queries import handled_by, inbox_of, listed, mentioning, visible_to, with_mention_to_see
from sessions.search import finding

PAGE = 30  # sessions that are fetched at once
ROWS_MOST = 50  # that are asked for anew at once
COUNTED_MOST = 99


class GroupName(enum.StrEnum):
    WAITING = "waiting"
    MINE = "mine"
    QUEUE = "queue"  # others' in the queues that one supervises, and what needs no picking up
    SNOOZED = "snoozed"  # one's own that one has put off
    BACK = "back"  # follow-ups that nobody has looked at yet
    PUT_OFF = "put_off"  # all that is snoozed, also others' that one supervises
    CLOSED = "closed"
    ARCHIVED = "archived"
    MENTIONED = "mentioned"  # in whose notes one is; one may only read along there
    FOUND = "found"


COUNTED = {
    GroupName.WAITING,
    GroupName.MINE,
    GroupName.QUEUE,
    GroupName.SNOOZED,
    GroupName.BACK,
    GroupName.PUT_OFF,
}


class Words(NamedTuple):
    title: StrPromise
    empty: StrPromise


WORDS = {
    GroupName.WAITING: Words(_("Waiting"), _("Nobody waits.")),
    GroupName.MINE: Words(_("Mine"), _("Pick up a waiting session, or start one by New message.")),
    GroupName.QUEUE: Words(_("Queue"), _("Nothing open in these message queues.")),
    GroupName.SNOOZED: Words(_("Snoozed"), _("Nothing is snoozed.")),
    GroupName.BACK: Words(_("Back"), _("Nothing is back that has not been looked at.")),
    GroupName.PUT_OFF: Words(
        _("Snoozed"), _("Nothing is snoozed. Snooze a session to have it come back at its time.")
    ),
    GroupName.CLOSED: Words(_("Closed"), _("Nothing is closed yet.")),
    GroupName.ARCHIVED: Words(
        _("Archived"), _("Nothing is archived. Archive a session to take it out of the other lists.")
    ),
    GroupName.MENTIONED: Words(
        _("Mentioned"), _("Nobody has mentioned you. Write @ and a name in a note to mention somebody.")
    ),
    GroupName.FOUND: Words(
        _("Found"), _("Nothing found. Search by words of a text, by a phone number, or by a name.")
    ),
}


@dataclass
class Group:
    """Rows of a list. `more` is the cursor of the next page, "" at the end; what is not counted has None."""

    name: GroupName
    order: Order
    rows: list[MessagingSession] = field(default_factory=list)
    more: str = ""
    count: int | None = None
    is_folded: bool = False

    @property
    def words(self) -> Words:
        return WORDS[self.name]

    @property
    def count_words(self) -> str:
        if self.count is None:
            return ""
        return f"{COUNTED_MOST}+" if self.count > COUNTED_MOST else str(self.count)


def groups_of(viewer: Viewer, asked: Asked) -> list[Group]:
    """The lists as the page shows them first."""
    groups = [_first_page(name, viewer, asked) for name in names_of(viewer, asked)]
    always = set(GroupName) - {
        GroupName.SNOOZED,
        GroupName.BACK,
    }  # others are there only where they have something
    if not viewer.user.is_supervisor:
        always -= {GroupName.QUEUE}
    if asked.is_filtered:
        always = set()
    shown = [group for group in groups if group.rows or group.name in always]
    only = shown[0] if len(shown) == 1 else None
    for group in shown:
        group.is_folded = group.name in viewer.lists.folded and group is not only
    return shown


def names_of(viewer: Viewer, asked: Asked) -> list[GroupName]:
    """Which groups there are for what the URL asks."""
    if asked.text:
        return [GroupName.FOUND]
    if asked.show is Show.TEAM:
        return []
    if asked.show is Show.LATER:
        return [GroupName.BACK, GroupName.PUT_OFF]
    if asked.show is not Show.OPEN:
        return [GroupName(asked.show.value)]
    if viewer.agent is None:
        return [GroupName.QUEUE]
    return [GroupName.MINE, GroupName.WAITING, GroupName.QUEUE, GroupName.SNOOZED]


def order_of(name: GroupName, sort: str) -> Order:
    """What is not open stands by when something happened last, whatever is chosen."""
    if name in (GroupName.SNOOZED, GroupName.PUT_OFF):
        return orders.NEXT_DUE
    if name not in COUNTED or sort == ListSettings.Sort.NEWEST:
        return orders.NEWEST
    if sort == ListSettings.Sort.UNANSWERED:
        return orders.LONGEST_UNANSWERED
    return orders.LONGEST_WAITING if name is GroupName.WAITING else orders.NEWEST


def sessions_in(name: GroupName, viewer: Viewer, asked: Asked) -> MessagingSessionQuerySet:
    """All sessions of a group, filtered."""
    sessions = _of_group(name, viewer)
    if name is GroupName.ARCHIVED:
        sessions = sessions.filter(archived_at__isnull=False)
    elif name not in (GroupName.FOUND, GroupName.MENTIONED):
        sessions = sessions.filter(archived_at=None)
    sessions = filtered(sessions, asked)
    return finding.matching(sessions, asked.text) if asked.text else sessions


def page_of(name: GroupName, viewer: Viewer, asked: Asked, *, before: str = "") -> Group:
    """A page of a group: what comes after the cursor `before`."""
    order = order_of(name, viewer.lists.sort)
    rows = list(order.after(_rows(name, viewer, asked), before)[: PAGE + 1])
    more = order.cursor_of(rows[PAGE - 1]) if len(rows) > PAGE else ""
    return Group(name, order, rows[:PAGE], more)


def as_rows(sessions: MessagingSessionQuerySet, viewer: Viewer) -> MessagingSessionQuerySet:
    """The newest first, with all that a row shows."""
    if viewer.user.is_supervisor:
        sessions = with_attendance(sessions)
    return listed(sessions).select_related("last_message__author").prefetch_related("tags")


def rows_of(ids: Sequence[int], viewer: Viewer, asked: Asked) -> list[Group]:
    """Where these sessions stand now, with the groups' present counts. What nobody lists is not there."""
    groups = []
    for name in names_of(viewer, asked):
        found = _rows(name, viewer, asked).filter(pk__in=ids)
        order = order_of(name, viewer.lists.sort)
        groups.append(Group(name, order, list(found), count=_count_of(name, viewer, asked)))
    return groups


def _first_page(name: GroupName, viewer: Viewer, asked: Asked) -> Group:
    group = page_of(name, viewer, asked)
    group.count = _count_of(name, viewer, asked)
    return group


def _rows(name: GroupName, viewer: Viewer, asked: Asked) -> MessagingSessionQuerySet:
    found = sessions_in(name, viewer, asked)
    if name is GroupName.MENTIONED:
        found = with_mention_to_see(found, viewer.user)
    return order_of(name, viewer.lists.sort).sorted(as_rows(found, viewer))


def _count_of(name: GroupName, viewer: Viewer, asked: Asked) -> int | None:
    """Counts no further than is shown, and only where the number says how much there is to do."""
    if name not in COUNTED:
        return None
    return sessions_in(name, viewer, asked).order_by()[: COUNTED_MOST + 1].count()


def _of_group(name: GroupName, viewer: Viewer) -> MessagingSessionQuerySet:
    if name is GroupName.MENTIONED:
        return mentioning(viewer.user)
    if name is GroupName.FOUND:
        return visible_to(viewer.user, viewer.agent)
    everything = handled_by(viewer.user, viewer.agent)
    if name is GroupName.CLOSED:
        return everything.filter(closed_at__isnull=False)
    if name is GroupName.ARCHIVED:
        return everything
    if name is GroupName.PUT_OFF:
        return everything.snoozed()
    if name is GroupName.BACK:
        return everything.back()
    if viewer.agent is None:
        return everything.open()
    waiting = inbox_of(viewer.agent).to_pick_up()
    if name is GroupName.WAITING:
        return waiting
    if name in (GroupName.MINE, GroupName.SNOOZED):
        own = inbox_of(viewer.agent).open().filter(agent=viewer.agent)
        return own.filter(snoozed_until__isnull=name is GroupName.MINE)
    return everything.open().exclude(agent=viewer.agent).exclude(pk__in=waiting.values("pk"))
