"""Wakes a worker. Only a nudge: what is due lives in the database, and beat nudges as well."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def nudge(task: str, *args: int | str | dict[str, str], later_s: float = 0.0) -> None:
    """Asks for a task by name; a broker that is away is no error."""
    try:
        current_app.send_task(
            task, args=args, countdown=later_s or None, expires=60 + later_s, ignore_result=True
        )
    except OperationalError as error:
        logger.warning("a worker is nudged later: %s", error)
