"""Who does not want texts any more.

A ledger by number and contact; the latest entry holds. The contact's own STOP is re-opened by their START
only. We never confirm either: the ITSP does.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from channels.itsp import ITSPS
from channels.itsp.base import InboundSms
from channels.itsp.delivery import FAILURE, WAITING, DeliveryStatus
from channels.models import Number
from sessions import events
from sessions.lanes import progress, seats
from sessions.models import Attempt, Lane, MessagingSession, OptOutEntry
from sessions.opt_outs.words import wish_of

Source = OptOutEntry.Source


class OwnWish(Exception):
    """The contact opted out themselves, so only their START re-opens it."""


def is_opted_out(number: Number, contact: str) -> bool:
    return opt_out_of(number.pk, contact) is not None


def opt_out_of(number_id: int, contact: str) -> OptOutEntry | None:
    """The entry by which the contact is opted out; None if they are not."""
    latest = _latest(number_id, contact)
    return latest if latest and latest.opted_out else None


def current() -> QuerySet[OptOutEntry]:
    """The entries that hold: the latest of each number and contact."""
    newer = OptOutEntry.objects.filter(
        number=OuterRef("number"), contact=OuterRef("contact"), pk__gt=OuterRef("pk")
    )
    return OptOutEntry.objects.filter(~Exists(newer))


def note_text(number: Number, sms: InboundSms, *, at: datetime) -> None:
    """Records what an inbound text says of it, if anything. In the transaction that stores the text."""
    opted_out = wish_of(sms)
    if opted_out is not None:
        source = Source.KEYWORD if sms.keyword is None else Source.ITSP
        record(number, sms.sender, opted_out=opted_out, source=source, at=at, itsp_id=sms.itsp_message_id)


def obey(attempts: Iterable[Attempt]) -> None:
    """Records contacts whose texts the ITSP refused for it, and keeps back what it gave back of others.

    In the transaction that settles the attempts, under their lanes' locks.
    """
    codes = frozenset().union(*(itsp.opt_out_codes for itsp in ITSPS.values()))
    given_back = []
    for attempt in attempts:
        if attempt.error_code in codes and attempt.status in FAILURE:
            lane = attempt.lane
            record(lane.number, lane.contact, opted_out=True, source=Source.REFUSAL, at=timezone.now())
        elif attempt.status == DeliveryStatus.QUEUED:
            given_back.append(attempt.lane_id)
    if given_back:
        opted_out = current().filter(number=OuterRef("number"), contact=OuterRef("contact"), opted_out=True)
        unwanted = list(Lane.objects.filter(Exists(opted_out), pk__in=given_back))
        _cancel_waiting(unwanted)


@transaction.atomic
def record(
    number: Number,
    contact: str,
    *,
    opted_out: bool,
    source: OptOutEntry.Source,
    at: datetime,
    itsp_id: str = "",
    by: User | None = None,
    reason: str = "",
) -> OptOutEntry | None:
    """Adds an entry, and takes what waits for the contact out of the queue. None if it would say nothing new.

    The lane's lock makes one entry of several that come at once. A contact's own wish is recorded
    even where an entry of ours says the same, so that no administrator can re-open it.
    """
    lane, _created = Lane.objects.get_or_create(
        number=number, contact=contact, defaults={"channel": number.channel}
    )
    locked = seats.lock([lane.pk])
    latest = _latest(number.pk, contact)
    said = latest is not None and latest.opted_out
    own_wish_follows = latest is not None and latest.is_ours and source not in OptOutEntry.OURS
    if said == opted_out and not (opted_out and own_wish_follows):
        return None
    entry = OptOutEntry.objects.create(
        number=number,
        contact=contact,
        opted_out=opted_out,
        source=source,
        itsp_message_id=itsp_id,
        by=by,
        reason=reason,
        at=at,
    )
    if opted_out:
        _cancel_waiting(locked)
    for session in MessagingSession.objects.open().filter(number=number, contact=contact):
        events.record(events.EventKind.SESSION, session)
    return entry


def opt_out(number: Number, contact: str, *, by: User) -> bool:
    """An administrator's own entry. False if the contact is opted out already."""
    entry = record(number, contact, opted_out=True, source=Source.ADMIN, at=timezone.now(), by=by)
    return entry is not None


@transaction.atomic
def reopen(entry: OptOutEntry, *, by: User) -> bool:
    """Takes an entry of ours back. False if that was done already. Raises `OwnWish`."""
    seats.lock(Lane.objects.filter(number=entry.number, contact=entry.contact).values_list("pk", flat=True))
    latest = opt_out_of(entry.number_id, entry.contact)
    if latest is None:
        return False
    if not latest.is_ours:
        raise OwnWish
    number, now = entry.number, timezone.now()
    record(number, entry.contact, opted_out=False, source=Source.ADMIN, at=now, by=by)
    return True


def _latest(number_id: int, contact: str) -> OptOutEntry | None:
    entries = OptOutEntry.objects.filter(number=number_id, contact=contact)
    return entries.select_related("by").order_by("-pk").first()


def _cancel_waiting(locked: Sequence[Lane]) -> None:
    """What is in flight goes on: the ITSP has it, and refuses it by itself."""
    if not locked:
        return
    waiting = Attempt.objects.filter(lane__in=locked, status__in=WAITING)
    reason = _("The contact opted out before it was sent.")
    moves = [
        progress.Move(attempt, DeliveryStatus.CANCELLED, reason=reason)
        for attempt in waiting.select_related("message__session__queue")
    ]
    progress.advance(moves, at=timezone.now())
    seats.reseat(locked)
