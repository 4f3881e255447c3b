"""Has Celery's processes say that they start, and begin to report what they are told to."""

import gc
from typing import Any

from celery.signals import beat_init, celeryd_init, worker_ready

from pbx_messaging import reporting
from pbx_messaging.logs import start


@celeryd_init.connect
def _begin_worker(sender: str, **_signal: Any) -> None:
    """`sender` is the worker's name and host."""
    _begin(sender.partition("@")[0])


@worker_ready.connect
def _settle(**_signal: Any) -> None:
    """A full collection would look at all that is loaded, for 0.04 s, in which a transaction may be open."""
    gc.collect()
    gc.freeze()


@beat_init.connect
def _begin_beat(**_signal: Any) -> None:
    _begin("beat")


def _begin(process: str) -> None:
    start.say(process)
    reporting.begin(process)
