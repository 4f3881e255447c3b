"""One try at a gap: lists what the ITSP has of it, and takes in what we have not.

A gap is worked off number by number and oldest first. A run is bounded in calls, texts and time, and leaves
in the gap's row how far it came. A list that is longer than it may read is asked for in shorter spans of
time. What is stored already is passed over and leaves no trace.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from channels.itsp import ITSPS
from channels.itsp.base import Itsp
from channels.itsp.errors import Advice, ItspError
from channels.itsp.lists import Received
from channels.itsp.texts import InboundSms
from channels.models import Channel, FetchGap, Number
from sessions.models import Message, WebhookRequest
from sessions.receiving import intake
from sessions.receiving.arrivals import Outcome, Source
from sessions.receiving.fetched import Fetched, arrival_of

RUN_S = 30.0  # nothing more is asked for after that
CALLS, CALLS_OF_LIST = 20, 5  # of a run; of one list
BATCH, IDS = 64, 500  # taken in at once; looked up at once
SHORTEST_S = 1.0  # the ITSP's dates are of whole seconds


class Spent(Exception):
    """The run has no calls, texts or time left; the next one goes on."""


class Run:
    """One try at a gap."""

    def __init__(self, gap: FetchGap) -> None:
        self.gap, self.channel = gap, gap.channel
        self.itsp: Itsp = ITSPS[gap.channel.itsp]
        self.calls, self.texts = CALLS, settings.FETCH_TEXTS_AT_ONCE
        self.ends_at = time.monotonic() + RUN_S

    @property
    def calls_made(self) -> int:
        return CALLS - self.calls

    def work(self) -> None:
        """Raises `Spent`, `ItspError` or `django.db.Error`."""
        carried = Number.objects.carried_by([self.channel]).filter(archived_at=None)
        numbers = carried.filter(address__gte=self.gap.at_number).order_by("address")
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


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + IDS] for start in range(0, len(ids), IDS))
