"""What one is told of while at something else: what waits, follow-ups in one's own, alerts, mentions."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Max, Q

from channels.senders import shown
from routing.models import Extension
from sessions.inbox.asking import Viewer
from sessions.models import AgentSettings, Contact, MessagingSession, MessagingSessionQuerySet, pickup
from sessions.queries import inbox_of, supervised_by, unseen_mentions

NAMED_MOST = 50  # sessions of each kind that are named
COUNTED_MOST = 999


@dataclass(frozen=True)
class Call:
    """A session that wants somebody. `mark` is another one as soon as there is something new to tell."""

    session: int
    kind: str  # "new", "follow_up", "alert" or "mention"
    who: str
    mark: int


def save_settings(agent: Extension, **values: object) -> None:
    AgentSettings.objects.update_or_create(agent=agent, defaults=values)


def state_of(viewer: Viewer) -> dict[str, object]:
    """`count`: sessions that wait, have something unread or are alerts; `calls`: the latest of each kind.

    `muted`: kinds of which whoever is away is not told. They count, and are in the lists.
    """
    counted = [
        sessions.values_list("pk", flat=True)[:COUNTED_MOST] for sessions in kinds_for(viewer).values()
    ]
    return {
        "count": len(set().union(*counted)),
        "calls": [asdict(call) for call in calls_of(viewer)],
        "muted": sorted(muted_for(viewer.agent)),
    }


def muted_for(agent: Extension | None) -> set[str]:
    """Kinds of which whoever is away is not told, neither on the page nor on a device."""
    is_away = agent is not None and agent.availability == Extension.Availability.AWAY
    return {"new"} if is_away else set()


def calls_of(viewer: Viewer) -> list[Call]:
    """The latest of each kind."""
    found = {kind: _latest(sessions) for kind, sessions in kinds_for(viewer).items()}
    addresses = {session.contact for sessions in found.values() for session in sessions}
    names = dict(Contact.objects.filter(address__in=addresses).values_list("address", "name"))
    return [
        _call(kind, session, names.get(session.contact) or shown(session.contact))
        for kind, sessions in found.items()
        for session in sessions
    ]


def kinds_for(viewer: Viewer) -> dict[str, MessagingSessionQuerySet]:
    """What calls for somebody. Another kind, such as a mention, is added here and to `push.wording`."""
    mine = _open_of(viewer.agent)
    return {
        # What is assigned is no call to all: whoever gets it has it as a follow-up.
        "new": mine.filter(agent=None).exclude(queue__pickup_mode__in=pickup.ASSIGNED),
        "follow_up": mine.filter(agent=viewer.agent, unread__gt=0),
        "alert": supervised_by(viewer.user).open().filter(alerted_at__isnull=False),
        "mention": _mentioning_anew(viewer),
    }


def _open_of(agent: Extension | None) -> MessagingSessionQuerySet:
    if agent is None:
        return MessagingSession.objects.none()
    return inbox_of(agent).open().filter(archived_at=None, snoozed_until=None)


def _mentioning_anew(viewer: Viewer) -> MessagingSessionQuerySet:
    """Each with `mentioned_by`: the latest note that mentions the viewer, who has not opened it since."""
    latest = Max("mentions__message", filter=Q(mentions__user=viewer.user, mentions__seen_at=None))
    return unseen_mentions(viewer.user).annotate(mentioned_by=latest)


def _latest(sessions: MessagingSessionQuerySet) -> list[MessagingSession]:
    return list(sessions.order_by("-last_active_at", "-pk")[:NAMED_MOST])


def _call(kind: str, session: MessagingSession, who: str) -> Call:
    """A waiting one is told each time that it begins to wait, an alert once.

    A follow-up is told with each text, and when it is back from a snooze; either makes the mark larger. A
    mention is told with each note.
    """
    if kind == "mention":
        annotated: Any = session
        return Call(session.pk, kind, who, annotated.mentioned_by)
    if kind == "follow_up":
        woken = int(session.woken_at.timestamp()) if session.woken_at else 0
        return Call(session.pk, kind, who, (session.last_message_id or 0) + woken)
    since = session.alerted_at if kind == "alert" else session.waiting_since
    return Call(session.pk, kind, who, int((since or session.opened_at).timestamp()))
