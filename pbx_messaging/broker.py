"""Celery's way to Redis or Valkey, for tasks that are nudges: taken once, never acknowledged, never put back.

kombu's own keeps each task for a worker that is killed. Ours needn't: what is due lives in the database and
beat nudges again. And its bookkeeping ends a worker that loses the broker while tasks wait in it.
"""

from typing import Any

from kombu.transport import redis, virtual


class NudgeQoS(redis.QoS):
    """Counts, in the process, what the worker has taken and not begun; Redis is told nothing of it."""

    restore_at_shutdown = False
    append = virtual.QoS.append
    ack = virtual.QoS.ack
    reject = virtual.QoS.reject

    def restore_visible(self, *_arguments: Any, **_options: Any) -> None:
        """There is nothing to put back."""


class NudgeChannel(redis.Channel):
    QoS = NudgeQoS


class NudgeTransport(redis.Transport):
    Channel = NudgeChannel
