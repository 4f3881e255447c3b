"""A contact who was answered by a text that was taken back waits again: by its agent, or by the ITSP."""

from collections.abc import Iterable

from channels.itsp.delivery import DeliveryStatus
from sessions.lanes import waits
from sessions.models import Attempt, MessagingSession
from sessions.opt_outs import ledger


def lock(attempts: Iterable[int]) -> None:
    """The sessions of those that are about to be taken back. Before any lane's lock."""
    if ids := list(attempts):
        waits.lock_sessions_of(ids)


def resume_those_of(moved: Iterable[Attempt]) -> None:
    """Of the attempts that moved, the sessions of those that were taken back, which `lock` has locked."""
    ids = {one.message.session_id for one in moved if one.status == DeliveryStatus.CANCELLED}
    for session in MessagingSession.objects.filter(pk__in=ids).select_related("number") if ids else ():
        resume(session)


def resume(session: MessagingSession) -> None:
    """A locked one."""
    if session.is_open and not ledger.is_opted_out(session.number, session.contact):
        waits.resume(session)
