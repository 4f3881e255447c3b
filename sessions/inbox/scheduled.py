"""Scheduled texts in one list: whose they are, and in which order."""

from dataclasses import dataclass

from django.db.models import QuerySet

from channels.itsp.delivery import DeliveryStatus
from routing.models import Extension
from sessions.contacts.lookup import contacts_of
from sessions.contacts.zones import ContactZone, zone_of
from sessions.inbox.asking import Asked, Viewer
from sessions.models import Attempt, Contact, Priority
from sessions.queries import handled_by

SHOWN_MOST = 300  # the soonest; further ones by filters


@dataclass(frozen=True)
class Scheduled:
    """A row. `answers`: whether the viewer changes it, and does not only read it."""

    attempt: Attempt
    contact: Contact
    zone: ContactZone
    answers: bool


@dataclass(frozen=True)
class ScheduledList:
    rows: list[Scheduled]
    has_more: bool


def attempts_for(viewer: Viewer) -> QuerySet[Attempt]:
    """Those in sessions that somebody answers in or supervises, the soonest first."""
    found = Attempt.objects.filter(
        status=DeliveryStatus.SCHEDULED,
        priority=Priority.API,
        message__session__in=handled_by(viewer.user, viewer.agent).order_by().values("pk"),
    )
    with_all = found.select_related("message__author", "message__session__queue", "message__session__agent")
    return with_all.prefetch_related("message__attachments").order_by("due_at", "pk")


def list_for(viewer: Viewer, asked: Asked) -> ScheduledList:
    """What the filters leave: by agent it is who wrote it."""
    columns = {
        "number": "message__session__number",
        "queue": "message__session__queue",
        "agent": "message__author",
        "tag": "message__session__tags",
    }
    chosen = {column: value for name, column in columns.items() if (value := getattr(asked, name))}
    found = list(attempts_for(viewer).filter(**chosen)[: SHOWN_MOST + 1])
    contacts = contacts_of(attempt.message.session.contact for attempt in found)
    rows = [_row(attempt, contacts, viewer.agent) for attempt in found[:SHOWN_MOST]]
    return ScheduledList(rows, len(found) > SHOWN_MOST)


def _row(attempt: Attempt, contacts: dict[str, Contact], agent: Extension | None) -> Scheduled:
    session = attempt.message.session
    contact = contacts.get(session.contact) or Contact(address=session.contact)
    answers = agent is not None and session.is_for(agent)
    return Scheduled(attempt, contact, zone_of(contact), answers)
