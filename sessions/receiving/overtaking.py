"""Scheduled texts that are to go out only if the contact writes nothing before: the contact has written.

Under its lane's lock each is either cancelled here or has become due before, and goes out; never both.
"""

from collections.abc import Iterable

from django.utils import timezone

from channels.itsp.delivery import DeliveryStatus
from sessions import causes
from sessions.compiled import Compiled
from sessions.lanes import progress
from sessions.models import Attempt, Message, MessagingSession

_waiting = Compiled(
    lambda numbers, contacts: Attempt.objects.filter(
        status=DeliveryStatus.SCHEDULED,
        until_reply=True,
        lane__number__in=numbers,
        lane__contact__in=contacts,
    ).values_list("lane", "lane__number", "lane__contact")
)


def lanes_between(pairs: set[tuple[int, str]]) -> set[int]:
    """The lanes, of numbers and contacts, that hold such texts: one query, whatever their number."""
    found = _waiting({number for number, _contact in pairs}, {contact for _number, contact in pairs})
    return {pk for pk, number, contact in found if (number, contact) in pairs}


def cancel(session: MessagingSession, lanes: Iterable[int]) -> None:
    """Cancels what is scheduled in these locked lanes, with a line in the session that the text came into."""
    scheduled = Attempt.objects.filter(
        lane__in=list(lanes), status=DeliveryStatus.SCHEDULED, until_reply=True
    ).select_related("message__session__queue")
    reason = causes.OVERTAKEN()
    moves = [progress.Move(one, DeliveryStatus.CANCELLED, reason=reason) for one in scheduled]
    if not moves:
        return
    now = timezone.now()
    progress.advance(moves, at=now)
    Message.objects.create(
        session=session,
        kind=Message.Kind.SYSTEM,
        system_line=Message.SystemLine.CONTACT_FIRST,
        created_at=now,
    )
