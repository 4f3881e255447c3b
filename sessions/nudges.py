"""Wakes a worker. Only a nudge: what is due lives in the database, and beat nudges as well."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def nudge(task: str, *args: int) -> None:
    """Asks for a task by name; a broker that is away is no error."""
    try:
        current_app.send_task(task, args=args, expires=60, ignore_result=True)
    except OperationalError as error:
        logger.warning("a worker is nudged later: %s", error)


def nudge_cancel(attempt_id: int) -> None:
    """Has the ITSP asked for a text that it has already. Lost with the broker: then the text goes out."""
    nudge("sessions.tasks.cancel_at_itsp", attempt_id)
