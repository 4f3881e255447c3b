"""Who does not want texts any more.

A ledger by number and contact; the latest entry holds. At some ITSPs what a contact texted to one number
counts for others as well: see `scope`. The contact's own STOP is re-opened by their START only.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from channels.itsp import ITSPS
from channels.itsp.base import OptOutScope
from channels.itsp.delivery import FAILURE, WAITING, DeliveryStatus
from channels.itsp.texts import InboundSms
from channels.models import Number
from sessions import causes, events
from sessions.lanes import progress, seats
from sessions.models import Attempt, Lane, MessagingSession, OptOutEntry
from sessions.opt_outs import scope
from sessions.opt_outs.words import wish_of

CONFIRMED_WITHIN = timedelta(minutes=4)  # that a contact opted out; what confirms it is not sent later
NOTHING = Q(pk__in=[])
Source = OptOutEntry.Source


class OwnWish(Exception):
    """The contact opted out themselves, so only their START re-opens it."""


def is_opted_out(number: Number, contact: str) -> bool:
    return opt_out_of(number, contact) is not None


def opt_out_of(number: Number, contact: str) -> OptOutEntry | None:
    """The entry by which the contact is opted out, their own wish first; None if they are not."""
    own = _latest(number.pk, contact)
    own = own if own and own.opted_out else None
    if own and not own.is_ours:
        return own
    others = scope.others_of(number)
    return (_wishes(others, contact).first() if others else None) or own


def current() -> QuerySet[OptOutEntry]:
    """The entries that hold: the latest of each number and contact."""
    newer = OptOutEntry.objects.filter(
        number=OuterRef("number"), contact=OuterRef("contact"), pk__gt=OuterRef("pk")
    )
    return OptOutEntry.objects.filter(~Exists(newer))


def note_text(number: Number, sms: InboundSms, *, at: datetime) -> OptOutEntry | None:
    """Records what an inbound text says of it, if anything new. In the transaction that stores the text."""
    opted_out = wish_of(sms)
    if opted_out is None:
        return None
    source = Source.KEYWORD if sms.keyword is None else Source.ITSP
    return record(number, sms.sender, opted_out=opted_out, source=source, at=at, itsp_id=sms.itsp_message_id)


def obey(attempts: Iterable[Attempt]) -> None:
    """Records contacts whose texts the ITSP refused for it, and keeps back what it gave back of others.

    In the transaction that settles the attempts, under their lanes' locks.
    """
    given_back = []
    for attempt in attempts:
        if attempt.error_code and attempt.status in FAILURE:
            lane = attempt.lane
            if attempt.error_code in ITSPS[attempt.channel.itsp].opt_out_codes:
                record(lane.number, lane.contact, opted_out=True, source=Source.REFUSAL, at=timezone.now())
        elif attempt.status == DeliveryStatus.QUEUED:
            given_back.append(attempt.lane_id)
    if given_back:
        fresh = timezone.now() - CONFIRMED_WITHIN
        _cancel_waiting(_unwanted(given_back), kept=Q(confirms=True, queued_at__gt=fresh))


def _unwanted(lane_ids: Iterable[int]) -> list[Lane]:
    """Those lanes whose contact has opted out. One query where no wish counts for a whole account."""
    lanes = Lane.objects.filter(pk__in=list(lane_ids))
    opted_out = current().filter(number=OuterRef("number"), contact=OuterRef("contact"), opted_out=True)
    found = set(lanes.filter(Exists(opted_out)))
    wide = [code for code, itsp in ITSPS.items() if itsp.opt_out_scope is OptOutScope.ACCOUNT]
    if wide:
        by_wide = Q(number__channel__itsp__in=wide) | Q(number__standby__itsp__in=wide)
        of_wide = lanes.filter(by_wide).select_related("number__channel", "number__standby")
        found |= {lane for lane in of_wide if is_opted_out(lane.number, lane.contact)}
    return list(found)


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
    others = [] if source in OptOutEntry.OURS else scope.others_of(number)
    locked = seats.lock([lane.pk, *_lanes(others, contact)])
    held = opt_out_of(number, contact)
    own_wish_follows = held is not None and held.is_ours and source not in OptOutEntry.OURS
    if (held is not None) == opted_out and not (opted_out and own_wish_follows):
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
    else:
        _reopen_others(entry, others)
    for session in MessagingSession.objects.open().filter(number__in=[number.pk, *others], contact=contact):
        events.record(events.EventKind.SESSION, session)
    return entry


def lanes_of_wish(number: Number, contact: str) -> list[int]:
    """The other lanes that `record` locks for what a contact texted to this number."""
    return _lanes(scope.others_of(number), contact)


def _lanes(numbers: Collection[int], contact: str) -> list[int]:
    if not numbers:
        return []
    return list(Lane.objects.filter(number__in=numbers, contact=contact).values_list("pk", flat=True))


def _reopen_others(entry: OptOutEntry, others: Collection[int]) -> None:
    """A START to one number takes back what was texted to the others."""
    for held in list(_wishes(others, entry.contact)):
        OptOutEntry.objects.create(
            number=held.number,
            contact=entry.contact,
            opted_out=False,
            source=entry.source,
            itsp_message_id=entry.itsp_message_id,
            at=entry.at,
        )


def opt_out(number: Number, contact: str, *, by: User) -> bool:
    """An administrator's own entry. False if the contact is opted out already."""
    entry = record(number, contact, opted_out=True, source=Source.ADMIN, at=timezone.now(), by=by)
    return entry is not None


@transaction.atomic
def reopen(entry: OptOutEntry, *, by: User) -> bool:
    """Takes an entry of ours back. False if that was done already. Raises `OwnWish`."""
    seats.lock(Lane.objects.filter(number=entry.number, contact=entry.contact).values_list("pk", flat=True))
    latest = opt_out_of(entry.number, entry.contact)
    if latest is None:
        return False
    if not latest.is_ours:
        raise OwnWish
    number, now = entry.number, timezone.now()
    record(number, entry.contact, opted_out=False, source=Source.ADMIN, at=now, by=by)
    return True


def _latest(number_id: int, contact: str) -> OptOutEntry | None:
    entries = OptOutEntry.objects.filter(number=number_id, contact=contact)
    return entries.order_by("-pk").first()


def _wishes(numbers: Collection[int], contact: str) -> QuerySet[OptOutEntry]:
    """By which the contact has opted out of these numbers themselves."""
    held = current().filter(number__in=numbers, contact=contact, opted_out=True)
    own = held.exclude(source__in=OptOutEntry.OURS)
    return own.select_related("by", "number__channel", "number__standby").order_by("-pk")


def _cancel_waiting(locked: Sequence[Lane], kept: Q = NOTHING) -> None:
    """What is in flight goes on: the ITSP has it, and refuses it by itself."""
    if not locked:
        return
    waiting = Attempt.objects.filter(lane__in=locked, status__in=WAITING).exclude(kept)
    reason = causes.OPTED_OUT()
    moves = [
        progress.Move(attempt, DeliveryStatus.CANCELLED, reason=reason)
        for attempt in waiting.select_related("message__session__queue")
    ]
    progress.advance(moves, at=timezone.now())
    seats.reseat(locked)
