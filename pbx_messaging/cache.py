"""Django's cache, in Redis: it holds only what may be forgotten.

While Redis is away the cache is empty. People can still log in then; their failures are not counted.
"""

import logging
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis import RedisError

logger = logging.getLogger(__name__)


class ForgivingRedisCache(RedisCache):
    def get(self, *args: Any, **options: Any) -> Any:
        try:
            return super().get(*args, **options)
        except RedisError as error:
            _warn(error)
            return options.get("default", args[1] if len(args) > 1 else None)

    def get_many(self, *args: Any, **options: Any) -> dict[Any, Any]:
        try:
            return super().get_many(*args, **options)
        except RedisError as error:
            _warn(error)
            return {}

    def add(self, *args: Any, **options: Any) -> bool:
        try:
            return super().add(*args, **options)
        except RedisError as error:
            _warn(error)
            return True

    def set(self, *args: Any, **options: Any) -> None:
        try:
            super().set(*args, **options)
        except RedisError as error:
            _warn(error)

    def delete(self, *args: Any, **options: Any) -> bool:
        try:
            return super().delete(*args, **options)
        except RedisError as error:
            _warn(error)
            return False


def _warn(error: RedisError) -> None:
    logger.warning("the cache is away: %s", error)
