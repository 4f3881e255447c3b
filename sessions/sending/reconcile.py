"""Asks the ITSP what became of a text: one without a clear answer, and one without a final state for hours.

An unknown text is adopted if the ITSP has it, and sent again only once it is proven that it never arrived.
"""

import logging
import threading
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.itsp import ITSPS
from channels.itsp.base import Advice, Found, ItspError
from channels.itsp.delivery import DeliveryStatus
from sessions.lanes import progress, seats
from sessions.models import Attempt
from sessions.opt_outs import ledger
from sessions.sending import pushback

logger = logging.getLogger(__name__)

BATCH = 50
LEASE = timedelta(minutes=2)  # nobody else asks about it meanwhile
ROUNDING = timedelta(seconds=5)  # the ITSP's times are of whole seconds, and its clock is known as well

_only_one = threading.Lock()


def check_due() -> int:
    """Asks about what is due. Returns how many attempts were settled by it."""
    if not _only_one.acquire(blocking=False):
        return 0  # an ITSP that hangs must not take all the worker's threads
    try:
        return _check_due()
    finally:
        _only_one.release()


def _check_due() -> int:
    due = Attempt.objects.filter(check_at__lte=timezone.now()).order_by("check_at")
    settled, silent = 0, set[int]()
    for pk, channel_id in due.values_list("pk", "channel")[:BATCH]:
        if channel_id in silent:
            continue  # its ITSP has just failed to answer; the others' texts must not wait for it
        try:
            settled += check(pk)
        except ItspError as error:
            logger.warning("attempt %s is checked later: %s", pk, error.reason)
            silent.add(channel_id)
    return settled


def check(pk: int) -> bool:
    """Asks about one. True if its status is another one now. Raises `ItspError`."""
    due = Attempt.objects.filter(pk=pk, check_at__lte=timezone.now())
    if not due.update(check_at=timezone.now() + LEASE):
        return False  # another worker is at it
    attempt = Attempt.objects.select_related("channel", "lane__number", "message").get(pk=pk)
    try:
        if attempt.status == DeliveryStatus.UNKNOWN:
            return _reconcile(attempt)
        return _look_up(attempt)
    except ItspError as error:
        _after_no_answer(attempt, error)
        raise


def cancel(pk: int) -> bool:
    """Asks the ITSP for a text back. True if it was not sent on yet; a status callback tells as well."""
    attempt = Attempt.objects.select_related("channel").get(pk=pk)
    channel = attempt.channel
    if not attempt.itsp_message_id:
        return False
    if not ITSPS[channel.itsp].cancel(channel.credentials, attempt.itsp_message_id):
        return False
    reason = _("Taken back from the ITSP before it was sent on.")
    return _move(
        attempt, Found(attempt.itsp_message_id, "", timezone.now(), DeliveryStatus.CANCELLED, "", reason)
    )


def _reconcile(attempt: Attempt) -> bool:
    """Adopts the earliest text of the ITSP's that can only be this one."""
    channel, lane = attempt.channel, attempt.lane
    asked_at = timezone.now()
    listed = ITSPS[channel.itsp].list_sent(
        channel.credentials, sender=lane.number.address, recipient=lane.contact
    )
    matches = _matches(attempt, listed)
    if matches:
        return _move(attempt, _adopted(matches))
    if attempt.claimed_at and asked_at - attempt.claimed_at < _seconds(settings.RECONCILE_GIVE_UP_S):
        _check_again(attempt, settings.RECONCILE_EVERY_S)
        return False
    return _move(attempt, Found("", "", asked_at, DeliveryStatus.QUEUED))


def _matches(attempt: Attempt, listed: list[Found]) -> list[Found]:
    """Unowned texts with its content, accepted since it was claimed; the earliest first."""
    since = (attempt.claimed_at or attempt.created_at) - ROUNDING
    body, media_count = attempt.message.body, attempt.message.attachments.count()
    same = [
        found
        for found in reversed(listed)  # which tells those of one second apart
        if found.created_at >= since
        and found.media_count == media_count
        and _words(found.body) == _words(body)
    ]
    ids = [found.itsp_message_id for found in same]
    owned = Attempt.objects.filter(Q(channel=attempt.channel) | Q(lane=attempt.lane), itsp_message_id__in=ids)
    taken = set(owned.values_list("itsp_message_id", flat=True))
    free = [found for found in same if found.itsp_message_id not in taken]
    return sorted(free, key=lambda found: found.created_at)


def _words(body: str) -> list[str]:
    """ITSPs may change line ends, and what is blank at the ends."""
    return body.split()


def _adopted(matches: list[Found]) -> Found:
    first, *others = matches
    if not others:
        return first
    logger.error("the ITSP has a text %s times", len(matches))
    flagged = _("The ITSP has it more than once: %(ids)s.") % {
        "ids": ", ".join(found.itsp_message_id for found in others)
    }
    return Found(first.itsp_message_id, first.body, first.created_at, first.status, first.error_code, flagged)


def _look_up(attempt: Attempt) -> bool:
    """Asks for the present status of a text that the ITSP has; after days it stays as it is."""
    channel = attempt.channel
    found = ITSPS[channel.itsp].look_up(channel.credentials, attempt.itsp_message_id or "")
    if found.status.rank > DeliveryStatus(attempt.status).rank:
        return _move(attempt, found)
    _look_up_later(attempt, settings.LOOK_UP_AFTER_H * 3600)
    return False


def _after_no_answer(attempt: Attempt, error: ItspError) -> None:
    """Soon again; but not for ever about a text that the ITSP has no more, or does not tell of."""
    if attempt.status == DeliveryStatus.UNKNOWN:
        _check_again(attempt, settings.RECONCILE_EVERY_S)
    elif error.advice in {Advice.FAIL, Advice.STOP}:
        _look_up_later(attempt, settings.LOOK_UP_AFTER_H * 3600)
    else:
        _look_up_later(attempt, settings.RECONCILE_EVERY_S)


def _look_up_later(attempt: Attempt, after_s: float) -> None:
    if timezone.now() - attempt.queued_at < _seconds(settings.LOOK_UP_GIVE_UP_H * 3600):
        _check_again(attempt, after_s)
    else:
        Attempt.objects.filter(pk=attempt.pk).update(check_at=None)


def _move(attempt: Attempt, found: Found) -> bool:
    """Under the lane's lock, unless the attempt got on meanwhile."""
    with transaction.atomic():
        locked = seats.lock([attempt.lane_id])
        same = Attempt.objects.filter(pk=attempt.pk, status=attempt.status, claimed_at=attempt.claimed_at)
        current = same.select_related("message__session__queue").first()
        if current is None:
            return False
        move = progress.Move(
            current, found.status, found.itsp_message_id or None, found.error_code, found.reason
        )
        moved = progress.advance([move], at=timezone.now())
        ledger.obey([current])
        if moved:
            pushback.obey(current)
        seats.reseat(locked)
    return True


def _check_again(attempt: Attempt, after_s: float) -> None:
    Attempt.objects.filter(pk=attempt.pk, check_at__isnull=False).update(check_at=_in(after_s))


def _in(seconds: float) -> datetime:
    return timezone.now() + _seconds(seconds)


def _seconds(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)
