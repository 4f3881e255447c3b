"""Looks once a second for what is due, and nudges only that.

A look is one query. To nudge each task each few seconds, so that it looks for itself, took most of what an
idle installation costs: a message through the broker is as dear as ten looks.
"""

import logging
from collections.abc import Callable

from django.db import Error
from django.utils import timezone
from redis import RedisError

from channels.set_up import preflight
from imports import running as imports
from pbx_messaging.queues import QUEUES
from pbx_messaging.redis import redis_client
from sessions import events
from sessions.actions import snoozing
from sessions.assigning import giving, leaving
from sessions.lanes import seats
from sessions.media import fetching
from sessions.nudges import nudge
from sessions.push import looking, noticing, pushing
from sessions.receiving import missed, spool, verifying
from sessions.sending import claiming, findings, proving

logger = logging.getLogger(__name__)

PILED_MOST = 500  # nudges that nobody takes: with a worker away, more of them would only fill Redis
DUE: dict[str, Callable[[], bool]] = {
    "channels.tasks.check_due": lambda: preflight.rechecks().exists(),
    "imports.tasks.run_due": lambda: imports.due().exists(),
    "sessions.tasks.drain_spool": spool.has_any,
    "sessions.tasks.queue_due": seats.is_due,
    "sessions.tasks.assign_waiting": lambda: giving.queues_with_work().exists(),
    "sessions.tasks.watch_absent": leaving.is_due,
    "sessions.tasks.wake_snoozed": lambda: snoozing.due(now=timezone.now()).exists(),
    "sessions.tasks.drain": lambda: claiming.channels_with_work().exists(),
    "sessions.tasks.publish_events": events.is_due,
    "sessions.tasks.settle_lost_claims": lambda: claiming.lost().exists(),
    "sessions.tasks.reconcile_unknown": lambda: findings.due().exists() or proving.due().exists(),
    "sessions.tasks.verify_held": lambda: verifying.due().exists(),
    "sessions.tasks.fetch_missed": lambda: missed.due().exists(),
    "sessions.tasks.fetch_attachments": lambda: fetching.due().exists(),
    "sessions.tasks.look_for_calls": looking.has_news,
    "sessions.tasks.push_due": lambda: pushing.due().exists(),
    "sessions.tasks.nudge_notices": lambda: noticing.mailable(now=timezone.now()).exists(),
}


def nudge_what_is_due() -> None:
    """Whatever can't be looked for now keeps nothing else back."""
    for task, is_due in DUE.items():
        try:
            if is_due() and redis_client().llen(QUEUES[task]) < PILED_MOST:
                nudge(task)
        except (Error, RedisError) as error:
            logger.warning("whether %s is due is asked again: %s", task, error)
