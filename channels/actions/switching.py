"""By which of its two channels a number's texts leave.

The standby sends while the number's own channel is down, or by an administrator's order; a standby that can't
send is left for the own channel, if that can. One whose ITSP would refuse the number is never tried: it would
stop for its own numbers, too. What is on its way is never moved: see `sessions.lanes.routes`.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts import audit
from channels.actions.status import stop_channel
from channels.itsp.set_up import OF_SENDERS, CheckOutcome
from channels.models import Channel, Number, SetUpResult
from channels.reasons import TAKES_NOTHING
from pbx_messaging.nudges import nudge

logger = logging.getLogger(__name__)

STEP = timedelta(seconds=5)  # so that a refused channel's row is not written by every text
SILENT = timedelta(minutes=10)  # that long nothing was tried: what was refused before says nothing now


def note_refused(channel_id: int) -> None:
    """Its ITSP has not taken a text that it was given, or not said so."""
    now, channel = timezone.now(), Channel.objects.filter(pk=channel_id)
    over = Q(refused_since=None) | Q(refused_until__lt=now - SILENT)
    if not channel.filter(over).update(refused_since=now, refused_until=now):
        channel.filter(refused_until__lt=now - STEP).update(refused_until=now)


def note_taken(channel_id: int) -> None:
    refused = Channel.objects.filter(pk=channel_id, refused_since__isnull=False)
    refused.update(refused_since=None, refused_until=None)


def switch_numbers() -> int:
    """Has numbers send by the channel that can. Returns how many changed."""
    now, there = timezone.now(), Number.objects.live().filter(standby__isnull=False)
    own_is_down = is_down("channel__")
    is_refused = Exists(_refused_senders())
    for_standby = (Q(standby_ordered=True) | own_is_down) & can_send("standby__") & ~is_refused
    to_standby = there.filter(for_standby, on_standby_since=None)
    on_standby = there.filter(on_standby_since__isnull=False).exclude(for_standby)
    back = on_standby.filter(~own_is_down | is_refused)
    over, again = (list(numbers.values_list("pk", flat=True)) for numbers in (to_standby, back))
    Number.objects.filter(pk__in=over).update(on_standby_since=now)
    Number.objects.filter(pk__in=again).update(on_standby_since=None)
    if over or again:
        logger.warning("numbers %s send by their standby, numbers %s by their own channel", over, again)
    _stop_untried()
    return len(over) + len(again)


def is_down(path: str = "") -> Q:
    """Of channels: those by which nothing leaves. One refusal, with nothing tried after it, is no sign."""
    now, long = timezone.now(), timedelta(seconds=settings.STANDBY_AFTER_S)
    for_long = {f"{path}refused_since__lte": now - long, f"{path}refused_until__gt": now - SILENT}
    again = Q(**{f"{path}refused_until__gte": F(f"{path}refused_since") + long / 2})
    return Q(**{f"{path}status": Channel.Status.FAILING}) | (Q(**for_long) & again)


def can_send(path: str = "") -> Q:
    fields = ("archived_at", "disabled_at", "paused_at")
    return Q(**{f"{path}{field}": None for field in fields}) & ~is_down(path)


def _refused_senders() -> QuerySet[SetUpResult]:
    """Of a number: why the ITSP of its standby would refuse its texts."""
    found = SetUpResult.objects.filter(channel=OuterRef("standby"), number=OuterRef("pk"))
    return found.filter(check_name__in=OF_SENDERS, outcome=CheckOutcome.FAIL)


@transaction.atomic
def order_standby(number: Number, *, ordered: bool) -> None:
    """An administrator's wish: its standby is to send, or only when its own channel is down.

    Nothing is done where somebody took the number or its standby away meanwhile.
    """
    there = Number.objects.live().filter(standby__isnull=False).select_for_update(of=("self",), no_key=True)
    locked = there.filter(pk=number.pk).first()
    if locked is None:
        return
    with audit.comparing(locked):
        Number.objects.filter(pk=locked.pk).update(standby_ordered=ordered)
    switch_numbers()
    transaction.on_commit(lambda: nudge("sessions.tasks.tidy_queues"))  # what waits goes over


def _stop_untried() -> None:
    """A channel that nothing is sent by any more is failing: checks find out when its ITSP is back."""
    own = Number.objects.live().filter(channel=OuterRef("pk"))
    idle = Channel.objects.live().filter(is_down(), Exists(own)).exclude(status=Channel.Status.FAILING)
    for pk in idle.exclude(Exists(own.filter(on_standby_since=None))).values_list("pk", flat=True):
        stop_channel(pk, reason=TAKES_NOTHING())
