"""Texts that agents insert by a shortcut: who may use and change which, and what their variables become."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from routing.models import Extension
from sessions.contacts.patterns import OF_FIELD, key_of
from sessions.contacts.values import live_fields, shown_value, values_of
from sessions.models import CannedReply, Contact, ContactField, MessagingSession

VARIABLES = {
    "contact": _("the contact’s name; where none is known, it goes with the comma before it"),
    "agent": _("your name"),
    "number": _("our number"),
    "queue": _("the message queue"),
}
_VARIABLE = re.compile(r"\{([a-z_]+|(?i:field):[^{}\n]+)\}")
# What is not known, as a form of address: what leads to it in the line, or what follows where a line begins
# with it.
_ADDRESSED = r"(?m)^\{{{0}\}}[,:!]?[ \t]*(\w?)|,?[ \t]*\(?\{{{0}\}}\)?"


@dataclass(frozen=True)
class Filled:
    """A canned reply for one session, its variables replaced."""

    shortcut: str
    body: str


def usable_in(session: MessagingSession, agent: Extension) -> QuerySet[CannedReply]:
    """The agent's own, those of the session's queue, and those of all."""
    of_queue = Q(queue=session.queue) if session.queue_id else Q(pk__in=[])
    return CannedReply.objects.filter(Q(agent=agent) | of_queue | Q(agent=None, queue=None))


def managed_by(user: User, agent: Extension | None) -> QuerySet[CannedReply]:
    """All that somebody may change: one's own; beyond those, administrators and supervisors only."""
    own = Q(agent=agent) if agent else Q(pk__in=[])
    if user.is_administrator:
        return CannedReply.objects.filter(own | Q(agent=None))
    if user.is_supervisor:
        supervised = Q(queue__in=user.supervised_queues.live())
        return CannedReply.objects.filter(own | Q(agent=None, queue=None) | supervised)
    return CannedReply.objects.filter(own)


def filled(session: MessagingSession, agent: Extension) -> list[Filled]:
    """Lists them by their shortcuts; of several with the same, the one that is nearest to the agent holds."""
    values = _values(session, agent)
    chosen = {one.shortcut: one for one in sorted(usable_in(session, agent), key=_nearness, reverse=True)}
    return [Filled(one.shortcut, fill(one.body, values)) for _name, one in sorted(chosen.items())]


def fill(body: str, values: Mapping[str, str]) -> str:
    """What is no variable of ours stays as it is written.

    Nobody is addressed by a number: without a name, “Thank you, {contact}!” becomes “Thank you!”; and so it
    is with a field of the contact's that has no value.
    """
    for word in dict.fromkeys(_VARIABLE.findall(body)):
        if _may_be_missing(word) and not values.get(key_of(word)):
            missing = re.compile(_ADDRESSED.format(re.escape(word)))
            body = missing.sub(lambda found: (found[1] or "").upper(), body)
    return _VARIABLE.sub(lambda found: values.get(key_of(found[1]), found[0]), body)


def unknown_variables(body: str, known: Collection[str]) -> list[str]:
    """Words in braces that nothing would be put in the place of."""
    keys = set(map(key_of, known))
    return [word for word in _VARIABLE.findall(body) if key_of(word) not in keys]


def known_variables(fields: Iterable[ContactField]) -> list[str]:
    return [*VARIABLES, *(f"{OF_FIELD}{field.name}" for field in fields)]


def _may_be_missing(word: str) -> bool:
    """The contact's name and fields; of a field that is gone nothing is known, either."""
    return word == "contact" or key_of(word).startswith(OF_FIELD)


def _nearness(reply: CannedReply) -> int:
    return 0 if reply.agent_id else 1 if reply.queue_id else 2


def _values(session: MessagingSession, agent: Extension) -> dict[str, str]:
    contact = Contact.objects.filter(address=session.contact).first()
    fields = live_fields()
    noted = values_of(contact) if contact else {}
    of_fields = {f"{OF_FIELD}{one.key}": shown_value(one, noted.get(one.pk, "")) for one in fields}
    return of_fields | {
        "contact": contact.name if contact else "",
        "agent": agent.name,
        "number": session.number.address,
        "queue": session.queue.name if session.queue else "",
    }
