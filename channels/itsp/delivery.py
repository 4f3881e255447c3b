"""What each status of an outbound text means, in one table; every set of statuses is derived from it."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class DeliveryStatus(models.TextChoices):
    """Where an outbound text is. It only moves forward, by the rank in `MEANINGS`."""

    SCHEDULED = "scheduled", _("Scheduled")  # has a time of its own, and no place in the queue before
    QUEUED = "queued", _("Queued")  # waits with us
    SENDING = "sending", _("Sending")  # claimed by a worker
    UNKNOWN = "unknown", _("Unknown")  # the ITSP's answer was lost; never sent again blindly
    UNCERTAIN = "uncertain", _("May have arrived")  # unknown, and nobody can tell any more
    ACCEPTED = "accepted", _("Accepted")  # the ITSP has it
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    UNDELIVERED = "undelivered", _("Undelivered")
    DELIVERED = "delivered", _("Delivered")
    READ = "read", _("Read")

    @property
    def rank(self) -> int:
        return MEANINGS[self].rank


@dataclass(frozen=True)
class Meaning:
    """A text moves to a status of a higher `rank` only, in whatever order reports come."""

    rank: int
    success: bool = False  # it counts as sent
    failure: bool = False  # it counts as failed
    waiting: bool = False  # it has not left us yet
    in_flight: bool = False  # nothing else of its lane is claimed meanwhile
    retryable: bool = False  # it stands still, so that an agent may send it again
    cancellable: bool = False  # an agent may take it back, or have the ITSP asked for it
    reported: bool = False  # a report is to come; the ITSP is asked when it does not
    missed: bool = False  # the contact did not get it, or may not have: the lists mark its session


MEANINGS = {
    DeliveryStatus.SCHEDULED: Meaning(0, waiting=True, cancellable=True),
    DeliveryStatus.QUEUED: Meaning(1, waiting=True, cancellable=True),
    DeliveryStatus.SENDING: Meaning(2, in_flight=True),
    DeliveryStatus.UNKNOWN: Meaning(3, in_flight=True),
    DeliveryStatus.UNCERTAIN: Meaning(4, retryable=True, missed=True),
    DeliveryStatus.ACCEPTED: Meaning(5, cancellable=True, reported=True),
    DeliveryStatus.CANCELLED: Meaning(6),
    DeliveryStatus.EXPIRED: Meaning(7, retryable=True, missed=True),
    DeliveryStatus.SENT: Meaning(8, success=True, reported=True),
    DeliveryStatus.FAILED: Meaning(9, failure=True, retryable=True, missed=True),
    DeliveryStatus.UNDELIVERED: Meaning(10, failure=True, retryable=True, missed=True),
    DeliveryStatus.DELIVERED: Meaning(11, success=True),
    DeliveryStatus.READ: Meaning(12, success=True),
}

SUCCESS = frozenset(status for status, meaning in MEANINGS.items() if meaning.success)
FAILURE = frozenset(status for status, meaning in MEANINGS.items() if meaning.failure)
WAITING = frozenset(status for status, meaning in MEANINGS.items() if meaning.waiting)
IN_FLIGHT = frozenset(status for status, meaning in MEANINGS.items() if meaning.in_flight)
RETRYABLE = frozenset(status for status, meaning in MEANINGS.items() if meaning.retryable)
CANCELLABLE = frozenset(status for status, meaning in MEANINGS.items() if meaning.cancellable)
REPORTED = frozenset(status for status, meaning in MEANINGS.items() if meaning.reported)
MISSED = frozenset(status for status, meaning in MEANINGS.items() if meaning.missed)
