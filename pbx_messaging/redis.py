"""The process's connections to Redis or Valkey."""

from functools import cache

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

WAITAOF_SINCE = (7, 2)


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


def too_old() -> str | None:
    """The server's version, if it has no WAITAOF, by which we know that a text is on its disk.

    Valkey calls itself a Redis 7.2. Raises `RedisError`.
    """
    version = str(redis_client().info("server")["redis_version"])
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    return version if numbers < WAITAOF_SINCE else None
