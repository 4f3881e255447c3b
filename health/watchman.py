"""Web processes look after the others: a dead worker can't tell that it is dead.

Each looks for alarms, in turn, and sends what the worker leaves lying. The thread is of its own, so that a
receiver that hangs holds up no page.
"""

import logging
import threading
import time
from collections.abc import Callable

from django.db import Error, close_old_connections
from django.utils import timezone

from health.alarms import looking, telling

logger = logging.getLogger(__name__)

EVERY_S = 5.0


def begin() -> None:
    """In each process that serves pages or streams. Two threads: who waits for a receiver does not look."""
    for name, walk in (("watchman", _look), ("town-crier", _cry)):
        threading.Thread(target=_run, args=(walk,), name=name, daemon=True).start()


def _run(walk: Callable[[], object]) -> None:
    while True:
        time.sleep(EVERY_S)
        try:
            walk()
        except Error as error:
            logger.warning("a round of the watch was in vain: %s", error)
        except Exception:
            logger.exception("a round of the watch failed")
        finally:
            close_old_connections()


def _look() -> None:
    looking.look_in_turn(now=timezone.now())


def _cry() -> None:
    telling.send_due(untaken_for=telling.TAKEN_WITHIN)
