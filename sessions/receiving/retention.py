"""Forgets what the webhook journal has kept for long enough, in batches, so that no text waits for it."""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from sessions.models import WebhookRequest

BATCH = 1_000
WITHIN_S = 20.0  # then the next run goes on


def forget_requests(*, now: datetime) -> int:
    """What failed and was not replayed yet is kept longer than all else. Returns how many were deleted."""
    failed = Q(outcome=WebhookRequest.Outcome.FAILED)
    old = Q(received_at__lt=now - timedelta(days=settings.WEBHOOK_JOURNAL_DAYS))
    very_old = Q(received_at__lt=now - timedelta(days=settings.WEBHOOK_FAILED_DAYS))
    due = WebhookRequest.objects.filter(old & ~failed | very_old & failed).order_by("received_at")
    until, deleted = time.monotonic() + WITHIN_S, 0
    while time.monotonic() < until:
        batch = list(due.values_list("pk", flat=True)[:BATCH])
        WebhookRequest.objects.filter(pk__in=batch).delete()
        deleted += len(batch)
        if len(batch) < BATCH:
            break
    return deleted
