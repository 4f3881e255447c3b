"""The journal of webhook requests: all that are answered 200, and a few of those that are refused."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from sessions.bulk import insert
from sessions.models import WebhookRequest
from sessions.receiving.arrivals import Arrival, Outcome, Source
from sessions.receiving.budget import Budget

REPLAYABLE = frozenset({Outcome.FAILED, Outcome.IGNORED, Outcome.DISMISSED})  # authentic; nothing came of it
RETRY_AFTER = timedelta(seconds=10)  # doubled at each try
RETRY_AFTER_MOST = timedelta(hours=1)
REJECTS_PER_S = 5  # traces of rejected requests that one process writes
REJECTED_BODY_BYTES = 2048  # of a stranger's body; enough to see what it is
HEADER_CHARS = 1024


def write(arrivals: Sequence[Arrival]) -> None:
    """Judges requests by what became of their items, and writes them down. Within their transaction.

    One that is rejected for all its items leaves no more than what a stranger's request does.
    """
    for arrival in arrivals:
        if arrival.verdict is None:
            arrival.judge()
    kept = [arrival for arrival in arrivals if _is_kept(arrival)]
    insert([row_of(arrival) for arrival in kept])
    write_rejects([arrival for arrival in arrivals if _outcome_of(arrival) == Outcome.REJECTED])


def write_rejects(arrivals: Sequence[Arrival]) -> None:
    """Leaves traces that an admin can see; beat keeps their number bounded."""
    noted = [arrival for arrival in arrivals if _reject_budget.take()]
    insert([row_of(arrival, most_bytes=REJECTED_BODY_BYTES) for arrival in noted])


def forget_rejects() -> None:
    """Keeps the newest traces of rejected requests."""
    rejects = WebhookRequest.objects.filter(outcome=Outcome.REJECTED).order_by("-pk")
    oldest = rejects.values_list("pk", flat=True)[settings.WEBHOOK_REJECTS_KEPT :].first()
    if oldest is not None:
        rejects.filter(pk__lte=oldest).delete()


def replay_soon(rows: "QuerySet[WebhookRequest]") -> int:
    """Has beat's own road take the failed ones among `rows` now. Returns how many they are."""
    failed = rows.filter(outcome=Outcome.FAILED, channel__archived_at=None)
    return failed.order_by().update(next_try_at=timezone.now())


def dismiss(rows: "QuerySet[WebhookRequest]") -> int:
    """Gives up the failed ones among `rows`: they are tried no more, but can still be replayed by hand."""
    failed = rows.filter(outcome=Outcome.FAILED)
    return failed.order_by().update(outcome=Outcome.DISMISSED, next_try_at=None)


def next_try(outcome: str, tries: int) -> datetime | None:
    """When what failed is tried again; None of all else."""
    if outcome != Outcome.FAILED:
        return None
    return timezone.now() + min(RETRY_AFTER * (1 << min(tries - 1, 16)), RETRY_AFTER_MOST)


def _is_kept(arrival: Arrival) -> bool:
    """Of what was fetched, only what is new: else each fetch would leave a row for each known text."""
    outcome = _outcome_of(arrival)
    is_known = arrival.source == Source.FETCHED and outcome == Outcome.DUPLICATE
    return outcome != Outcome.REJECTED and not is_known


def _outcome_of(arrival: Arrival) -> WebhookRequest.Outcome:
    assert arrival.verdict is not None  # noqa: S101 (for the type)
    return arrival.verdict.outcome


def row_of(arrival: Arrival, most_bytes: int | None = None) -> WebhookRequest:
    verdict, call = arrival.verdict, arrival.call
    assert verdict is not None  # noqa: S101 (for the type)
    return WebhookRequest(
        channel=arrival.channel,
        source=arrival.source,
        kind=arrival.kind,
        contact=arrival.contact,
        itsp_message_id=arrival.itsp_message_id,
        received_at=arrival.at,
        method=call.method,
        url=call.url,
        headers={name: value[:HEADER_CHARS] for name, value in call.headers.items()},
        body=call.body[:most_bytes],
        outcome=verdict.outcome,
        reason=verdict.reason,
        next_try_at=next_try(verdict.outcome, tries=1),
        request_id=arrival.request_id,
    )


_reject_budget = Budget(REJECTS_PER_S)
