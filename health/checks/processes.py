"""Whether all processes live: each says so itself."""

import time
from collections.abc import Callable

from health.checks import stores
from health.result import Result, State
from pbx_messaging.processes import life
from pbx_messaging.queues import SENDER, WORKER
from pbx_messaging.redis import redis_client
from pbx_messaging.version import VERSION

NEEDED = ("stream", "sender", "worker", "beat")
STARTS_WITHIN_S = 45.0
PILED = 45  # tasks: the clock nudges once a second, and a nudge that is taken leaves the queue at once

_began = time.monotonic()


def _version() -> list[Result]:
    return [Result("version", State.OK, params={"version": VERSION})]


def _of(kind: str) -> list[Result]:
    """A machine of its own has no `web` process: what serves streams serves pages, too.

    While Valkey takes nothing, nobody can leave a sign.
    """
    found = life.signs()[kind]
    if not found.count and stores.valkey()[0].state is not State.OK:
        return [Result(kind, State.UNKNOWN, "untold")]
    if found.age_s is None:
        if kind not in NEEDED:
            return []
        starts = time.monotonic() - _began < STARTS_WITHIN_S
        return [Result(kind, State.UNKNOWN if starts else State.FAILING, "starting" if starts else "never")]
    params = {"count": found.count}
    if not found.count:
        return [Result(kind, State.FAILING, "gone", found.age_s, params)]
    waiting = redis_client().llen(kind) if kind in {SENDER, WORKER} else 0
    if waiting > PILED:
        return [Result(kind, State.FAILING, "piled", found.age_s, {"count": waiting})]
    return [Result(kind, State.OK, "ok", found.age_s, params)]


def _check_of(kind: str) -> Callable[[], list[Result]]:
    return lambda: _of(kind)


CHECKS: dict[str, Callable[[], list[Result]]] = {
    "version": _version,
    **{kind: _check_of(kind) for kind in life.KINDS},
}
