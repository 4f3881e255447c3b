"""What texts cost: which left and came, and what their ITSPs told of parts and prices, whenever they did.

Within the transaction that makes what is noted, so that no text is counted without its cost or twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median
from typing import Any, NamedTuple

from channels.itsp.texts import Charge
from channels.phone_numbers import country_of
from sessions.bulk import insert, insert_missing, write
from sessions.compiled import Compiled
from sessions.counts import bucket_of
from sessions.models import ChargedChange, Message, TextCharge
from sessions.models.charges import MICROS

MEASURES = ("texts", "segments", "parts", "counted", "priced", "micros")  # what is summed
NOTHING_TOLD = Charge()
LATELY = 20  # texts by which a price is judged

_known = Compiled(
    lambda channels, ids: TextCharge.objects.select_for_update().filter(
        channel__in=channels, itsp_message_id__in=ids
    )
)


class Place(NamedTuple):
    """What costs are summed by, but for the currency."""

    channel_id: int
    number_id: int
    queue_id: int
    is_inbound: bool
    at: datetime

    @classmethod
    def of(cls, message: Message, channel_id: int, *, at: datetime) -> "Place":
        """Of a message with its session; it left or came at that moment."""
        session = message.session
        is_inbound = message.kind == Message.Kind.INBOUND
        return cls(channel_id, session.number_id, session.queue_id or 0, is_inbound, bucket_of(at))


@dataclass(frozen=True)
class Text:
    """A text that left or came, with our own count of its segments."""

    place: Place
    segments: int


@dataclass(frozen=True)
class Told:
    """What an ITSP told of a text."""

    place: Place
    message: Message
    itsp_message_id: str
    charge: Charge


def note(texts: Iterable[Text], told: Iterable[Told]) -> None:
    """Each text once; what is told may be told again, and more of it later."""
    changes = [_change(text.place, texts=1, segments=text.segments) for text in texts]
    changes += _store([one for one in told if one.charge != NOTHING_TOLD])
    rows: dict[tuple[Any, ...], ChargedChange] = {}
    for one in changes:
        key = one.channel_id, one.number_id, one.queue_id, one.is_inbound, one.at, one.currency
        row = rows.setdefault(key, one)
        if row is not one:
            for name in MEASURES:
                setattr(row, name, getattr(row, name) + getattr(one, name))
    insert(list(rows.values()))


def of(message: Message) -> dict[str, Decimal]:
    """By currency, what is known of a message's price: all tries to send it together."""
    prices: dict[str, Decimal] = {}
    for one in message.charges.all():
        if one.price is not None:
            prices[one.currency] = prices.get(one.currency, Decimal(0)) + one.price
    return prices


def usual_price(channel_id: int, contact: str) -> tuple[Decimal, str] | None:
    """What a segment to the contact's country has cost lately, and the currency; None if nobody knows."""
    country = country_of(contact)
    if not country:
        return None
    priced = TextCharge.objects.filter(channel=channel_id, country=country, micros__isnull=False)
    newest_first = priced.filter(is_inbound=False).order_by("-pk")
    found = list(newest_first.values_list("micros", "parts", "currency")[:LATELY])
    if not found:
        return None
    currency = found[0][2]
    each = median((micros or 0) / (parts or 1) for micros, parts, told_in in found if told_in == currency)
    return Decimal(round(each)) / MICROS, currency


def _store(told: Sequence[Told]) -> list[ChargedChange]:
    if not told:
        return []
    by_id = {(one.place.channel_id, one.itsp_message_id): one for one in told}
    new = [_nothing_of(one) for one in by_id.values()]
    changes = {key: _take(one, row) for (key, one), row in zip(by_id.items(), new, strict=True)}
    missing = set(insert_missing(new, telling=("channel_id", "itsp_message_id")))
    known = {key: one for key, one in by_id.items() if key not in missing}
    return [*(change for key in missing for change in changes[key]), *_store_more(known)]


def _store_more(told: Mapping[tuple[int, str], Told]) -> list[ChargedChange]:
    """Of texts of which something was told before."""
    changes, changed = [], []
    for stored in _known({channel for channel, _id in told}, {itsp_id for _channel, itsp_id in told}):
        one = told.get((stored.channel_id, stored.itsp_message_id))
        if one and (new := _take(one, stored)):
            changes += new
            changed.append(stored)
    write(changed, "parts", "micros", "currency")
    return changes


def _nothing_of(told: Told) -> TextCharge:
    return TextCharge(
        channel_id=told.place.channel_id,
        itsp_message_id=told.itsp_message_id,
        message_id=told.message.pk,
        is_inbound=told.place.is_inbound,
        country=country_of(told.message.session.contact),
    )


def _take(told: Told, stored: TextCharge) -> list[ChargedChange]:
    """What is new of it. What was told once is not forgotten when it isn't told again."""
    charge, place = told.charge, told.place
    changes = []
    if charge.parts is not None and charge.parts != stored.parts:
        more = charge.parts - (stored.parts or 0)
        changes.append(_change(place, parts=more, counted=int(stored.parts is None)))
        stored.parts = charge.parts
    if charge.price is None or not charge.currency:
        return changes
    micros = round(charge.price * MICROS)
    if (micros, charge.currency) != (stored.micros, stored.currency):
        if stored.micros is not None:
            changes.append(_change(place, stored.currency, priced=-1, micros=-stored.micros))
        changes.append(_change(place, charge.currency, priced=1, micros=micros))
        stored.micros, stored.currency = micros, charge.currency
    return changes


def _change(place: Place, currency: str = "", **amounts: int) -> ChargedChange:
    return ChargedChange(**place._asdict(), currency=currency, **amounts)
