"""Notes that texts of a channel may have been missed, so that a worker asks the ITSP for them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Least
from django.utils import timezone

from accounts import audit
from accounts.models import User
from channels.itsp import ITSPS
from channels.models import Channel, FetchGap
from pbx_messaging.nudges import nudge

KEPT = 20  # of a channel, for its page
TASK = "sessions.tasks.fetch_missed"


def note_gap(
    channels: Iterable[int], *, since: datetime, cause: FetchGap.Cause, however_old: bool = False
) -> None:
    """From `since` to now. The ITSP has a moment for what it is trying to deliver just now."""
    settled_at = timezone.now() + timedelta(seconds=settings.FETCH_SETTLE_S)
    oldest = timezone.now() - timedelta(days=settings.FETCH_MOST_DAYS)
    _note(channels, since=since if however_old else max(since, oldest), cause=cause, due_at=settled_at)


def note_gap_of_all(*, since: datetime, cause: FetchGap.Cause, however_old: bool = False) -> None:
    """Of every channel. `however_old`: also what is older than the days that are asked for usually."""
    there = Channel.objects.live().filter(itsp__in=ITSPS)
    note_gap(there.values_list("pk", flat=True), since=since, cause=cause, however_old=however_old)


def note_reconnected(channel: Channel) -> None:
    """It failed until now, or had other credentials: since its last text, or else since it fails."""
    failing_since = channel.status_changed_at or timezone.now()
    since = min(channel.last_inbound_at or failing_since, failing_since)
    note_gap([channel.pk], since=since, cause=FetchGap.Cause.RECONNECTED)


@transaction.atomic
def ask_for_missed(channel: Channel, *, since: datetime, by: User) -> None:
    """An administrator's wish: at once."""
    oldest = timezone.now() - timedelta(days=settings.FETCH_MOST_DAYS)
    cause = FetchGap.Cause.BY_HAND
    _note([channel.pk], since=max(since, oldest), cause=cause, due_at=timezone.now(), by=by)
    audit.note(channel, audit.Action.FETCHED)
    transaction.on_commit(lambda: nudge(TASK))


@transaction.atomic
def _note(
    channels: Iterable[int],
    *,
    since: datetime,
    cause: FetchGap.Cause,
    due_at: datetime,
    by: User | None = None,
) -> None:
    """A gap that is open becomes wider, and is worked off from its beginning: what is known costs little."""
    now, ids = timezone.now(), list(channels)
    said = {"cause": cause, "by": by, "asked_at": now, "due_at": due_at}
    new = [FetchGap(channel_id=pk, since=since, until=now, **said) for pk in ids]
    FetchGap.objects.bulk_create(new, ignore_conflicts=True)
    FetchGap.objects.filter(channel__in=ids, finished_at=None).update(
        since=Least(F("since"), since),
        until=Greatest(F("until"), now),
        at_number="",
        reached=None,
        window_s=None,
        tries=0,
        reason="",
        **said,
    )


def finish_gap(gap: FetchGap, *, reason: str = "") -> None:
    """Unless it was made wider since it was read."""
    mine = FetchGap.objects.filter(pk=gap.pk, asked_at=gap.asked_at, finished_at=None)
    mine.update(finished_at=timezone.now(), reason=reason)
    of_channel = FetchGap.objects.filter(channel=gap.channel_id)
    old = list(of_channel.order_by("-pk").values_list("pk", flat=True)[KEPT:])
    of_channel.filter(pk__in=old, finished_at__isnull=False).delete()
