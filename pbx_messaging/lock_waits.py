"""How migrations wait for tables that are in use.

Whoever waits for a table's lock on PostgreSQL has all others wait behind it, readers too. So a migration
gives up soon, lets them through, and is tried again.
"""

import time
from collections.abc import Callable
from typing import Any

from django.db import OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, TRANSACTION_STATUS_INERROR

PAUSE_S = 2.0  # in which those go on that waited behind it
LONG_S = 0.3  # what took as long has kept others waiting, perhaps
LEAST_S = 0.1  # that a statement may wait, whatever those before it took
IN_USE = {"55P03", "40P01"}  # lock_not_available, and two that waited for each other

Execute = Callable[[str, Any, bool, dict[str, Any]], Any]


def is_in_use(error: OperationalError) -> bool:
    """Whether somebody else held what a statement wanted."""
    return getattr(error.__cause__, "pgcode", "") in IN_USE


class Patience:
    """Allows another try for as long as there is time, and says so by `say`."""

    def __init__(self, total_s: float, say: Callable[[str], None]) -> None:
        self._until = time.monotonic() + total_s
        self._say = say

    def is_over(self) -> bool:
        """Whether there was time enough."""
        return time.monotonic() > self._until

    def try_again_after(self, error: OperationalError) -> None:
        """Wait for a moment; raises the error if it is another one, or if there was time enough."""
        if not is_in_use(error) or self.is_over():
            raise error
        self._say(f"  A table is in use: the others go first, the next try is in {PAUSE_S:.0f} s.")
        time.sleep(PAUSE_S)


class ShortWaits:
    """Around each statement of a migration, as `connection.execute_wrapper(ShortWaits(…))`.

    The limit is for all statements of a transaction together, since what one of them has got stays locked
    while the next one waits. After a long one, the next transaction lets others through before it begins.

    It is the transaction's, not the connection's, so a pooler gives it to nobody else. Outside of a
    transaction the statement itself is tried again, since the migration could not begin anew. What is done
    CONCURRENTLY keeps nobody waiting, and may take its time.
    """

    def __init__(self, connection: BaseDatabaseWrapper, timeout_s: float, patience: Patience) -> None:
        self._connection = connection
        self._timeout_s = self._left_s = timeout_s
        self._patience = patience

    def __call__(self, execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if self._connection.in_atomic_block:
            return self._limited(execute, sql, params, many, context)
        if "CONCURRENTLY" in str(sql):
            return execute(sql, params, many, context)
        while True:
            try:
                with transaction.atomic(using=self._connection.alias):
                    return self._limited(execute, sql, params, many, context)
            except OperationalError as error:
                self._patience.try_again_after(error)
                self._left_s = self._timeout_s  # others have gone first

    def _limited(self, execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        connection = self._connection.connection
        status = connection.info.transaction_status
        if status == TRANSACTION_STATUS_INERROR:
            return execute(sql, params, many, context)
        if status == TRANSACTION_STATUS_IDLE:  # the first of its transaction
            self._begin()
        with connection.cursor() as cursor:  # its own: the statement's may be the server's
            cursor.execute(f"SET LOCAL lock_timeout = {self._left_s * 1000:.0f}")
        begun = time.monotonic()
        try:
            return execute(sql, params, many, context)
        finally:
            self._left_s = max(LEAST_S, self._left_s - (time.monotonic() - begun))

    def _begin(self) -> None:
        if self._timeout_s - self._left_s > LONG_S:
            time.sleep(PAUSE_S)
        self._left_s = self._timeout_s
