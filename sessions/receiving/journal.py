"""Takes in what an ITSP posts: verified, processed and journalled in one transaction.

If processing fails, it is rolled back and the journal keeps the request with the reason; it is tried again
by beat, or replayed by an administrator. Every request that is answered 200 is in the journal.
"""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from channels.actions import note_webhook_used
from channels.itsp import ITSPS
from channels.itsp.base import InboundSms, ItspError, StatusUpdate, WebhookCall
from channels.models import Channel, WebhookAddress
from channels.webhook import url as webhook_url
from sessions.models import WebhookRequest
from sessions.receiving import inbound, reasons, statuses

logger = logging.getLogger(__name__)

Outcome, Kind = WebhookRequest.Outcome, WebhookRequest.Kind
REPLAYABLE = frozenset({Outcome.FAILED, Outcome.IGNORED})  # authentic, and nothing came of it
# The database is away, or was lost within a transaction.
AWAY = (OperationalError, InterfaceError, transaction.TransactionManagementError)
RETRY_AFTER = timedelta(seconds=10)  # doubled at each try
RETRY_AFTER_MOST = timedelta(hours=1)
RETRIED_AT_ONCE = 100
REJECTS_PER_S = 5  # traces of rejected requests that one process writes


@dataclass(frozen=True)
class Verdict:
    """What became of a request, and the channel it was for (None if the URL was never a channel's).

    `status` is what the ITSP is answered; the first item that was read gives the kind and the ids.
    """

    outcome: WebhookRequest.Outcome
    reason: str = ""
    channel: Channel | None = None
    status: int = 200
    kind: WebhookRequest.Kind = Kind.OTHER
    contact: str = ""
    itsp_message_id: str = ""

    def about(self, items: Iterable[InboundSms | StatusUpdate]) -> "Verdict":
        for item in items:
            contact = item.sender if isinstance(item, InboundSms) else ""
            kind = Kind.TEXT if isinstance(item, InboundSms) else Kind.STATUS
            return replace(self, kind=kind, contact=contact[:64], itsp_message_id=item.itsp_message_id[:64])
        return self


def take(token: str, call: WebhookCall, *, at: datetime) -> Verdict:
    """Stores and processes a request. Raises `django.db.Error` when nothing could be stored."""
    address = _address_of(token)
    if address is None:
        ours = webhook_url.issued_to(token) is not None
        reason = reasons.UNSAVED_FORM if ours else reasons.UNKNOWN_URL
        return _reject(call, Verdict(Outcome.REJECTED, reason, status=404), at)
    channel = address.channel
    if channel.archived_at or (address.expires_at and address.expires_at <= at):
        reason = reasons.DELETED_CHANNEL if channel.archived_at else reasons.REPLACED_URL
        return _reject(call, Verdict(Outcome.REJECTED, reason, channel, status=404), at)
    itsp = ITSPS[channel.itsp]
    if not itsp.is_authentic(call, channel.credentials):
        return _reject(call, Verdict(Outcome.REJECTED, reasons.WRONG_SIGNATURE, channel, status=403), at)
    note_webhook_used(address, at=at)
    try:
        with transaction.atomic():
            verdict = _act(channel, call, at)
            _write(call, verdict, at)
    except AWAY:
        raise
    except Exception as error:
        verdict = _verdict_on(error, channel, call)
        _write(call, verdict, at)
    return verdict


def _address_of(token: str) -> WebhookAddress | None:
    addresses = WebhookAddress.objects.select_related("channel").defer("token")  # it would be decrypted
    return addresses.filter(token_hash=webhook_url.hash_of(token)).first()


def retry_failed() -> int:
    """Processes failed requests that are due again. Returns how many succeeded."""
    failed = WebhookRequest.objects.filter(outcome=Outcome.FAILED, channel__archived_at=None)
    due = failed.filter(next_try_at__lte=timezone.now())
    ids = due.order_by("next_try_at").values_list("pk", flat=True)
    return sum(replay(pk) for pk in ids[:RETRIED_AT_ONCE])


def replay(pk: int) -> bool:
    """Processes a request again of which nothing came. True if it is done now; what is done is left alone."""
    with transaction.atomic():
        row = (
            WebhookRequest.objects.select_for_update(of=("self",))
            .select_related("channel")
            .filter(pk=pk, outcome__in=REPLAYABLE)
            .first()
        )
        if row is None or row.channel is None or row.channel.archived_at:
            return False
        call = WebhookCall(row.method, row.url, row.headers, bytes(row.body))
        verdict = _process(row.channel, call, row.received_at)
        row.outcome, row.reason, row.tries = verdict.outcome, verdict.reason, row.tries + 1
        row.next_try_at = _next_try(row.tries) if verdict.outcome == Outcome.FAILED else None
        row.save(update_fields=["outcome", "reason", "tries", "next_try_at"])
    return verdict.outcome not in REPLAYABLE


def replay_soon(rows: "QuerySet[WebhookRequest]") -> int:
    """Has beat's own road take the failed ones among `rows` now. Returns how many they are."""
    failed = rows.filter(outcome=Outcome.FAILED, channel__archived_at=None)
    return failed.order_by().update(next_try_at=timezone.now())


def forget_rejects() -> None:
    """Keeps the newest traces of rejected requests."""
    rejects = WebhookRequest.objects.filter(outcome=Outcome.REJECTED).order_by("-pk")
    oldest = rejects.values_list("pk", flat=True)[settings.WEBHOOK_REJECTS_KEPT :].first()
    if oldest is not None:
        rejects.filter(pk__lte=oldest).delete()


def _process(channel: Channel, call: WebhookCall, at: datetime) -> Verdict:
    """Acts on an authentic request, in a savepoint of its own."""
    try:
        with transaction.atomic():
            return _act(channel, call, at)
    except Exception as error:
        return _verdict_on(error, channel, call)


def _verdict_on(error: Exception, channel: Channel, call: WebhookCall) -> Verdict:
    if isinstance(error, ItspError):
        return Verdict(Outcome.IGNORED, error.reason, channel)
    try:
        items = ITSPS[channel.itsp].read(call)
    except Exception:  # which was the error itself
        items = []
    return _failure(error, channel).about(items)


def _failure(error: Exception, channel: Channel) -> Verdict:
    match error:
        case inbound.UnknownNumber():
            return Verdict(Outcome.IGNORED, f"{reasons.UNKNOWN_NUMBER} {error}.", channel)
        case inbound.AlreadyStored():
            return Verdict(Outcome.DUPLICATE, reasons.ALREADY_STORED, channel)
    name = type(error).__name__
    logger.error("a webhook request could not be processed: %s", name, exc_info=error)
    return Verdict(Outcome.FAILED, f"{name}; it is tried again.", channel)


def _act(channel: Channel, call: WebhookCall, at: datetime) -> Verdict:
    itsp = ITSPS[channel.itsp]
    items = itsp.read(call)
    if any(item.account_id != itsp.account_id(channel.credentials) for item in items):
        return Verdict(Outcome.REJECTED, reasons.OTHER_ACCOUNT, channel, status=403).about(items)
    if not items:
        return Verdict(Outcome.IGNORED, reasons.NO_USE, channel)
    results = [_act_on(channel, item, at) for item in items]
    outcome = Outcome.IGNORED if all(results) else Outcome.PROCESSED
    return Verdict(outcome, " ".join(filter(None, results)), channel).about(items)


def _act_on(channel: Channel, item: InboundSms | StatusUpdate, at: datetime) -> str:
    """ "" or why there was nothing to do."""
    if isinstance(item, InboundSms):
        inbound.receive(channel, item, at=at)
        return ""
    return "" if statuses.apply(channel, item, at=at) else reasons.NOT_OURS


def _write(call: WebhookCall, verdict: Verdict, at: datetime) -> None:
    WebhookRequest.objects.create(
        channel=verdict.channel,
        kind=verdict.kind,
        contact=verdict.contact,
        itsp_message_id=verdict.itsp_message_id,
        received_at=at,
        method=call.method,
        url=call.url,
        headers=dict(call.headers),
        body=call.body,
        outcome=verdict.outcome,
        reason=verdict.reason,
        next_try_at=_next_try(1) if verdict.outcome == Outcome.FAILED else None,
    )


def _next_try(tries: int) -> datetime:
    wait = min(RETRY_AFTER * (1 << min(tries - 1, 16)), RETRY_AFTER_MOST)
    return timezone.now() + wait


class _Budget:
    """At most so many a second, so that a flood of forgeries does not become a flood of rows."""

    def __init__(self, per_s: int) -> None:
        self.per_s, self.second, self.used = per_s, 0, 0

    def take(self) -> bool:
        second = int(time.monotonic())
        self.used = self.used + 1 if second == self.second else 1
        self.second = second
        return self.used <= self.per_s


_reject_budget = _Budget(REJECTS_PER_S)


def _reject(call: WebhookCall, verdict: Verdict, at: datetime) -> Verdict:
    """Leaves a trace that an admin can see; beat keeps their number bounded."""
    if _reject_budget.take():
        _write(call, verdict, at)
    return verdict
