"""Fetches texts that no webhook brought, gap by gap, and tries again later where the ITSP does not tell."""

import logging
import time
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from channels.actions import finish_gap
from channels.itsp import ITSPS
from channels.itsp.errors import ItspError
from channels.itsp.said import by_itsp
from channels.models import FetchGap
from pbx_messaging.outside.shares import Shares
from sessions.receiving import reasons
from sessions.receiving.missed_run import SHORTEST_S, Run, Spent

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # of a run; a killed worker's passes to another then
ALL_RUNS_S = 45.0  # no run begins after that
LOOKED_AT = 10  # of what is due, by one that claims
AGAIN_S, AGAIN_MOST_S, MOST_TRIES = 30.0, 3600.0, 20  # after a try in vain, doubled; half a day in all

shares = Shares(in_all=1, each=1)


def fetch_due() -> int:
    """Works at the gaps that are due, one channel after the other. Returns how many texts were missing."""
    fetched, ends_at = 0, time.monotonic() + ALL_RUNS_S
    with shares.of() as mine:
        while mine and time.monotonic() < ends_at and (gap := _claimed()):
            fetched += _run(gap)
    return fetched


def due() -> QuerySet[FetchGap]:
    """The gaps to be worked at now."""
    return FetchGap.objects.filter(finished_at=None, due_at__lte=timezone.now())


def _claimed() -> FetchGap | None:
    for gap in due().select_related("channel").order_by("due_at", "pk")[:LOOKED_AT]:
        mine = FetchGap.objects.filter(pk=gap.pk, due_at=gap.due_at, asked_at=gap.asked_at)
        if mine.update(due_at=timezone.now() + LEASE):
            return gap
    return None


def _run(gap: FetchGap) -> int:
    channel = gap.channel
    itsp = ITSPS.get(channel.itsp)
    if channel.archived_at or itsp is None or not itsp.can_list_received:
        finish_gap(gap, reason=reasons.NO_LIST())
        return 0
    before, run = gap.fetched, Run(gap)
    try:
        run.work()
    except Spent:
        _put_off(gap, run.calls_made * 60 / settings.FETCH_PAGES_PER_MIN, tries=0)
    except ItspError as error:
        _fail(gap, error)
    else:
        finish_gap(gap)
    return gap.fetched - before


def _fail(gap: FetchGap, error: ItspError) -> None:
    """Asked again later, for less at once: perhaps it was too much."""
    logger.warning("channel %s can't tell its missed texts: %s", gap.channel_id, error.reason)
    reason = by_itsp(gap.channel.itsp, error.code, error.reason)
    if gap.tries + 1 >= MOST_TRIES:
        finish_gap(gap, reason=reason)
        return
    left_s = (gap.until - (gap.reached or gap.since)).total_seconds()
    window_s = max((gap.window_s or left_s) / 2, SHORTEST_S)
    wait_s = min(AGAIN_S * 2**gap.tries, AGAIN_MOST_S)
    _put_off(gap, wait_s, tries=gap.tries + 1, reason=reason, window_s=window_s)


def _put_off(gap: FetchGap, seconds: float, **values: object) -> None:
    mine = FetchGap.objects.filter(pk=gap.pk, asked_at=gap.asked_at, finished_at=None)
    mine.update(due_at=timezone.now() + timedelta(seconds=seconds), **values)
