"""The process's connections to Redis or Valkey."""

from functools import cache

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry


@cache
def redis_client(timeout_s: float = settings.REDIS_TIMEOUT_S) -> Redis:
    """One pool per process, answers as bytes. A command gets `timeout_s` and no second try.

    A request must not wait for a broker that is away: what is due lives in the database.
    """
    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        retry=Retry(NoBackoff(), 0),
    )
