"""Texts that the ITSP has and of which no final state was told: asked for one by one, or from its list."""

from datetime import timedelta

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone

from channels.itsp import ITSPS
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.lists import Found
from channels.models import Channel
from sessions.models import Attempt
from sessions.sending.findings import due, growing_wait_s, in_seconds, look_up_again, move

BY_LIST, LISTED = 20, 1000  # look-ups of a channel from which its list costs fewer calls; and at most
LEASE = timedelta(minutes=2)  # nobody else asks about it meanwhile
UNTOLD = frozenset({DeliveryStatus.ACCEPTED, DeliveryStatus.SENT})


def look_up(attempt: Attempt) -> bool:
    """Asks about one. True if its status is another one now. Raises `ItspError`.

    An ITSP that can't be asked may tell by itself; nothing is planned for its text any more.
    """
    channel = attempt.channel
    itsp = ITSPS[channel.itsp]
    if not itsp.can_look_up:
        Attempt.objects.filter(pk=attempt.pk).update(check_at=None)
        return False
    return _obey(attempt, itsp.look_up(channel.credentials, attempt.itsp_message_id or ""))


def is_for_list(channel_id: int) -> bool:
    return len(_due_of(channel_id).values_list("pk")[:BY_LIST]) == BY_LIST


def by_list(channel_id: int) -> int:
    """What the channel's list tells of those that are due; the others stay due. Returns how many moved.

    Raises `ItspError`.
    """
    ids = list(_due_of(channel_id).order_by("check_at", "pk").values_list("pk", flat=True)[:LISTED])
    mine = due().filter(pk__in=ids)
    if not mine.update(check_at=timezone.now() + LEASE):
        return 0
    attempts = list(Attempt.objects.filter(pk__in=ids).select_related("channel"))
    channel, oldest = attempts[0].channel, min(one.claimed_at or one.created_at for one in attempts)
    again_at = in_seconds(growing_wait_s(attempts[0]))
    try:
        told = ITSPS[channel.itsp].list_recent(channel.credentials, since=oldest)
        again_at = timezone.now()
    finally:
        Attempt.objects.filter(pk__in=ids, check_at__isnull=False).update(check_at=again_at)
    found = {one.itsp_message_id: one for one in told}
    return sum(_obey(one, found[one.itsp_message_id]) for one in attempts if one.itsp_message_id in found)


def _due_of(channel_id: int) -> QuerySet[Attempt]:
    return due().filter(channel=channel_id).exclude(status=DeliveryStatus.UNKNOWN)


def _obey(attempt: Attempt, found: Found) -> bool:
    """What tells nothing new is asked for again when as much time has passed again, hours at most."""
    if found.status.rank > DeliveryStatus(attempt.status).rank:
        return move(attempt, found)
    passed_s = (timezone.now() - attempt.queued_at).total_seconds()
    most_s = settings.LOOK_UP_AFTER_H * 3600
    look_up_again(attempt, min(most_s, max(passed_s, settings.LOOK_UP_SOON_S)))
    return False


# --- sooner than after hours ---


def look_up_after_gap() -> int:
    """Nobody took callbacks for a while that is over: what has no final state is asked for soon."""
    soon = in_seconds(settings.LOOK_UP_SOON_S)
    return Attempt.objects.filter(status__in=UNTOLD, check_at__gt=soon).update(check_at=soon)


def look_up_unreported() -> int:
    """Channels of which a text was taken, and nothing was called back since: each text is asked for once."""
    now = timezone.now()
    long_ago = now - timedelta(seconds=settings.LOOK_UP_UNREPORTED_S)
    silent = list(Channel.objects.filter(unreported_since__lt=long_ago).values_list("pk", flat=True))
    if not silent:
        return 0
    first_planned = F("claimed_at") + timedelta(hours=settings.LOOK_UP_AFTER_H, minutes=1)
    never = Attempt.objects.filter(channel__in=silent, status__in=UNTOLD, check_at__lt=first_planned)
    return never.filter(check_at__gt=now, claimed_at__lt=long_ago).update(check_at=now)
