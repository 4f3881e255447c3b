"""Which sessions and messages a rule covers.

Never what is open, on legal hold, or has a text whose fate is not known yet.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from channels.itsp.delivery import IN_FLIGHT, WAITING
from retention.models import LegalHold
from sessions.models import Attempt, Message, MessagingSession

Kept = MessagingSession.Kept
_UNSETTLED = Attempt.objects.filter(
    message__kind=Message.Kind.OUTBOUND,  # of inbound ones no attempt is looked for
    status__in=WAITING | IN_FLIGHT,
)


def with_messages(before: datetime) -> "QuerySet[MessagingSession]":
    """Closed ones that may have messages from before; some may be unsettled."""
    return _free().filter(kept=Kept.WHOLE, opened_at__lt=before)


def closed(before: datetime) -> "QuerySet[MessagingSession]":
    """Those that were closed before; some may be unsettled."""
    return _free().filter(opened_at__lt=before, closed_at__lt=before)


def settled(sessions: "QuerySet[MessagingSession]") -> "QuerySet[MessagingSession]":
    """Of many, to be counted."""
    return sessions.exclude(Exists(_UNSETTLED.filter(message__session=OuterRef("pk"))))


def settled_among(ids: Collection[int]) -> list[int]:
    """Of a few. Asked within the other query, PostgreSQL would read all attempts for it."""
    unsettled = set(_UNSETTLED.filter(message__session__in=ids).values_list("message__session", flat=True))
    return [pk for pk in ids if pk not in unsettled]


def _free() -> "QuerySet[MessagingSession]":
    closed = MessagingSession.objects.filter(closed_at__isnull=False, kept__lt=Kept.ANONYMOUS)
    return closed.exclude(contact__in=LegalHold.objects.values("address"))
