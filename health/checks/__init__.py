"""The one list of checks: what the System page, `/readyz?verbose`, alarms and metrics tell.

A check is a function without arguments that returns what it found, a result or several. It asks our own
database, Valkey and machine only, each within a limit; what must be asked outside is asked by the worker
(`health.outside`), and read here.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext

from django.db import Error, connection
from redis import RedisError

from health.checks import channels, outside, processes, stores, texts
from health.result import Result, State
from pbx_messaging.time_limit import database_answers_within

logger = logging.getLogger(__name__)

Check = Callable[[], list[Result]]
LIMIT_S = 2.0  # of what one check asks the database

GROUPS: Mapping[str, Mapping[str, Check]] = {
    "processes": processes.CHECKS,
    "texts": {**channels.CHECKS, **texts.CHECKS},
    "stores": stores.CHECKS,
    "outside": outside.CHECKS,
}
CHECKS: Mapping[str, Check] = {name: check for group in GROUPS.values() for name, check in group.items()}


def run(names: Iterable[str] = CHECKS) -> list[Result]:
    """Of these checks, or of all, in their order. What can't be found out is said, never raised."""
    return [result for name in names for result in _run(name)]


def _run(name: str) -> list[Result]:
    try:
        with _bounded():
            return CHECKS[name]()
    except (Error, RedisError, OSError) as error:
        logger.info("the check %s can't be made: %s", name, error)
        if isinstance(error, Error) and not connection.in_atomic_block:
            connection.close()
    except Exception:
        logger.exception("the check %s failed itself", name)
    return [Result(name, State.UNKNOWN, "untold")]


def _bounded() -> AbstractContextManager[None]:
    """Readers of SQLite wait for nobody."""
    return database_answers_within(LIMIT_S) if connection.vendor == "postgresql" else nullcontext()
