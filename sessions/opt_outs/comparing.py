"""Reads ITSPs' own lists of opt-outs, some pages at once, and again after a while that grows.

A list is read again soon after it had somebody whom the ledger had not, and once a day at least: the set-up
check asks for it.
"""

import logging
import time
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels.itsp import ITSPS
from channels.itsp.errors import ItspError
from channels.itsp.lists import OptOutPage
from channels.models import OptOutReading
from pbx_messaging.outside.shares import Shares
from pbx_messaging.said import Kind
from sessions.opt_outs import listed

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # of a page; a killed worker's passes to another then
ALL_RUNS_S = 30.0  # no page is asked for after that
MOST_PAGES = 2_000  # of a list, which may name a next page for ever
WAIT_S, MOST_WAIT_S = 900, 24 * 3600  # until a list is read again: doubled while it brings nothing new
AGAIN_S, AGAIN_MOST_S, MOST_DOUBLINGS = 60, 6 * 3600, 9  # after a try in vain, doubled

TOO_MANY = Kind("opt-outs-too-many", _("The ITSP’s list is too long to be read to its end."))
_shares = Shares(in_all=1, each=1)


def due() -> QuerySet[OptOutReading]:
    return OptOutReading.objects.filter(due_at__lte=timezone.now(), channel__archived_at=None)


def compare_due() -> bool:
    """Reads page after page of the lists that are due. True if more is to be read at once."""
    ends_at = time.monotonic() + ALL_RUNS_S
    with _shares.of() as mine:
        while mine and time.monotonic() < ends_at:
            reading = due().select_related("channel").order_by("due_at", "pk").first()
            if reading is None:
                return False
            if _is_mine(reading):
                _read_page(reading)
    return mine and due().exists()


def _is_mine(reading: OptOutReading) -> bool:
    same = OptOutReading.objects.filter(pk=reading.pk, due_at=reading.due_at)
    return bool(same.update(due_at=timezone.now() + LEASE))


def _read_page(reading: OptOutReading) -> None:
    channel, itsp = reading.channel, ITSPS.get(reading.channel.itsp)
    if itsp is None or not itsp.can_list_opt_outs:
        reading.delete()
        return
    if reading.began_at is None:
        reading.began_at = timezone.now()
        reading.place, reading.pages, reading.new, reading.unreadable = "", 0, 0, 0
    numbers = list(channel.numbers.live().values_list("address", flat=True))
    try:
        page = itsp.list_opt_outs(channel.credentials, numbers=numbers, place=reading.place)
    except ItspError as error:
        _put_off(reading, error)
    else:
        _take(reading, page)
    reading.save()


def _put_off(reading: OptOutReading, error: ItspError) -> None:
    """It goes on from the same place."""
    logger.warning("opt-outs of channel %s are asked for later: %s", reading.channel_id, error.reason)
    wait_s = min(AGAIN_S * 2 ** min(reading.tries, MOST_DOUBLINGS), AGAIN_MOST_S)
    reading.due_at = timezone.now() + timedelta(seconds=wait_s)
    reading.tries = min(reading.tries + 1, MOST_DOUBLINGS)
    reading.reason = error.reason


def _take(reading: OptOutReading, page: OptOutPage) -> None:
    reading.new += listed.Comparison(reading.channel).take(page.opt_outs)
    reading.unreadable += page.unreadable
    reading.pages += 1
    reading.place, reading.due_at = page.next_place, timezone.now()
    reading.tries, reading.reason = 0, ""
    if not page.next_place:
        _finish(reading)
    elif reading.pages >= MOST_PAGES:
        reading.reason = TOO_MANY()
        _wait(reading, MOST_WAIT_S)


def _finish(reading: OptOutReading) -> None:
    channel, began_at = reading.channel, reading.began_at or timezone.now()
    OptOutReading.objects.filter(pk=reading.pk).update(whole_since=began_at)
    ours = listed.only_ours(channel, since=began_at)
    theirs = listed.only_theirs().filter(number__channel=channel)
    reading.whole_since, reading.found_new = began_at, reading.new
    reading.found_unreadable = reading.unreadable
    reading.only_ours = ours.values("contact").distinct().count()
    reading.only_theirs = theirs.values("contact").distinct().count()
    _wait(reading, WAIT_S if reading.new else max(WAIT_S, min(reading.wait_s * 2, MOST_WAIT_S)))


def _wait(reading: OptOutReading, wait_s: int) -> None:
    """Then the list is read again, from its beginning."""
    reading.began_at, reading.wait_s = None, wait_s
    reading.due_at = timezone.now() + timedelta(seconds=wait_s)
