"""The one open session of a number and a contact."""

from datetime import datetime

from channels.models import Number
from routing.models import Extension
from sessions.models import MessagingSession


def open_session(
    number: Number, contact: str, *, at: datetime, agent: Extension | None = None
) -> MessagingSession:
    """The open session of a number and a contact, locked.

    A new one belongs to the agent who starts it, or is routed by the number's rule.
    """
    mine = MessagingSession.objects.open().filter(number=number, contact=contact)
    while True:
        session = mine.select_for_update(of=("self",), no_key=True).first()
        if session is not None:
            return session
        new = MessagingSession(
            number=number,
            contact=contact,
            agent_id=agent.pk if agent else number.extension_id,
            queue_id=number.queue_id,
            opened_at=at,
            last_active_at=at,
        )
        new.waiting_since = at if new.agent_id is None else None
        # Whoever else opens one for this contact at the same moment: the constraint keeps one of them.
        MessagingSession.objects.bulk_create([new], ignore_conflicts=True)
