"""Counts Celery's tasks and takes their time, in the processes that do them."""

import time
from typing import Any

from celery.signals import task_postrun, task_prerun

from pbx_messaging.metrics.series import TASK_TIME

_began: dict[str, float] = {}  # by the task's id


@task_prerun.connect
def _begin(task_id: str, **_signal: Any) -> None:
    _began[task_id] = time.monotonic()


@task_postrun.connect
def _end(task_id: str, task: Any, state: str | None, **_signal: Any) -> None:
    took_s = time.monotonic() - _began.pop(task_id, time.monotonic())
    TASK_TIME.note(task.name, (state or "lost").lower(), amount=took_s)
