"""Has Celery's processes leave signs of life, each from where it does its work."""

import time
from typing import Any

from celery.beat import PersistentScheduler
from celery.signals import worker_ready

from pbx_messaging.processes import life
from pbx_messaging.queues import SENDER, WORKER


class SigningScheduler(PersistentScheduler):
    """The clock: a sign says that it ticks, not only that it is there."""

    _signed_at = float("-inf")

    def tick(self, *arguments: Any, **options: Any) -> float:
        wait_s: float = super().tick(*arguments, **options)
        now = time.monotonic()
        if now - self._signed_at >= life.EVERY_S:
            self._signed_at = now
            life.leave_if_possible("beat")
        return wait_s


@worker_ready.connect
def _begin(sender: Any, **_signal: Any) -> None:
    """`sender` is the consumer. A sign is left by a thread of the queue's own pool."""
    for queue in sender.app.amqp.queues.consume_from:
        if queue in {SENDER, WORKER}:
            life.begin(queue, by=sender.pool.executors[queue].submit)
