"""Whether texts get on: what waits, what failed, and what open pages have not heard of yet."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from channels.itsp.delivery import FAILURE, DeliveryStatus
from channels.models import Channel
from health import wording
from health.models import HealthSettings
from health.result import Result, State
from pbx_messaging.redis import redis_client
from sessions import standstill
from sessions.counts import bucket_of
from sessions.lanes.figures import marks_of
from sessions.models import Attempt, Event, WebhookRequest
from sessions.receiving import spool
from sessions.sending.claiming import may_send
from stats.queries import NOTHING, counts_by_channel

STREAMS = (spool.TEXTS, spool.VERIFIED, spool.UNVERIFIED)
SPOOL_STUCK_S, OUTBOX_LATE_S, OUTBOX_STUCK_S = 30.0, 10.0, 30.0
COUNTED_MOST = 1_000
HOUR = timedelta(hours=1)
FEW = 10  # texts: of fewer, a share says nothing
ERRORS_LOOKED_AT = 500
UNCERTAIN = DeliveryStatus.UNCERTAIN


def _queue() -> list[Result]:
    """Of channels that may send: what is paused or refused has its own word."""
    limit_s = HealthSettings.load().queue_minutes * 60
    names = dict(may_send().values_list("pk", "name"))
    ages = {pk: mark.oldest_s for pk, mark in marks_of(names).items() if mark.oldest_s is not None}
    old = [
        Result("queue", State.FAILING, "old", age_s, {"label": names[pk]}, about=str(pk))
        for pk, age_s in ages.items()
        if age_s >= limit_s
    ]
    return old or [Result("queue", State.OK, "ok", max(ages.values(), default=0.0))]


def _restored() -> list[Result]:
    """Nothing is sent after a restored backup until an administrator says so."""
    restoration = standstill.lasting().order_by("at").first()
    if restoration is None:
        return [Result("restored", State.OK)]
    age_s = (timezone.now() - restoration.backup_at).total_seconds()
    return [Result("restored", State.FAILING, "waits", age_s)]


def _failures() -> list[Result]:
    """By quarter hours: of the last hour and the quarter that it began in."""
    most_percent, now = HealthSettings.load().failures_percent, timezone.now()
    channels = Channel.objects.live().defer("credentials").in_bulk()
    counts = counts_by_channel(bucket_of(now - HOUR), None, channels=channels)
    many, worst = [], 0.0
    for pk, channel in channels.items():
        found = counts.get(pk, NOTHING)
        if found.total < FEW:
            continue
        percent = 100 * found.failed / found.total
        worst = max(worst, percent)
        if percent > most_percent:
            params = {"label": channel.name, "failed": found.failed, "total": found.total}
            params |= _commonest_error(channel, since=now - HOUR)
            many.append(Result("failures", State.FAILING, "many", percent, params, about=str(pk)))
    return many or [Result("failures", State.OK, "ok", worst)]


def _uncertain() -> list[Result]:
    """Until somebody has sent the text again, or closed its session."""
    open_to_people = Attempt.objects.filter(status=UNCERTAIN, message__status=UNCERTAIN)
    left = open_to_people.filter(message__session__closed_at=None).order_by()
    counts = dict(left.values_list("channel").annotate(count=Count("pk")))
    names = Channel.objects.filter(pk__in=counts).values_list("pk", "name")
    found = [
        Result("uncertain", State.FAILING, "some", counts[pk], {"label": name}, about=str(pk))
        for pk, name in names
    ]
    return found or [Result("uncertain", State.OK, "ok", 0)]


def _commonest_error(channel: Channel, *, since: datetime) -> dict[str, Any]:
    failed = Attempt.objects.filter(channel=channel, status__in=FAILURE)
    latest = failed.exclude(reason="").order_by("-pk").values_list("error_code", "reason", "counted_at")
    errors = Counter(
        (code, reason) for code, reason, at in latest[:ERRORS_LOOKED_AT] if at is None or at >= since
    )
    code, reason = errors.most_common(1)[0][0] if errors else ("", "")
    return {"error_code": code or "–", "reason": reason}


def _webhooks() -> list[Result]:
    failed = WebhookRequest.objects.filter(outcome=WebhookRequest.Outcome.FAILED)
    count = failed.order_by()[:COUNTED_MOST].count()
    if not count:
        return [Result("webhooks", State.OK, "ok", 0)]
    return [Result("webhooks", State.FAILING, "failed", count, {"count": count})]


def _spool() -> list[Result]:
    with redis_client().pipeline(transaction=False) as pipeline:
        for stream in STREAMS:
            pipeline.xlen(stream)
            pipeline.xrange(stream, count=1)
        found = pipeline.execute()
    count = sum(found[::2])
    if not count:
        return [Result("spool", State.OK, "ok", 0)]
    oldest_ms = min(int(first[0][0].partition(b"-")[0]) for first in found[1::2] if first)
    age_s = max(0.0, time.time() - oldest_ms / 1000)
    params = {"count": count, "age": wording.DURATION(seconds=age_s)}
    is_stuck = age_s > SPOOL_STUCK_S
    state, code = (State.FAILING, "stuck") if is_stuck else (State.WARNING, "waiting")
    return [Result("spool", state, code, count, params)]


def _outbox() -> list[Result]:
    oldest = Event.objects.order_by("pk").values_list("created_at", flat=True).first()
    age_s = max(0.0, (timezone.now() - oldest).total_seconds()) if oldest else 0.0
    state, code = State.OK, "ok"
    if age_s > OUTBOX_LATE_S:
        is_stuck = age_s > OUTBOX_STUCK_S
        state, code = (State.FAILING, "stuck") if is_stuck else (State.WARNING, "late")
    return [Result("outbox", state, code, age_s)]


CHECKS: dict[str, Callable[[], list[Result]]] = {
    "queue": _queue,
    "failures": _failures,
    "uncertain": _uncertain,
    "webhooks": _webhooks,
    "spool": _spool,
    "outbox": _outbox,
    "restored": _restored,
}
