"""Asks the ITSP what became of a text: one without a clear answer, and one without a final state for hours.

An unknown text is adopted if the ITSP has it, and sent again only once it is proven that it never arrived.
Where nobody can tell, it stays as it is: that is for people to decide.
"""

import logging
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.db.models import Min
from django.utils import timezone

from channels.itsp import ITSPS
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice, ItspError
from channels.itsp.lists import Found
from pbx_messaging.outside.shares import Shares
from sessions import causes
from sessions.models import Attempt
from sessions.sending import look_ups, repeating
from sessions.sending.findings import after_no_answer, ask_again, cannot_tell, due, move
from sessions.sending.matching import told

logger = logging.getLogger(__name__)

BATCH = 50  # single questions of one run
FEW = 5  # of one channel and kind, before it is the next channel's turn
LEASE = timedelta(minutes=2)  # nobody else asks about it meanwhile
ROUNDING = timedelta(seconds=5)  # the ITSP's times are of whole seconds, and its clock is known as well

shares = Shares(in_all=2, each=1)
cancelling = Shares(in_all=1, each=1)


def check_due() -> int:
    """Asks about what is due, of each channel in turn. Returns how many attempts were settled by it.

    A channel whose ITSP does not answer is left out, and all that is due of it is put off.
    """
    settled = asked = 0
    left_out, listed = set[int](), set[int]()
    for _round in range(BATCH):
        channels = _in_turn(left_out | shares.full())
        if asked >= BATCH or not channels:
            break
        for channel_id in channels:
            with shares.of(channel_id) as mine:
                if not mine:
                    return settled  # other threads of this process are at it
                try:
                    if channel_id not in listed and look_ups.is_for_list(channel_id):
                        settled += look_ups.by_list(channel_id)
                    listed.add(channel_id)
                    for pk in _few(channel_id):
                        asked += 1
                        settled += _is_settled(pk)
                except ItspError as error:
                    logger.warning("channel %s is asked later: %s", channel_id, error.reason)
                    left_out.add(channel_id)
    return settled


def _in_turn(left_out: set[int]) -> list[int]:
    """The channels of which something is due, those first that wait for longest."""
    asked = due().exclude(channel__in=left_out).order_by().values("channel")
    return list(asked.annotate(first=Min("check_at")).order_by("first").values_list("channel", flat=True))


def _few(channel_id: int) -> list[int]:
    """Those first that keep a lane waiting."""
    ours = due().filter(channel=channel_id).order_by("check_at", "pk")
    unknown = ours.filter(status=DeliveryStatus.UNKNOWN).values_list("pk", flat=True)[:FEW]
    others = ours.exclude(status=DeliveryStatus.UNKNOWN).values_list("pk", flat=True)[:FEW]
    return [*unknown, *others]


def _is_settled(pk: int) -> bool:
    """What the ITSP refuses to tell of one text says nothing of the others."""
    try:
        return check(pk)
    except ItspError as error:
        if error.advice is not Advice.FAIL:
            raise
        logger.warning("attempt %s is checked later: %s", pk, error.reason)
        return False


def check(pk: int) -> bool:
    """Asks about one. True if its status is another one now. Raises `ItspError`."""
    if not due().filter(pk=pk).update(check_at=timezone.now() + LEASE):
        return False  # another worker is at it
    attempt = Attempt.objects.select_related("channel", "lane__number", "message").get(pk=pk)
    if attempt.status == DeliveryStatus.UNKNOWN and ITSPS[attempt.channel.itsp].repeats_safely_for:
        return repeating.repeat(attempt)
    try:
        if attempt.status == DeliveryStatus.UNKNOWN:
            return _reconcile(attempt)
        return look_ups.look_up(attempt)
    except ItspError as error:
        after_no_answer(attempt, error)
        raise


def cancel(pk: int) -> bool:
    """Asks the ITSP for a text back. True if it was not sent on yet; a status callback tells as well."""
    attempt = Attempt.objects.select_related("channel").get(pk=pk)
    channel = attempt.channel
    if not attempt.itsp_message_id:
        return False
    if not ITSPS[channel.itsp].cancel(channel.credentials, attempt.itsp_message_id):
        return False
    reason = causes.TAKEN_BACK_FROM_ITSP()
    return move(
        attempt, Found(attempt.itsp_message_id, "", timezone.now(), DeliveryStatus.CANCELLED, "", reason)
    )


def _reconcile(attempt: Attempt) -> bool:
    """Adopts the earliest text of the ITSP's that can only be this one."""
    channel, lane = attempt.channel, attempt.lane
    if not ITSPS[channel.itsp].can_list_sent:
        return cannot_tell(attempt)
    asked_at = timezone.now()
    since = (attempt.claimed_at or attempt.created_at) - ROUNDING
    listed = ITSPS[channel.itsp].list_sent(
        channel.credentials, sender=lane.number.address, recipient=lane.contact, since=since
    )
    texts = [found for found in listed.texts if found.created_at >= since]
    same = told([attempt], texts, at=channel)[attempt.pk]
    if same:
        return move(attempt, _adopted(same))
    if same is None or not listed.proves_absence:
        return cannot_tell(attempt)
    given_up_at = asked_at - timedelta(seconds=settings.RECONCILE_GIVE_UP_S)
    if attempt.claimed_at and attempt.claimed_at > given_up_at:
        ask_again(attempt, settings.RECONCILE_EVERY_S)
        return False
    return move(attempt, Found("", None, asked_at, DeliveryStatus.QUEUED))


def _adopted(same: list[Found]) -> Found:
    first, *others = same
    if not others:
        return first
    logger.error("the ITSP has a text more than once: %s", len(same))
    ids = ", ".join(found.itsp_message_id for found in others)
    return replace(first, reason=causes.TWICE(ids=ids))
