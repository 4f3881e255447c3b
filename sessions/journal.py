"""Takes in what an ITSP posts: verified, processed and journalled in one transaction.

If processing fails, it is rolled back and the journal keeps the request with the reason; it is tried again
by beat. Every request that is answered 200 is in the journal.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from channels import webhook_url
from channels.itsp import ITSPS
from channels.itsp.base import InboundSms, ItspError, StatusUpdate, WebhookCall
from channels.models import Channel, WebhookAddress
from sessions import inbound, statuses
from sessions.models import WebhookRequest

logger = logging.getLogger(__name__)

Outcome = WebhookRequest.Outcome
# The database is away, or was lost within a transaction.
AWAY = (OperationalError, InterfaceError, transaction.TransactionManagementError)
RETRY_AFTER = timedelta(seconds=10)  # doubled at each try
RETRY_AFTER_MOST = timedelta(hours=1)
REJECTS_PER_S = 5  # traces of rejected requests that one process writes


@dataclass(frozen=True)
class Verdict:
    """What became of a request, and the channel it was for (None if the URL is not a channel's)."""

    outcome: WebhookRequest.Outcome
    reason: str = ""
    channel: Channel | None = None
    forbidden: bool = False


def channel_at(token: str, *, now: datetime) -> Channel | None:
    """The channel whose webhook answers under the token."""
    addresses = WebhookAddress.objects.select_related("channel").defer("token")  # it would be decrypted
    for address in addresses.filter(token_hash=webhook_url.hash_of(token)):
        if address.channel.archived_at is None and (address.expires_at is None or address.expires_at > now):
            return address.channel
    return None


def take(token: str, call: WebhookCall, *, at: datetime) -> Verdict:
    """Stores and processes a request. Raises `django.db.Error` when nothing could be stored."""
    channel = channel_at(token, now=at)
    if channel is None:
        ours = webhook_url.issued_to(token) is not None
        reason = "The URL belongs to a form that was never saved." if ours else "The URL is unknown."
        return _reject(call, Verdict(Outcome.REJECTED, reason), at)
    itsp = ITSPS[channel.itsp]
    if not itsp.is_authentic(call, channel.credentials):
        reason = "The signature is wrong: it was made with another Auth Token, or for another URL."
        return _reject(call, Verdict(Outcome.REJECTED, reason, channel, forbidden=True), at)
    try:
        with transaction.atomic():
            verdict = _act(channel, call, at)
            _write(call, verdict, at)
    except AWAY:
        raise
    except Exception as error:
        verdict = _verdict_on(error, channel)
        _write(call, verdict, at)
    return verdict


def retry_failed(*, limit: int = 100) -> int:
    """Processes failed requests that are due again. Returns how many succeeded."""
    due = WebhookRequest.objects.filter(outcome=Outcome.FAILED, next_try_at__lte=timezone.now())
    return sum(replay(pk) for pk in due.order_by("next_try_at").values_list("pk", flat=True)[:limit])


def replay(pk: int) -> bool:
    """Processes a failed request again. True if it is done now."""
    with transaction.atomic():
        row = (
            WebhookRequest.objects.select_for_update(of=("self",))
            .select_related("channel")
            .filter(pk=pk, outcome=Outcome.FAILED)
            .first()
        )
        if row is None or row.channel is None:
            return False
        call = WebhookCall(row.method, row.url, row.headers, bytes(row.body))
        verdict = _process(row.channel, call, row.received_at)
        row.outcome, row.reason, row.tries = verdict.outcome, verdict.reason, row.tries + 1
        row.next_try_at = _next_try(row.tries) if verdict.outcome == Outcome.FAILED else None
        row.save(update_fields=["outcome", "reason", "tries", "next_try_at"])
    return verdict.outcome != Outcome.FAILED


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
        return _verdict_on(error, channel)


def _verdict_on(error: Exception, channel: Channel) -> Verdict:
    match error:
        case inbound.UnknownNumber():
            return Verdict(Outcome.IGNORED, f"This channel does not have the number {error}.", channel)
        case inbound.AlreadyStored():
            return Verdict(Outcome.DUPLICATE, "The text is already stored.", channel)
        case ItspError():
            return Verdict(Outcome.IGNORED, error.reason, channel)
    name = type(error).__name__
    logger.error("a webhook request could not be processed: %s", name, exc_info=error)
    return Verdict(Outcome.FAILED, f"{name}; it is tried again.", channel)


def _act(channel: Channel, call: WebhookCall, at: datetime) -> Verdict:
    itsp = ITSPS[channel.itsp]
    items = itsp.read(call)
    if any(item.account_id != itsp.account_id(channel.credentials) for item in items):
        return Verdict(Outcome.REJECTED, "It names another account.", channel, forbidden=True)
    if not items:
        return Verdict(Outcome.IGNORED, "It holds nothing that we have a use for.", channel)
    reasons = [_act_on(channel, item, at) for item in items]
    ignored = all(reasons)
    return Verdict(
        Outcome.IGNORED if ignored else Outcome.PROCESSED, " ".join(filter(None, reasons)), channel
    )


def _act_on(channel: Channel, item: InboundSms | StatusUpdate, at: datetime) -> str:
    """ "" or why there was nothing to do."""
    if isinstance(item, InboundSms):
        inbound.receive(channel, item, at=at)
        return ""
    return "" if statuses.apply(channel, item, at=at) else "It is about a message that we did not send."


def _write(call: WebhookCall, verdict: Verdict, at: datetime) -> None:
    WebhookRequest.objects.create(
        channel=verdict.channel,
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
