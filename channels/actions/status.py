"""The one place at which a channel's status is written, with what hangs on it.

A channel that is not connected is checked again by itself, after growing waits. While the ITSP refuses its
texts although the check finds nothing, the wait grows, too: a relapse soon after it was connected goes on
where the last wait ended.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from channels.actions import validity_clock
from channels.actions.checking import ask_for_check
from channels.actions.gaps import note_reconnected
from channels.itsp.said import by_itsp
from channels.models import Channel

FIELDS = [
    *("status", "status_reason", "status_changed_at"),
    *("recheck_at", "recheck_wait_s", "refused_since", "refused_until"),
]
FIRST_WAIT_S, LONGEST_WAIT_S = 60, 3600
RELAPSE_WITHIN = timedelta(hours=1)


def set_status(channel: Channel, status: Channel.Status, reason: str = "") -> None:
    """In memory; the caller saves `FIELDS`."""
    now = timezone.now()
    if channel.status != status or channel.status_changed_at is None:
        worked_for = now - channel.status_changed_at if channel.status_changed_at else RELAPSE_WITHIN
        if status == Channel.Status.FAILING:
            relapsed = channel.status == Channel.Status.CONNECTED and worked_for < RELAPSE_WITHIN
            channel.recheck_wait_s = _longer(channel.recheck_wait_s) if relapsed else FIRST_WAIT_S
        channel.status_changed_at = now
        channel.recheck_at = _due_at(channel, status)
    channel.status, channel.status_reason = status, reason
    channel.refused_since = channel.refused_until = None


def _due_at(channel: Channel, status: Channel.Status) -> datetime | None:
    """Of one that was never verified at once: nothing is known against it."""
    if status == Channel.Status.FAILING:
        return timezone.now() + timedelta(seconds=channel.recheck_wait_s)
    return timezone.now() if status == Channel.Status.NEVER_VERIFIED else None


def _longer(wait_s: int) -> int:
    return min(max(2 * wait_s, FIRST_WAIT_S), LONGEST_WAIT_S)


@transaction.atomic
def stop_channel(channel_id: int, *, reason: str, error_code: str = "") -> None:
    """The ITSP refuses the channel as a whole: its queue waits, and a check finds out what is wrong."""
    channel = Channel.objects.select_for_update(no_key=True).get(pk=channel_id)
    is_new = channel.status != Channel.Status.FAILING
    set_status(channel, Channel.Status.FAILING, by_itsp(channel.itsp, error_code, reason))
    channel.save(update_fields=FIELDS)
    validity_clock.hold(channel)
    if is_new:
        transaction.on_commit(lambda: ask_for_check(channel), robust=True)


@transaction.atomic
def reconnect_channel(channel: Channel) -> None:
    """The ITSP says that all is right again, unless it has refused the channel since this was read."""
    locked = Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
    if locked.status_changed_at != channel.status_changed_at:
        return
    if locked.status == Channel.Status.FAILING:
        note_reconnected(locked)
    set_status(locked, Channel.Status.CONNECTED)
    locked.save(update_fields=FIELDS)
    validity_clock.release(locked)


def put_off_recheck(channel: Channel) -> None:
    """A check that was due has not connected it. The next one comes after a longer wait."""
    wait_s = _longer(channel.recheck_wait_s)
    mine = Channel.objects.filter(pk=channel.pk, recheck_at=channel.recheck_at)
    unwell = mine.exclude(status=Channel.Status.CONNECTED)
    unwell.update(recheck_wait_s=wait_s, recheck_at=timezone.now() + timedelta(seconds=wait_s))
