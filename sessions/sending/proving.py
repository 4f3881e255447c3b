"""Asks the ITSP, after a restored backup, which of the texts that wait it has already: they are adopted.

Lane by lane; nothing of a lane is sent before its ITSP has answered. Where a text may be sent once more, that
is the proof, one after the other; where the ITSP can't tell, none is sent again by itself.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from channels.itsp import ITSPS
from channels.itsp.delivery import WAITING, DeliveryStatus
from channels.itsp.errors import ItspError
from channels.itsp.lists import Found, SentList
from channels.models import Channel
from sessions import causes, standstill
from sessions.bulk import write
from sessions.lanes import progress, seats
from sessions.lanes.progress import Move
from sessions.models import Attempt, Lane, Restoration
from sessions.opt_outs import ledger
from sessions.sending.findings import in_seconds
from sessions.sending.matching import told
from sessions.sending.reconcile import LEASE, ROUNDING, shares

logger = logging.getLogger(__name__)

BATCH = 50  # questions of one run


def due() -> QuerySet[Lane]:
    """Lanes that the ITSP is to be asked about now."""
    return Lane.objects.filter(prove_at__lte=timezone.now())


def prove_due() -> int:
    """Asks about what is due. Returns how many lanes are proven by it.

    A channel whose ITSP does not answer is left out, and all that is due of it is put off.
    """
    proven, left_out = 0, set[int]()
    for _question in range(BATCH):
        lanes = due().exclude(channel__in=left_out | shares.full())
        known = lanes.select_related("channel", "number__channel", "number__standby")
        lane = known.order_by("prove_at", "pk").first()
        if lane is None:
            break
        with shares.of(lane.channel_id) as mine:
            if not mine:
                break  # other threads of this process are at it
            try:
                proven += _is_proven(lane)
            except ItspError as error:
                logger.warning("channel %s is asked later: %s", lane.channel_id, error.reason)
                left_out.add(lane.channel_id)
                due().filter(channel=lane.channel_id).update(prove_at=in_seconds(settings.RECONCILE_EVERY_S))
    return proven


def _is_proven(lane: Lane) -> bool:
    """What is in flight is asked for by itself, and has the first claim to what the ITSP has."""
    restoration = standstill.latest()
    if restoration is None or lane.unproven_since is None:
        Lane.objects.filter(pk=lane.pk).update(prove_at=None)
        return True
    wait_s = settings.RECONCILE_EVERY_S if lane.in_flight_id else LEASE.total_seconds()
    mine = due().filter(pk=lane.pk, in_flight=lane.in_flight_id).update(prove_at=in_seconds(wait_s))
    if not mine or lane.in_flight_id:
        return False
    if ITSPS[lane.channel.itsp].repeats_safely_for and lane.number.standby is None:
        return _is_repeated(lane, restoration)
    listed = {channel: _listed(lane, channel) for channel in lane.number.carriers}
    return _is_adopted(lane, restoration, listed)


def _listed(lane: Lane, channel: Channel) -> SentList:
    itsp, since = ITSPS[channel.itsp], (lane.unproven_since or timezone.now()) - ROUNDING
    if not itsp.can_list_sent:
        return SentList((), proves_absence=False)
    listed = itsp.list_sent(
        channel.credentials, sender=lane.number.address, recipient=lane.contact, since=since
    )
    return replace(listed, texts=[found for found in listed.texts if found.created_at >= since])


@transaction.atomic
def _is_adopted(lane: Lane, restoration: Restoration, listed: Mapping[Channel, SentList]) -> bool:
    """What each of the number's channels has. A text is absent if it is so at all of them."""
    locked = _still(lane)
    if not locked:
        return False
    left, adopted = list(_in_doubt(lane, restoration)), list[Move]()
    absent = {one.pk for one in left}
    for channel, sent in listed.items():
        same = told(left, sent.texts, at=channel)
        adopted += [_adoption(one, found[0], channel) for one in left if (found := same[one.pk])]
        left = [one for one in left if not same[one.pk]]
        absent &= {pk for pk, found in same.items() if found == [] and sent.proves_absence}
    in_doubt = [one for one in left if one.pk not in absent and not _is_for_later(one, restoration)]
    write([move.attempt for move in adopted], "channel")
    progress.advance([*adopted, *map(_uncertain, in_doubt)], at=timezone.now())
    ledger.obey(move.attempt for move in adopted)
    _let_go(locked)
    Restoration.objects.filter(pk=restoration.pk).update(adopted=F("adopted") + len(adopted))
    return True


@transaction.atomic
def _is_repeated(lane: Lane, restoration: Restoration) -> bool:
    """The first in doubt is taken for one that was tried when the backup was made; `repeating` settles it."""
    locked = _still(lane)
    if not locked:
        return False
    in_doubt = [one for one in _in_doubt(lane, restoration) if not _is_for_later(one, restoration)]
    unrepeatable = [one for one in in_doubt if one.message.created_at >= restoration.at]
    progress.advance([_uncertain(one) for one in unrepeatable], at=timezone.now())
    first = next((one for one in in_doubt if one not in unrepeatable), None)
    if first is None:
        _let_go(locked)
        return True
    first.claimed_at = lane.unproven_since
    progress.advance([Move(first, DeliveryStatus.UNKNOWN)], at=timezone.now())
    Attempt.objects.filter(pk=first.pk).update(sent_as="", check_at=timezone.now())
    locked[0].in_flight = first
    seats.reseat(locked)
    return False


def _still(lane: Lane) -> list[Lane]:
    """The lane, locked; nothing if it got on meanwhile."""
    locked = seats.lock([lane.pk])
    return [one for one in locked if one.unproven_since == lane.unproven_since and not one.in_flight_id]


def _let_go(locked: list[Lane]) -> None:
    seats.reseat(locked)
    Lane.objects.filter(pk__in=[lane.pk for lane in locked]).update(unproven_since=None, prove_at=None)


def _in_doubt(lane: Lane, restoration: Restoration) -> QuerySet[Attempt]:
    """What an agent has written since the restore can't be what the former installation sent."""
    waiting = Attempt.objects.filter(lane=lane, status__in=WAITING).select_related("message__session__queue")
    known_before = Q(message__created_at__lt=restoration.at) | Q(message__author=None)
    return waiting.filter(known_before).order_by("pk")


def _is_for_later(attempt: Attempt, restoration: Restoration) -> bool:
    """Its own time had not come while the former installation ran."""
    return attempt.due_at is not None and attempt.due_at > restoration.at


def _adoption(attempt: Attempt, found: Found, by: Channel) -> Move:
    attempt.claimed_at, attempt.channel = found.created_at, by
    return Move(attempt, found.status, found.itsp_message_id, found.error_code, found.reason)


def _uncertain(attempt: Attempt) -> Move:
    return Move(attempt, DeliveryStatus.UNCERTAIN, reason=causes.UNCERTAIN())
