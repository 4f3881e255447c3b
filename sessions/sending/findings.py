"""What an ITSP's answer means for an attempt that was asked about: it moves, or is asked about again."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice, ItspError
from channels.itsp.lists import Found
from sessions import causes
from sessions.lanes import progress, seats
from sessions.models import Attempt
from sessions.opt_outs import ledger
from sessions.sending import pushback, taken_back


def due() -> QuerySet[Attempt]:
    """Attempts that the ITSP is to be asked about."""
    return Attempt.objects.filter(check_at__lte=timezone.now())


def move(attempt: Attempt, found: Found) -> bool:
    """Under the lane's lock, unless the attempt got on meanwhile."""
    with transaction.atomic():
        taken_back.lock([attempt.pk] if found.status == DeliveryStatus.CANCELLED else [])
        locked = seats.lock([attempt.lane_id])
        same = Attempt.objects.filter(pk=attempt.pk, status=attempt.status, claimed_at=attempt.claimed_at)
        current = same.select_related("message__session__queue").first()
        if current is None:
            return False
        moved = progress.advance([_move_of(current, found)], at=timezone.now())
        ledger.obey([current])
        if moved:
            pushback.obey(current)
        seats.reseat(locked)
        taken_back.resume_those_of(moved)
    return True


def _move_of(current: Attempt, found: Found) -> progress.Move:
    itsp_message_id = found.itsp_message_id or None
    words = found.error_code, found.reason
    return progress.Move(current, found.status, itsp_message_id, *words, charge=found.charge)


def cannot_tell(attempt: Attempt) -> bool:
    """Of an unknown text of which the ITSP can't say whether it has it: some time is left to a callback.

    It is never sent again by itself, and its lane goes on. True if nobody asks any more.
    """
    given_up_at = timezone.now() - timedelta(seconds=settings.RECONCILE_GIVE_UP_S)
    if attempt.claimed_at and attempt.claimed_at > given_up_at:
        ask_again(attempt, settings.RECONCILE_EVERY_S)
        return False
    return move(attempt, Found("", None, timezone.now(), DeliveryStatus.UNCERTAIN, reason=causes.UNCERTAIN()))


def ask_again(attempt: Attempt, after_s: float) -> None:
    """Of a text without a clear answer, or one that is not given up yet."""
    Attempt.objects.filter(pk=attempt.pk, check_at__isnull=False).update(check_at=in_seconds(after_s))


def look_up_again(attempt: Attempt, after_s: float) -> None:
    """After days a text stays as it is."""
    if timezone.now() - attempt.queued_at < timedelta(hours=settings.LOOK_UP_GIVE_UP_H):
        ask_again(attempt, after_s)
    else:
        Attempt.objects.filter(pk=attempt.pk).update(check_at=None)


def after_no_answer(attempt: Attempt, error: ItspError) -> None:
    """Soon again, and later each time; but not for ever about a text that the ITSP has no more."""
    if error.advice is Advice.FAIL and attempt.status != DeliveryStatus.UNKNOWN:
        look_up_again(attempt, settings.LOOK_UP_AFTER_H * 3600)
        return
    wait_s = growing_wait_s(attempt)
    if attempt.status == DeliveryStatus.UNKNOWN:
        ask_again(attempt, wait_s)
    else:
        look_up_again(attempt, settings.LOOK_UP_AFTER_H * 3600 if error.advice is Advice.STOP else wait_s)
    if error.advice is not Advice.FAIL:  # it is the channel that gets no answer
        due().filter(channel=attempt.channel_id).update(check_at=in_seconds(wait_s))


def growing_wait_s(attempt: Attempt) -> float:
    """Half of the time that has passed since the text left, within limits: the row itself tells it."""
    passed_s = (timezone.now() - (attempt.claimed_at or attempt.queued_at)).total_seconds()
    wait_s: float = max(settings.RECONCILE_EVERY_S, min(passed_s / 2, settings.RECONCILE_MOST_S))
    return wait_s


def in_seconds(seconds: float) -> datetime:
    return timezone.now() + timedelta(seconds=seconds)
