"""Asks ITSPs that tell prices late: their lists of a time's texts are read, soon and once more days later."""

import logging
import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from channels.itsp import ITSPS
from channels.itsp.errors import ItspError
from channels.itsp.texts import Charge
from channels.models import Channel
from pbx_messaging.outside.shares import Shares
from sessions import charges
from sessions.models import Attempt, ChargeReading, Message

logger = logging.getLogger(__name__)

LAGS_H = (1, 48)  # how long after a text its price is read: the latest are told after a day or so
MOST_SPAN, LEAST_SPAN = timedelta(hours=6), timedelta(minutes=1)
MOST_CALLS = 10  # for one span; where that is too few, the next is shorter
AGAIN = timedelta(hours=1)
BATCH = 500  # texts of a transaction
LISTS_MOST, RUN_S = 100, 120.0  # of one run; what is left is the next one's

_shares = Shares(in_all=1, each=1)


def read_due() -> int:
    """Reads a span of each list that is due, those first that are due for longest, as far as a run goes.

    One that is behind is due again at once, and comes after all others. Returns of how many texts anything
    was told. What went before it was asked for the first time is not asked for: its texts were not counted
    either.
    """
    _begin()
    found, ends_at = 0, time.monotonic() + RUN_S
    due = ChargeReading.objects.filter(next_at__lte=timezone.now(), channel__archived_at=None)
    for reading in due.select_related("channel").order_by("next_at", "pk")[:LISTS_MOST]:
        with _shares.of(reading.channel_id) as mine:
            if mine and _is_mine(reading):
                found += _read(reading)
        if time.monotonic() > ends_at:
            break
    return found


def _begin() -> None:
    codes = [code for code, itsp in ITSPS.items() if itsp.can_list_charges]
    new = (
        Channel.objects.live().filter(itsp__in=codes).exclude(pk__in=ChargeReading.objects.values("channel"))
    )
    now, span_s = timezone.now(), int(MOST_SPAN.total_seconds())
    ChargeReading.objects.bulk_create(
        [
            ChargeReading(channel=channel, lag_h=lag, read_until=now, next_at=now, span_s=span_s)
            for channel in new.only("pk")
            for lag in LAGS_H
        ],
        ignore_conflicts=True,
    )


def _is_mine(reading: ChargeReading) -> bool:
    """Nobody else reads it until it would be tried again anyway."""
    same = ChargeReading.objects.filter(pk=reading.pk, next_at=reading.next_at)
    return bool(same.update(next_at=timezone.now() + AGAIN))


def _read(reading: ChargeReading) -> int:
    channel, since = reading.channel, reading.read_until
    settled_until = timezone.now() - timedelta(hours=reading.lag_h)
    until = min(since + timedelta(seconds=reading.span_s), settled_until)
    if until <= since:
        return 0
    try:
        listed = ITSPS[channel.itsp].list_charges(
            channel.credentials, since=since, until=until, most_calls=MOST_CALLS
        )
    except ItspError as error:
        logger.warning("prices of channel %s are asked for later: %s", channel.pk, error.reason)
        return 0
    found = sum(_store(channel, dict(some)) for some in _batches(listed.charges))
    is_too_much = not listed.is_whole and reading.span_s > LEAST_SPAN.total_seconds()
    if is_too_much:
        reading.span_s = max(reading.span_s // 4, int(LEAST_SPAN.total_seconds()))
    else:
        reading.read_until = until
        reading.span_s = min(reading.span_s * 2, int(MOST_SPAN.total_seconds()))
    is_behind = is_too_much or until < settled_until
    reading.next_at = timezone.now() + (timedelta(0) if is_behind else AGAIN)
    reading.save(update_fields=["read_until", "span_s", "next_at"])
    return found


@transaction.atomic
def _store(channel: Channel, told: Mapping[str, Charge]) -> int:
    sent = _sent(channel.attempts.filter(itsp_message_id__in=told))
    came = _came(Message.objects.filter(channel=channel, itsp_message_id__in=told))
    found = [
        charges.Told(charges.Place.of(message, channel.pk, at=at), message, itsp_id, told[itsp_id])
        for itsp_id, message, at in (*sent, *came)
    ]
    charges.note([], found)
    return len(found)


def _sent(attempts: "QuerySet[Attempt]") -> Iterable[tuple[str, Message, datetime]]:
    for attempt in attempts.select_related("message__session"):
        yield str(attempt.itsp_message_id), attempt.message, attempt.claimed_at or attempt.queued_at


def _came(messages: "QuerySet[Message]") -> Iterable[tuple[str, Message, datetime]]:
    for message in messages.select_related("session"):
        yield str(message.itsp_message_id), message, message.created_at


def _batches(charges_by_id: Mapping[str, Charge]) -> Iterable[Iterable[tuple[str, Charge]]]:
    items = list(charges_by_id.items())
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
