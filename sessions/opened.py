"""The one open session of a number and a contact."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from channels.models import Number
from routing.models import Extension
from sessions.compiled import Compiled
from sessions.models import MessagingSession

_locked = Compiled(
    lambda numbers, contacts: (
        MessagingSession.objects.open()
        .filter(number__in=numbers, contact__in=contacts)
        .select_related("queue")
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
)


class Wanted(NamedTuple):
    """A session that must be open. A new one belongs to `agent`, or goes where the number leads."""

    number: Number
    contact: str
    at: datetime
    agent: Extension | None = None

    @property
    def key(self) -> tuple[int, str]:
        return self.number.pk, self.contact


def open_session(
    number: Number, contact: str, *, at: datetime, agent: Extension | None = None
) -> MessagingSession:
    """The open session of a number and a contact, locked; opened where there is none."""
    wanted = Wanted(number, contact, at, agent)
    return open_sessions([wanted])[wanted.key]


def open_sessions(wanted: Iterable[Wanted]) -> dict[tuple[int, str], MessagingSession]:
    """The open sessions by number and contact, with their queues; those that are missing are opened.

    All are locked, in the order of their ids by everybody. Of two that are wanted for one contact the first
    says what a new one is like.
    """
    first: dict[tuple[int, str], Wanted] = {}
    for one in wanted:
        first.setdefault(one.key, one)
    numbers = {number for number, _contact in first}
    contacts = {contact for _number, contact in first}
    while True:
        found = {(one.number_id, one.contact): one for one in _locked(numbers, contacts)}
        missing = [one for key, one in first.items() if key not in found]
        if not missing:
            return {key: found[key] for key in first}
        # Whoever else opens one of them at the same moment: the constraint keeps one, and both find it then.
        MessagingSession.objects.bulk_create([_new(one) for one in missing], ignore_conflicts=True)


def _new(wanted: Wanted) -> MessagingSession:
    number, _contact, at, agent = wanted
    owner_id = agent.pk if agent else number.extension_id
    return MessagingSession(
        number=number,
        contact=wanted.contact,
        agent_id=owner_id,
        queue_id=number.queue_id,
        opened_at=at,
        last_active_at=at,
        waiting_since=at if owner_id is None else None,
    )
