"""Which of Celery's two queues each task is on. They never share threads.

SENDER: what our own clock or a person waits for, and what asks nobody outside. WORKER: what asks outsiders,
who may hang, and what takes long. A task that is missing here can't be asked for.
"""

from typing import Any

SENDER, WORKER = "sender", "worker"

QUEUES: dict[str, str] = {
    "accounts.tasks.mail_forgotten": WORKER,
    "accounts.tasks.mail_invitations": WORKER,
    "accounts.tasks.tell_of_token_ends": WORKER,
    "channels.tasks.check_due": WORKER,
    "channels.tasks.check_set_up": WORKER,
    "channels.tasks.fix_set_up": WORKER,
    "health.tasks.call_dead_man": WORKER,
    "health.tasks.forget_alarms": WORKER,
    "health.tasks.look_for_alarms": SENDER,
    "health.tasks.look_outside": WORKER,
    "health.tasks.tell_due": WORKER,
    "imports.tasks.run_due": WORKER,
    "retention.tasks.clear_leftovers": WORKER,
    "retention.tasks.erase_due": WORKER,
    "retention.tasks.make_archives": WORKER,
    "retention.tasks.sweep": WORKER,
    "sessions.tasks.assign_waiting": SENDER,
    "sessions.tasks.cancel_at_itsp": WORKER,
    "sessions.tasks.close_idle_sessions": SENDER,
    "sessions.tasks.compare_opt_outs": WORKER,
    "sessions.tasks.drain": SENDER,
    "sessions.tasks.drain_spool": SENDER,
    "sessions.tasks.fetch_attachments": WORKER,
    "sessions.tasks.fetch_missed": WORKER,
    "sessions.tasks.mail_alert": WORKER,
    "sessions.tasks.forget_notices": WORKER,
    "sessions.tasks.nudge_notices": SENDER,
    "sessions.tasks.look_for_calls": SENDER,
    "sessions.tasks.mail_notices": WORKER,
    "sessions.tasks.publish_events": SENDER,
    "sessions.tasks.push_due": WORKER,
    "sessions.tasks.queue_due": SENDER,
    "sessions.tasks.read_charges": WORKER,
    "sessions.tasks.reconcile_unknown": WORKER,
    "sessions.tasks.remember_channels": SENDER,
    "sessions.tasks.remove_files": WORKER,
    "sessions.tasks.retry_webhooks": SENDER,
    "sessions.tasks.settle_lost_claims": SENDER,
    "sessions.tasks.tidy_queues": SENDER,
    "sessions.tasks.verify_held": SENDER,
    "sessions.tasks.wake_snoozed": SENDER,
    "sessions.tasks.watch_absent": SENDER,
    "sessions.tasks.watch_due": SENDER,
    "sessions.tasks.watch_unanswered": SENDER,
    "stats.tasks.fold_counts": SENDER,
    "stats.tasks.name_carriers": WORKER,
    "upkeep.tasks.back_up_due": WORKER,
}


def route(name: str, *_arguments: Any, **_options: Any) -> dict[str, str]:
    """Celery asks this where a task goes. Raises `KeyError` for one that is not in the table."""
    return {"queue": QUEUES[name]}
