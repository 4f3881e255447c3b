"""After a backup was restored nothing is sent until an administrator says so: see `Restoration`."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from sessions.models import Lane, MessagingSession, Restoration


def lasting() -> QuerySet[Restoration]:
    """Restored backups after which nobody has let texts go yet."""
    return Restoration.objects.filter(resumed_at=None)


def latest() -> Restoration | None:
    return Restoration.objects.order_by("-at").first()


def doubt(lanes: Iterable[int], restoration: Restoration) -> None:
    """What waits in these lanes may have left the former installation: the ITSP is asked before it is sent.

    A lane that was in doubt before stays so since then.
    """
    found = Lane.objects.filter(pk__in=list(lanes))
    found.filter(unproven_since=None).update(unproven_since=restoration.backup_at)
    found.filter(prove_at=None).update(prove_at=timezone.now())


def doubt_repeated(lane_id: int, session: MessagingSession) -> None:
    """A machine writes what a former installation may have written as well, of what was there for both."""
    restoration = latest()
    if restoration and (not restoration.resumed_at or session.last_active_at < restoration.at):
        doubt([lane_id], restoration)
