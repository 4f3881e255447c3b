"""Removes the requests that name a contact, as an ITSP sent them: journalled, failed, held or spooled."""

import re
from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, Max, Min, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from pbx_messaging.redis import redis_client
from retention.persons.mentions import digits_of, is_in
from retention.sweeping.pace import Pace
from sessions import bulk
from sessions.models import Attempt, ErasedText, Message, WebhookRequest
from sessions.receiving import held, spool

ROWS = 5_000  # ids that one look goes through
LATELY = timedelta(minutes=15)  # of what comes after an erasure; the clock looks each minute
_HOLDS = {
    "sqlite": "(instr(body, %s) > 0 OR instr(CAST(url AS BLOB), %s) > 0)",
    "postgresql": "(position(%s::bytea in body) > 0 OR position(%s::bytea in convert_to(url, 'UTF8')) > 0)",
}


def ids_of(address: str) -> set[str]:
    """By which the ITSP names the contact's texts."""
    received = Message.objects.filter(session__contact=address, itsp_message_id__isnull=False)
    sent = Attempt.objects.filter(lane__contact=address, itsp_message_id__isnull=False)
    found = [some.values_list("itsp_message_id", flat=True) for some in (received, sent)]
    return {name for names in found for name in names if name}


def remove(address: str, names: Collection[str], pace: Pace) -> int:
    """A text of somebody else that only mentions the number is that person's, and stays.

    So does one that the number got, too; of its request, which names all who got it, nothing is needed.
    """
    removed, shared = 0, _ids_of_group_texts(address)
    for first, last in _spans():
        every = WebhookRequest.objects.filter(pk__range=(first, last))
        some = every.filter(contact__in=("", address))
        named = some.values_list("pk", "contact", "itsp_message_id")
        found = {pk for pk, contact, name in named if contact == address or name in names}
        found |= _naming(some, address)
        stored = every.filter(itsp_message_id__in=shared, outcome=WebhookRequest.Outcome.PROCESSED)
        found |= set(stored.values_list("pk", flat=True))
        if found:
            with pace.batch(), transaction.atomic():
                removed += bulk.remove(WebhookRequest, id=found)
    held.note_all()
    return removed


def _ids_of_group_texts(address: str) -> list[str]:
    got = Message.objects.filter(others__contains=address, itsp_message_id__isnull=False)
    shared = got.values_list("itsp_message_id", "others")
    return [str(name) for name, others in shared if address in others.splitlines()]


def _naming(some: Any, address: str) -> set[int]:
    digits = digits_of(address).encode()
    if not digits:
        return set()
    holds = RawSQL(_HOLDS[connection.vendor], (digits, digits))  # noqa: S611  our own words
    rows = some.alias(names=holds).filter(names=True).values_list("pk", "body", "url")
    return {pk for pk, body, url in rows if is_in(address, bytes(body)) or is_in(address, url.encode())}


def _spans() -> Iterator[tuple[int, int]]:
    ends = WebhookRequest.objects.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is not None:
        for first in range(ends["first"], ends["last"] + 1, ROWS):
            yield first, first + ROWS - 1


def remove_late() -> int:
    """What an ITSP still reported of texts that were erased."""
    erased = ErasedText.objects.filter(
        channel=OuterRef("channel"), itsp_message_id=OuterRef("itsp_message_id")
    )
    lately = Q(received_at__gte=timezone.now() - LATELY) & ~Q(itsp_message_id="")
    late = WebhookRequest.objects.filter(lately).filter(Exists(erased))
    return bulk.remove(WebhookRequest, id=late.values_list("pk", flat=True))


def drain_spool(address: str) -> None:
    """What was spooled comes into the journal; what can't come there goes, if it names the number."""
    spool.drain()
    redis: Any = redis_client()
    for stream in (spool.TEXTS, spool.UNVERIFIED, spool.VERIFIED):
        for entry_id, fields in redis.xrange(stream):
            call = spool.decoded(fields[b"request"]).call
            if is_in(address, call.body) or is_in(address, call.url.encode()):
                redis.xdel(stream, entry_id)


def forget_events(sessions: Collection[int]) -> None:
    """Of the stream that pages resume from. An event says no words, but whose session there was."""
    redis: Any = redis_client()
    from_stream = redis.xrange("events") if sessions else ()
    pattern = re.compile(rb'"session": (\d+)')
    for entry_id, fields in from_stream:
        found = pattern.search(fields[b"event"])
        if found and int(found[1]) in sessions:
            redis.xdel("events", entry_id)
