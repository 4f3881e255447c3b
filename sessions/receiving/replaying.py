"""A second chance for requests of which nothing came: by the clock, or by an administrator's word."""

from django.db import transaction
from django.db.models import Case, Value, When
from django.utils import timezone

from channels.itsp.base import WebhookCall
from sessions.models import WebhookRequest
from sessions.receiving import intake, journal
from sessions.receiving.arrivals import Arrival, Kind, Outcome, Source

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
        replayable = WebhookRequest.objects.filter(outcome__in=journal.REPLAYABLE, channel__archived_at=None)
        locked = replayable.select_for_update(of=("self",)).select_related("channel")
        row = locked.filter(pk=pk).first()
        if row is None or row.channel is None:
            return False
        call = WebhookCall(row.method, row.url, row.headers, bytes(row.body))
        arrival = Arrival("", call, row.received_at, channel=row.channel, source=Source(row.source))
        intake.read(arrival)
        for item in arrival.items:
            intake.act_alone(item)
        if arrival.verdict is None:
            arrival.judge()
        _note(row, arrival)
    return row.outcome not in journal.REPLAYABLE


def _note(row: WebhookRequest, arrival: Arrival) -> None:
    verdict = arrival.verdict
    assert verdict is not None  # noqa: S101 (for the type)
    row.kind, row.contact, row.itsp_message_id = arrival.kind, arrival.contact, arrival.itsp_message_id
    row.outcome, row.reason, row.tries = verdict.outcome, verdict.reason, row.tries + 1
    row.next_try_at = journal.next_try(row.outcome, row.tries)
    row.save(
        update_fields=["kind", "contact", "itsp_message_id", "outcome", "reason", "tries", "next_try_at"]
    )
