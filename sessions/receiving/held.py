"""Texts that came to a channel's own address, signed with a secret that the channel does not have.

Whoever renews an account's Auth Token does so at the ITSP first. What is signed with the new one can't be
believed yet, so it is refused, but held whole, and verified again when the channel's credentials change.

A stranger who knows the address can send such texts, too. So they are bounded in size, in number, by sender,
and by time: an hour may take half of the room that is left when it begins. What is held already is never
pushed out by what comes later, and what comes later finds room, unless a flood goes on for half a day.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from channels.actions import note_held
from channels.itsp import ITSPS
from channels.itsp.calls import SignedBy
from channels.itsp.texts import InboundSms
from channels.models import Channel
from sessions.bulk import insert
from sessions.models import WebhookRequest
from sessions.receiving import journal
from sessions.receiving.arrivals import Arrival, Item, Outcome, Verdict
from sessions.receiving.budget import Budget

EACH_BYTES = 16 * 1024  # of address and body; a text with ten media has four
OF_SENDER = 100  # of a channel
PER_S = 20  # that one process holds

_budget = Budget(PER_S)


class _Standing(NamedTuple):
    """What is held of a channel: `texts` are counted once each, though an ITSP brings some twice."""

    rows: int
    of_hour: int
    texts: int
    since: datetime | None

    @property
    def room(self) -> int:
        free = int(settings.WEBHOOK_HELD_KEPT) - (self.rows - self.of_hour)
        return max(0, (free + 1) // 2 - self.of_hour)


def rows_of(channel_id: int) -> "QuerySet[WebhookRequest]":
    return WebhookRequest.objects.filter(channel=channel_id, outcome=Outcome.HELD)


def hold(refused: Sequence[Arrival]) -> list[Arrival]:
    """Keeps those that may prove to be authentic. Returns the others."""
    others: list[Arrival] = []
    by_channel: dict[int, list[Arrival]] = {}
    for arrival in refused:
        if arrival.channel and _may_prove_right(arrival) and _budget.take():
            by_channel.setdefault(arrival.channel.pk, []).append(arrival)
        else:
            others.append(arrival)
    for channel_id, arrivals in by_channel.items():
        kept = _fitting(channel_id, arrivals)
        for arrival in kept:
            assert arrival.verdict is not None  # noqa: S101 (for the type)
            arrival.verdict = Verdict(Outcome.HELD, arrival.verdict.reason, arrival.verdict.status)
        insert([journal.row_of(arrival) for arrival in kept])
        note(channel_id)
        others += [arrival for arrival in arrivals if arrival not in kept]
    return others


def note(channel_id: int) -> None:
    """Writes on the channel's row how many are held, for the list and the channel's page."""
    standing = _standing_of(channel_id)
    note_held(channel_id, texts=standing.texts, since=standing.since)


def note_all() -> None:
    """Of the channels that have any, after some were forgotten."""
    for channel_id in Channel.objects.filter(held_texts__gt=0).values_list("pk", flat=True):
        note(channel_id)


def discard(rows: "QuerySet[WebhookRequest]") -> int:
    """Those that are held among `rows` are traces of rejected requests from here on. Returns how many."""
    mine = rows.filter(outcome=Outcome.HELD).order_by()
    channels = list(mine.values_list("channel", flat=True).distinct())
    count = mine.update(outcome=Outcome.REJECTED)
    for channel_id in channels:
        note(channel_id)
    return count


def _may_prove_right(arrival: Arrival) -> bool:
    """Signed, to a live address, with a text in the ITSP's form. Of statuses, look-ups tell the same."""
    channel, call, verdict = arrival.channel, arrival.call, arrival.verdict
    is_of_live = verdict is not None and verdict.status == 403 and channel is not None
    if not is_of_live or channel is None or len(call.url) + len(call.body) > EACH_BYTES:
        return False
    itsp = ITSPS[channel.itsp]
    if itsp.signed_by(call, channel.credentials) is SignedBy.NOBODY:
        return False
    try:
        contents = itsp.read(call, channel.credentials)
    except Exception:  # whatever is wrong with it, it is no text
        return False
    arrival.items = [Item(channel, content, arrival.at, arrival.at) for content in contents]
    return any(isinstance(content, InboundSms) for content in contents)


def _fitting(channel_id: int, arrivals: Sequence[Arrival]) -> list[Arrival]:
    room, senders = _standing_of(channel_id).room, _counts_of(channel_id, {one.contact for one in arrivals})
    kept: list[Arrival] = []
    for arrival in arrivals:
        count = senders.get(arrival.contact, 0)
        if len(kept) < room and count < OF_SENDER:
            kept.append(arrival)
            senders[arrival.contact] = count + 1
    return kept


def _standing_of(channel_id: int) -> _Standing:
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    told = rows_of(channel_id).aggregate(
        rows=Count("pk"),
        of_hour=Count("pk", filter=Q(received_at__gte=hour)),
        texts=Count("itsp_message_id", distinct=True),
        since=Min("received_at"),
    )
    return _Standing(**told)


def _counts_of(channel_id: int, senders: Iterable[str]) -> dict[str, int]:
    found = rows_of(channel_id).filter(contact__in=senders).values_list("contact")
    return dict(found.annotate(count=Count("pk")))
