"""What one is told of while at something else: sessions that wait, follow-ups in one's own, alerts."""

from dataclasses import asdict, dataclass

from routing.models import Extension
from sessions.inbox.asking import Viewer
from sessions.models import AgentSettings, Contact, MessagingSession, MessagingSessionQuerySet, pickup
from sessions.queries import inbox_of, supervised_by

NAMED_MOST = 50  # sessions of each kind that are named
COUNTED_MOST = 999


@dataclass(frozen=True)
class Call:
    """A session that wants somebody. `mark` is another one as soon as there is something new to tell."""

    session: int
    kind: str  # "new", "follow_up" or "alert"
    who: str
    mark: int


def settings_of(agent: Extension | None) -> AgentSettings:
    """The agent's own, or the defaults."""
    return AgentSettings.objects.filter(agent=agent).first() or AgentSettings(agent=agent)


def save_settings(agent: Extension, **values: bool) -> None:
    AgentSettings.objects.update_or_create(agent=agent, defaults=values)


def state_of(viewer: Viewer) -> dict[str, object]:
    """`count`: sessions that wait, have something unread or are alerts; `calls`: the latest of each kind.

    `muted`: kinds of which whoever is away is not told. They count, and are in the lists.
    """
    mine, agent = _open_of(viewer.agent), viewer.agent
    kinds = {
        # What is assigned is no call to all: whoever gets it has it as a follow-up.
        "new": mine.filter(agent=None).exclude(queue__pickup_mode__in=pickup.ASSIGNED),
        "follow_up": mine.filter(agent=agent, unread__gt=0),
        "alert": supervised_by(viewer.user).open().filter(alerted_at__isnull=False),
    }
    found = {kind: _latest(sessions) for kind, sessions in kinds.items()}
    addresses = {session.contact for sessions in found.values() for session in sessions}
    names = dict(Contact.objects.filter(address__in=addresses).values_list("address", "name"))
    calls = [
        _call(kind, session, names.get(session.contact) or session.contact)
        for kind, sessions in found.items()
        for session in sessions
    ]
    counted = [sessions.values_list("pk", flat=True)[:COUNTED_MOST] for sessions in kinds.values()]
    muted = ["new"] if agent and agent.availability == Extension.Availability.AWAY else []
    return {
        "count": len(set().union(*counted)),
        "calls": [asdict(call) for call in calls],
        "muted": muted,
    }


def _open_of(agent: Extension | None) -> MessagingSessionQuerySet:
    if agent is None:
        return MessagingSession.objects.none()
    return inbox_of(agent).open().filter(archived_at=None, snoozed_until=None)


def _latest(sessions: MessagingSessionQuerySet) -> list[MessagingSession]:
    return list(sessions.order_by("-last_active_at", "-pk")[:NAMED_MOST])


def _call(kind: str, session: MessagingSession, who: str) -> Call:
    """A waiting one is told each time that it begins to wait, an alert once.

    A follow-up is told with each text, and when it is back from a snooze; either makes the mark larger.
    """
    if kind == "follow_up":
        woken = int(session.woken_at.timestamp()) if session.woken_at else 0
        return Call(session.pk, kind, who, (session.last_message_id or 0) + woken)
    since = session.alerted_at if kind == "alert" else session.waiting_since
    return Call(session.pk, kind, who, int((since or session.opened_at).timestamp()))
