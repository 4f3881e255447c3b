"""Celery's pool of threads, but one for each queue: what hangs on one queue takes no thread of the other.

A process that serves both queues, as on a machine of its own, costs half of what two processes do.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from celery.concurrency.base import BasePool, apply_target
from celery.concurrency.thread import ApplyResult  # type: ignore[attr-defined]
from django.conf import settings

from pbx_messaging.queues import QUEUES, SENDER, WORKER


class PoolOfEachQueue(BasePool):
    """`limit`, Celery's own number for one pool, is not used. Threads are made when they are needed."""

    body_can_be_buffer = True
    signal_safe = False

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.executors = {
            SENDER: ThreadPoolExecutor(settings.SENDER_TASK_THREADS, "sender-task"),
            WORKER: ThreadPoolExecutor(settings.WORKER_THREADS, "worker-task"),
        }

    def on_apply(
        self,
        target: Callable[..., Any],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
        callback: Callable[..., Any] | None = None,
        accept_callback: Callable[..., Any] | None = None,
        **_options: Any,
    ) -> ApplyResult:
        """`args` begins with the task's name."""
        executor = self.executors[QUEUES.get(args[0], WORKER)]
        return ApplyResult(executor.submit(apply_target, target, args, kwargs, callback, accept_callback))

    def on_stop(self) -> None:
        """What is under way may end, which for a call to an outsider is soon; what waits comes again."""
        for executor in self.executors.values():
            executor.shutdown(cancel_futures=True)
        super().on_stop()
