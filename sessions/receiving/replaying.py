"""A second chance for requests of which nothing came: by the clock, or by an administrator's word."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Case, Value, When
from django.utils import timezone

from channels.itsp import ITSPS
from channels.itsp.calls import WebhookCall
from pbx_messaging.logs import request_ids
from pbx_messaging.said import joined, parts_of
from sessions.models import WebhookRequest
from sessions.receiving import intake, journal, reasons
from sessions.receiving.arrivals import Arrival, Kind, Outcome, Source
from sessions.receiving.written_address import written

RETRIED_AT_ONCE = 100


def retry_failed() -> int:
    """Processes failed requests that are due again, texts first. Returns how many succeeded."""
    failed = WebhookRequest.objects.filter(outcome=Outcome.FAILED, channel__archived_at=None)
    due = failed.filter(next_try_at__lte=timezone.now())
    texts_first = Case(When(kind=Kind.TEXT, then=Value(0)), default=Value(1))
    ids = due.order_by(texts_first, "next_try_at").values_list("pk", flat=True)
    return sum(replay(pk) for pk in ids[:RETRIED_AT_ONCE])


def replay(pk: int) -> bool:
    """Processes a request again of which nothing came. True if it is done now; what is done is left alone."""
    with transaction.atomic():
        row = _locked(pk, journal.REPLAYABLE)
        if row is None:
            return False
        arrival = _arrival_of(row)
        _process(arrival)
        _note(row, arrival)
    return row.outcome not in journal.REPLAYABLE


def take_in_held(pk: int) -> bool:
    """Processes a request that is held, if it is authentic by the channel's credentials as they are now."""
    with transaction.atomic():
        row = _locked(pk, {Outcome.HELD})
        if row is None or row.channel is None:
            return False
        if not ITSPS[row.channel.itsp].is_authentic(call_of(row), row.channel.credentials):
            return False
        arrival = _arrival_of(row)
        _process(arrival, known_at=timezone.now())
        verdict = arrival.verdict
        assert verdict is not None  # noqa: S101 (for the type)
        said = [reasons.VERIFIED_LATER(), *parts_of(verdict.reason)]
        arrival.verdict = replace(verdict, reason=joined(said))
        _note(row, arrival)
    return row.outcome == Outcome.PROCESSED


def call_of(row: WebhookRequest) -> WebhookCall:
    return WebhookCall(row.method, row.url, row.headers, bytes(row.body), row.received_at)


def _locked(pk: int, outcomes: Collection[str]) -> WebhookRequest | None:
    rows = WebhookRequest.objects.filter(outcome__in=outcomes, channel__archived_at=None)
    locked = rows.select_for_update(of=("self",)).select_related("channel")
    return locked.filter(pk=pk, channel__isnull=False).first()


def _arrival_of(row: WebhookRequest) -> Arrival:
    mistakes = written(urlsplit(row.url).path, method=row.method).mistakes if row.url else ()
    source = Source(row.source)
    return Arrival(
        "",
        call_of(row),
        row.received_at,
        channel=row.channel,
        source=source,
        mistakes=mistakes,
        request_id=row.request_id,
    )


def _process(arrival: Arrival, known_at: datetime | None = None) -> None:
    with request_ids.of(arrival.request_id):
        intake.read(arrival)
        for item in arrival.items:
            item.known_at = known_at or item.known_at
            intake.act_alone(item)
    if arrival.verdict is None:
        arrival.judge()


def _note(row: WebhookRequest, arrival: Arrival) -> None:
    verdict = arrival.verdict
    assert verdict is not None  # noqa: S101 (for the type)
    row.kind, row.contact, row.itsp_message_id = arrival.kind, arrival.contact, arrival.itsp_message_id
    row.outcome, row.reason, row.tries = verdict.outcome, verdict.reason, row.tries + 1
    row.next_try_at = journal.next_try(row.outcome, row.tries)
    row.save(
        update_fields=["kind", "contact", "itsp_message_id", "outcome", "reason", "tries", "next_try_at"]
    )
