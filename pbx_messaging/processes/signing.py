"""Has Celery's processes leave signs of life, from where each does its work; of several clocks one leads."""

import logging
import os
import platform
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery.beat import Scheduler
from celery.signals import worker_ready
from django.conf import settings
from redis import RedisError

from pbx_messaging.databases import name_connections
from pbx_messaging.processes import life
from pbx_messaging.queues import SENDER, WORKER
from pbx_messaging.redis import redis_client

logger = logging.getLogger(__name__)

LEADER = "beat:leader"  # who leads, as long as that says so
SILENT_S = 10.0  # then another one leads
LOOKS_EVERY_S = 2.0

_TAKE = """
local leader = redis.call('GET', KEYS[1])
if leader and leader ~= ARGV[1] and leader ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return 1
"""
_GIVE_BACK = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


class LeadingScheduler(Scheduler):
    """The clock. Several may run, on several machines: one leads, and another when that falls silent.

    What is due is in the database, so that no schedule is kept: whoever begins to lead wakes all tasks. A
    sign says that the clock ticks, not only that it is there; the file is for a container's health check.
    """

    _looked_at = float("-inf")
    _leads: bool | None = None

    def tick(self, *arguments: Any, **options: Any) -> float:
        now = time.monotonic()
        if now - self._looked_at >= LOOKS_EVERY_S:
            self._looked_at = now
            self._look()
        if not self._leads:
            return LOOKS_EVERY_S
        wait_s: float = super().tick(*arguments, **options)
        return min(wait_s, LOOKS_EVERY_S)

    def close(self) -> None:
        if self._leads:
            _give_back_the_lead()
        super().close()

    def _look(self) -> None:
        led, self._leads = self._leads, _takes_the_lead()
        Path(settings.BEAT_TICKED).touch()
        if self._leads:
            life.leave_if_possible("beat")
        if self._leads is not led:
            logger.info("this clock %s", "leads" if self._leads else "stands by")
            self._wake_all()

    def _wake_all(self) -> None:
        """As soon as this one leads: nobody knows when the one before it did so."""
        long_ago = self.app.now() - timedelta(days=1)
        for entry in self.schedule.values():
            entry.last_run_at = long_ago
        self._heap = None


def _me() -> str:
    return f"{platform.node()}:{os.getpid()}"


def _takes_the_lead() -> bool:
    """Without Redis nobody leads: a nudge could not be sent either."""
    redis = redis_client()
    try:
        leader = redis.get(LEADER) or b""
        gone = leader if _is_gone(leader.decode()) else b""  # type: ignore[union-attr]
        return bool(redis.eval(_TAKE, 1, LEADER, _me(), gone, int(SILENT_S * 1000)))
    except RedisError as error:
        logger.warning("whether this clock leads is asked again: %s", error)
        return False


def _is_gone(leader: str) -> bool:
    """Whether it was a process of this machine, and that has ended."""
    node, _, pid = leader.rpartition(":")
    return node == platform.node() and not Path(f"/proc/{pid}").exists()


def _give_back_the_lead() -> None:
    try:
        redis_client().eval(_GIVE_BACK, 1, LEADER, _me())
    except RedisError as error:
        logger.warning("another clock leads in %d s: %s", SILENT_S, error)


@worker_ready.connect
def _begin(sender: Any, **_signal: Any) -> None:
    """`sender` is the consumer. A sign is left by a thread of the queue's own pool."""
    name_connections(sender.hostname.partition("@")[0])
    for queue in sender.app.amqp.queues.consume_from:
        if queue in {SENDER, WORKER}:
            life.begin(queue, by=sender.pool.executors[queue].submit)
