"""What an agent is told of while at something else: sessions that wait, and follow-ups in their own."""

from dataclasses import asdict, dataclass

from routing.models import Extension
from sessions.models import AgentSettings, Contact, MessagingSession, MessagingSessionQuerySet
from sessions.queries import inbox_of

NAMED_MOST = 50  # sessions of each kind that are named
COUNTED_MOST = 999


@dataclass(frozen=True)
class Call:
    """A session that wants somebody. `mark` is another one as soon as there is something new to tell."""

    session: int
    kind: str  # "new" or "follow_up"
    who: str
    mark: int


def settings_of(agent: Extension) -> AgentSettings:
    """The agent's own, or the defaults."""
    return AgentSettings.objects.filter(agent=agent).first() or AgentSettings(agent=agent)


def save_settings(agent: Extension, **values: bool) -> None:
    AgentSettings.objects.update_or_create(agent=agent, defaults=values)


def state_of(agent: Extension) -> dict[str, object]:
    """`count`: sessions that wait or have something unread; `calls`: the latest of them."""
    mine = inbox_of(agent).open().filter(archived_at=None)
    waiting, unread = mine.filter(agent=None), mine.filter(agent=agent, unread__gt=0)
    found = [*_latest(waiting), *_latest(unread)]
    addresses = {session.contact for session in found}
    names = dict(Contact.objects.filter(address__in=addresses).values_list("address", "name"))
    calls = [_call(session, names.get(session.contact) or session.contact) for session in found]
    count = sum(sessions[:COUNTED_MOST].count() for sessions in (waiting, unread))
    return {"count": count, "calls": [asdict(call) for call in calls]}


def _latest(sessions: MessagingSessionQuerySet) -> list[MessagingSession]:
    return list(sessions.order_by("-last_active_at", "-pk")[:NAMED_MOST])


def _call(session: MessagingSession, who: str) -> Call:
    """A waiting one is told once each time that it begins to wait, a follow-up with each text."""
    if session.agent_id is None:
        since = session.waiting_since or session.opened_at
        return Call(session.pk, "new", who, int(since.timestamp()))
    return Call(session.pk, "follow_up", who, session.last_message_id or 0)
