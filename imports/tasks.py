"""What workers do for imports when they are nudged. Each finds in the database what is due."""

from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down

from imports import running
from pbx_messaging.nudges import nudge


@worker_shutting_down.connect
def _stop(**_signal: Any) -> None:
    running.stopping.set()


@shared_task
def run_due() -> None:
    with running.shares.of() as mine:
        if mine and running.run_due():
            nudge("imports.tasks.run_due")
