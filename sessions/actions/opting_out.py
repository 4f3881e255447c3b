"""An agent records what a contact said in other words than STOP, or by another way."""

from django.db import transaction
from django.utils import timezone

from routing.models import Extension
from sessions import events
from sessions.actions.owning import add_line, own
from sessions.models import WAIT_FIELDS, Message, MessagingSession, OptOutEntry
from sessions.opt_outs import ledger
from sessions.refused import OptedOut


@transaction.atomic
def opt_out(session: MessagingSession, *, agent: Extension, reason: str) -> None:
    """The contact gets no more texts from the session's number; what waits for it is cancelled.

    Nobody can answer then, so the contact's wait ends. An administrator can take it back. Raises
    `NotTheOwner`, or `OptedOut` if the contact has opted out before.
    """
    locked = own(session, agent, closed_too=True)
    entry = ledger.record(
        locked.number,
        locked.contact,
        opted_out=True,
        source=OptOutEntry.Source.AGENT,
        at=timezone.now(),
        by=agent.user,
        reason=reason,
    )
    if entry is None:
        known = ledger.opt_out_of(locked.number, locked.contact)
        assert known is not None  # noqa: S101 (for the type)
        raise OptedOut(known)
    locked.end_wait()
    locked.save(update_fields=WAIT_FIELDS)
    add_line(locked, Message.SystemLine.OPTED_OUT, by=agent)
    events.record(events.EventKind.MESSAGE, locked)
