"""What workers do when they are nudged. Each finds in the database what is due; twice is harmless."""

from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down
from django.utils import timezone

from channels.webhook import keys as webhook_keys
from sessions import events
from sessions.ending import archiving, closing, unanswered
from sessions.lanes import following, seats
from sessions.media import fetching
from sessions.nudges import nudge
from sessions.receiving import journal, replaying, retention, spool
from sessions.sending import claiming, pump, reconcile, validity


@worker_shutting_down.connect
def _stop_pump(**_signal: Any) -> None:
    pump.stopping.set()


@shared_task
def drain() -> None:
    """Sends what waits, on all channels."""
    if pump.run() and claiming.channels_with_work().exists():
        nudge("sessions.tasks.drain")


@shared_task
def settle_lost_claims() -> None:
    claiming.settle_lost_claims()


@shared_task
def queue_due() -> None:
    """Scheduled texts whose time has come, and lanes that were held until now.

    Has the pump run where anything waits: a nudge may have been lost. An idle run costs more than a look.
    """
    now = timezone.now()
    moved = seats.queue_due(now=now) + seats.release(now=now)
    if moved or claiming.channels_with_work().exists():
        nudge("sessions.tasks.drain")


@shared_task
def tidy_queues() -> None:
    """Texts that waited too long, or whose channel is another one or gone, and channels that are drained."""
    validity.expire(now=timezone.now())
    following.follow_numbers()
    archiving.cancel_left_behind()
    archiving.archive_drained()


@shared_task
def reconcile_unknown() -> None:
    """Texts without a clear answer, or without a final state."""
    if reconcile.check_due():
        nudge("sessions.tasks.drain")


@shared_task
def cancel_at_itsp(attempt_id: int) -> None:
    reconcile.cancel(attempt_id)


@shared_task
def publish_events() -> None:
    events.sweep()


@shared_task
def drain_spool() -> None:
    spool.drain()


@shared_task
def remember_channels() -> None:
    webhook_keys.remember_all()


@shared_task
def retry_webhooks() -> None:
    if replaying.retry_failed() == replaying.RETRIED_AT_ONCE:
        nudge("sessions.tasks.retry_webhooks")
    journal.forget_rejects()


@shared_task
def forget_webhooks() -> None:
    """Requests past their retention; what is left after a while is for the next time."""
    retention.forget_requests(now=timezone.now())


@shared_task
def fetch_attachments() -> None:
    fetching.fetch_due()


@shared_task
def watch_unanswered() -> None:
    """Contacts who wait for an answer: supervisors are told, then the session goes elsewhere."""
    now = timezone.now()
    unanswered.alert(now=now)
    unanswered.overflow(now=now)


@shared_task
def mail_alert(session_id: int) -> None:
    unanswered.mail_alert(session_id)


@shared_task
def close_idle_sessions() -> None:
    closing.close_idle(now=timezone.now())
