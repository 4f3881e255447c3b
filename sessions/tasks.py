"""What workers do when they are nudged. Each finds in the database what is due; twice is harmless."""

from contextlib import suppress
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down
from django.utils import timezone

from accounts import mailing
from channels.actions import switch_numbers
from channels.webhook import keys as webhook_keys
from sessions import actions, events, standstill, watch
from sessions.assigning import giving, leaving
from sessions.ending import archiving, closing, unanswered
from sessions.lanes import following, seats
from sessions.media import fetching, files
from sessions.nudges import nudge, nudge_cancel
from sessions.opt_outs import comparing
from sessions.push import looking, noticing, pushing
from sessions.receiving import journal, missed, replaying, spool, verifying
from sessions.sending import charging, claiming, look_ups, proving, pump, reconcile, validity

MAIL_AGAIN_S, MAIL_MOST_TRIES = 15.0, 6  # a quarter of an hour; then the text is hardly unanswered any more
CANCEL_AGAIN_S = 2.0  # when the threads that ask for cancellations are all at it


@worker_shutting_down.connect
def _stop_pump(**_signal: Any) -> None:
    pump.stopping.set()


@shared_task
def watch_due() -> None:
    watch.nudge_what_is_due()


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
    """Scheduled texts whose time has come, and lanes that were held until now."""
    now = timezone.now()
    if seats.queue_due(now=now) + seats.release(now=now):
        nudge("sessions.tasks.drain")


@shared_task
def tidy_queues() -> None:
    """What waited too long, whose channel is another one or gone or never reports, and drained channels."""
    validity.expire(now=timezone.now())
    switch_numbers()
    if following.follow_all():
        nudge("sessions.tasks.drain")
    archiving.close_left_behind()
    archiving.cancel_left_behind()
    archiving.archive_drained()
    look_ups.look_up_unreported()


@shared_task
def reconcile_unknown() -> None:
    """Texts without a clear answer, or without a final state; what waits after a restored backup."""
    if reconcile.check_due() + proving.prove_due():
        nudge("sessions.tasks.drain")


@shared_task
def read_charges() -> None:
    charging.read_due()


@shared_task
def compare_opt_outs() -> None:
    """With the ITSPs' own lists of whom they block."""
    if comparing.compare_due():
        nudge("sessions.tasks.compare_opt_outs")


@shared_task
def cancel_at_itsp(attempt_id: int) -> None:
    with reconcile.cancelling.of() as mine:
        if mine:
            reconcile.cancel(attempt_id)
        else:
            nudge_cancel(attempt_id, later_s=CANCEL_AGAIN_S)


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
def verify_held() -> None:
    """Texts that were signed with a secret which the channel had not, once it has another one."""
    verifying.verify_due()


@shared_task
def fetch_missed() -> None:
    """Texts that no webhook brought, after a gap or by an administrator's wish."""
    if missed.fetch_due():
        nudge("sessions.tasks.fetch_attachments")


@shared_task
def fetch_attachments() -> None:
    fetching.fetch_due()


@shared_task
def remove_files() -> None:
    """Those whose rows are gone."""
    if files.remove():
        nudge("sessions.tasks.remove_files")


@shared_task
def assign_waiting() -> None:
    giving.assign()


@shared_task
def wake_snoozed() -> None:
    actions.wake_due(now=timezone.now())


@shared_task
def watch_absent() -> None:
    """Sessions of agents who left go back to their queues, and to the next who can take them."""
    if leaving.give_back(now=timezone.now()):
        giving.assign()


@shared_task
def watch_unanswered() -> None:
    """Contacts who wait for an answer: supervisors are told, then the session goes elsewhere."""
    now = timezone.now()
    if standstill.lasting().exists():
        return  # who was answered since the backup is not known
    unanswered.alert(now=now)
    unanswered.overflow(now=now)


@shared_task
def mail_alert(session_id: int, tries: int = 0) -> None:
    """While the mail server does not take it, it is tried again, later each time."""
    with mailing.shares.of() as mine:
        if mine:
            with suppress(unanswered.NotMailed):
                unanswered.mail_alert(session_id)
                return
    if tries < MAIL_MOST_TRIES:
        nudge("sessions.tasks.mail_alert", session_id, tries + mine, later_s=MAIL_AGAIN_S * 2**tries)


@shared_task
def look_for_calls() -> None:
    """Who has to be told of something on a device."""
    waiting = looking.look(now=timezone.now())
    for _ in range(min(waiting, pushing.SHARES)):
        nudge("sessions.tasks.push_due")


@shared_task
def nudge_notices() -> None:
    """Who has to be told of something by e-mail, since no device has shown it."""
    for user_id in noticing.due(now=timezone.now()):
        nudge("sessions.tasks.mail_notices", user_id)


@shared_task
def push_due() -> None:
    pushing.push_due()


@shared_task
def mail_notices(user_id: int) -> None:
    """What the mail server does not take now is due again later."""
    with mailing.shares.of() as mine:
        if mine:
            noticing.mail(user_id)


@shared_task
def forget_notices() -> None:
    looking.forget(now=timezone.now())


@shared_task
def close_idle_sessions() -> None:
    if not standstill.lasting().exists():
        closing.close_idle(now=timezone.now())
