"""Fetches texts that no webhook brought: lists what the ITSP has of a gap, and takes in what we have not.

A gap is worked off number by number and oldest first, in runs: each is bounded in calls, texts and time, and
leaves in the gap's row how far it came. A list that is longer than a run may read is asked for in shorter
spans of time. What is stored already is passed over and leaves no trace.
"""

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.actions import finish_gap
from channels.itsp import ITSPS
from channels.itsp.base import Advice, InboundSms, Itsp, ItspError, Received
from channels.models import Channel, FetchGap
from pbx_messaging.outside.shares import Shares
from sessions.models import Message, WebhookRequest
from sessions.receiving import intake
from sessions.receiving.arrivals import Outcome, Source
from sessions.receiving.fetched import Fetched, arrival_of

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # of a run; a killed worker's passes to another then
RUN_S, ALL_RUNS_S = 30.0, 45.0  # nothing more is asked for after that
CALLS, CALLS_OF_LIST = 20, 5  # of a run; of one list
BATCH = 64
SHORTEST_S = 1.0  # the ITSP's dates are of whole seconds
AGAIN_S, AGAIN_MOST_S, MOST_TRIES = 30.0, 3600.0, 20  # after a try in vain, doubled; twelve hours in all

shares = Shares(in_all=1, each=1)


class Spent(Exception):
    """The run has no calls, texts or time left; the next one goes on."""


class Run:
    """One try at a gap."""

    def __init__(self, gap: FetchGap) -> None:
        self.gap, self.channel = gap, gap.channel
        self.itsp: Itsp = ITSPS[gap.channel.itsp]
        self.calls, self.texts = CALLS, settings.FETCH_TEXTS_AT_ONCE
        self.ends_at = time.monotonic() + RUN_S
        self.fetched = 0

    def work(self) -> None:
        """Raises `Spent`, `ItspError` or `django.db.Error`."""
        numbers = self.channel.numbers.live().filter(address__gte=self.gap.at_number).order_by("address")
        for address in numbers.values_list("address", flat=True):
            if address != self.gap.at_number:
                self._keep(at_number=address, reached=None)
            while (reached := self.gap.reached or self.gap.since) < self.gap.until:
                self._span(address, reached)

    def _span(self, address: str, since: datetime) -> None:
        left_s = (self.gap.until - since).total_seconds()
        span_s = min(self.gap.window_s or left_s, left_s)
        until = since + timedelta(seconds=span_s)
        self._check()
        most = min(self.calls, CALLS_OF_LIST)
        found = self.itsp.list_received(
            self.channel.credentials, recipient=address, since=since, until=until, most_calls=most
        )
        self.calls -= found.calls
        if not found.is_whole and span_s > SHORTEST_S:
            self._keep(window_s=max(span_s / 2, SHORTEST_S))
            return
        self._take_in(self._unknown(found.texts))
        self._keep(reached=until, window_s=self.gap.window_s and span_s * 2)

    def _take_in(self, texts: Sequence[Received]) -> None:
        """In the order of their dates. What a run can't hold any more is for the next one."""
        ready: list[Fetched] = []
        try:
            for text in texts:
                if self.texts <= 0:
                    raise Spent
                self.texts -= 1
                ready.append(Fetched(self._with_media(text), min(text.at, timezone.now())))
                if len(ready) == BATCH:
                    self._store(ready)
                    ready = []
        finally:
            if ready:
                self._store(ready)

    def _with_media(self, text: Received) -> InboundSms:
        if not text.media_count:
            return text.sms
        self._check()
        self.calls -= 1
        try:
            return replace(
                text.sms, media=self.itsp.list_media(self.channel.credentials, text.sms.itsp_message_id)
            )
        except ItspError as error:
            if error.advice is not Advice.FAIL:
                raise
            return text.sms  # its files are gone; its words are not

    def _store(self, texts: Sequence[Fetched]) -> None:
        now = timezone.now()
        arrivals = [arrival_of(self.channel, text, now=now) for text in texts]
        intake.take_in_fetched(arrivals)
        done = sum(
            arrival.verdict is not None and arrival.verdict.outcome == Outcome.PROCESSED
            for arrival in arrivals
        )
        self._keep(reached=texts[-1].at, fetched=self.gap.fetched + done)

    def _unknown(self, texts: Sequence[Received]) -> list[Received]:
        """Those that no channel of the ITSP has, a deleted one included, and that this gap has not tried."""
        channels = Channel.objects.filter(itsp=self.channel.itsp)
        known = set[str | None]()
        for ids in _chunks([text.sms.itsp_message_id for text in texts]):
            stored = Message.objects.filter(channel__in=channels, itsp_message_id__in=ids)
            known |= set(stored.values_list("itsp_message_id", flat=True))
        tried = WebhookRequest.objects.filter(
            channel=self.channel, source=Source.FETCHED, received_at__gte=self.gap.asked_at
        )
        known |= set(tried.exclude(outcome=Outcome.PROCESSED).values_list("itsp_message_id", flat=True))
        return [text for text in texts if text.sms.itsp_message_id not in known]

    def _check(self) -> None:
        if self.calls <= 0 or time.monotonic() > self.ends_at:
            raise Spent

    def _keep(self, **values: object) -> None:
        """Raises `Spent` if the gap was made wider meanwhile: then it begins anew."""
        for name, value in values.items():
            setattr(self.gap, name, value)
        mine = FetchGap.objects.filter(pk=self.gap.pk, asked_at=self.gap.asked_at, finished_at=None)
        if not mine.update(**values):
            raise Spent


def fetch_due() -> int:
    """Works at the gaps that are due, one channel after the other. Returns how many texts were missing."""
    fetched, ends_at = 0, time.monotonic() + ALL_RUNS_S
    with shares.of() as mine:
        while mine and time.monotonic() < ends_at and (gap := _claimed()):
            fetched += _run(gap)
    return fetched


def _claimed() -> FetchGap | None:
    now = timezone.now()
    due = FetchGap.objects.filter(finished_at=None, due_at__lte=now).select_related("channel")
    for gap in due.order_by("due_at", "pk")[:10]:
        mine = FetchGap.objects.filter(pk=gap.pk, due_at=gap.due_at, asked_at=gap.asked_at)
        if mine.update(due_at=now + LEASE):
            return gap
    return None


def _run(gap: FetchGap) -> int:
    channel = gap.channel
    itsp = ITSPS.get(channel.itsp)
    if channel.archived_at or itsp is None or not itsp.can_list_received:
        finish_gap(gap, reason=_("The ITSP has no list of texts to ask for."))
        return 0
    before, run = gap.fetched, Run(gap)
    try:
        run.work()
    except Spent:
        _put_off(gap, (CALLS - run.calls) * 60 / settings.FETCH_PAGES_PER_MIN, tries=0)
    except ItspError as error:
        _fail(gap, error)
    else:
        finish_gap(gap)
    return gap.fetched - before


def _fail(gap: FetchGap, error: ItspError) -> None:
    """Asked again later, for less at once: perhaps it was too much."""
    logger.warning("channel %s can't tell its missed texts: %s", gap.channel_id, error.reason)
    if gap.tries + 1 >= MOST_TRIES:
        finish_gap(gap, reason=error.reason)
        return
    left_s = (gap.until - (gap.reached or gap.since)).total_seconds()
    window_s = max((gap.window_s or left_s) / 2, SHORTEST_S)
    wait_s = min(AGAIN_S * 2**gap.tries, AGAIN_MOST_S)
    _put_off(gap, wait_s, tries=gap.tries + 1, reason=error.reason, window_s=window_s)


def _put_off(gap: FetchGap, seconds: float, **values: object) -> None:
    mine = FetchGap.objects.filter(pk=gap.pk, asked_at=gap.asked_at, finished_at=None)
    mine.update(due_at=timezone.now() + timedelta(seconds=seconds), **values)


def _chunks(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + 500] for start in range(0, len(ids), 500))
