"""Celery's processes: those that serve its two queues, and the clock that wakes them."""

import sys

from pbx_messaging.processes.process import Process
from pbx_messaging.queues import SENDER, WORKER


def _celery(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-q", "-A", "pbx_messaging", *arguments]


def _serving(queues: str, name: str, *more: str) -> Process:
    """One process with threads; settings.py says how many, and `pools.py` that the queues share none."""
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]
    return Process(name, _celery("worker", "--hostname", f"{name}@%h", "--queues", queues, *quiet, *more))


def sender(name: str = "sender") -> Process:
    """Sends texts, and does what else is due by our own clock. It waits for no outsider but the pump's."""
    return _serving(SENDER, name)


def worker(name: str = "worker") -> Process:
    """Asks outsiders, and does what takes long."""
    return _serving(WORKER, name)


def sender_and_worker(name: str = "background") -> Process:
    """Both in one process, whose pools stay apart.

    It takes nudges without end, or those that wait for the one pool would keep back those for the other.
    """
    return _serving(f"{SENDER},{WORKER}", name, "--prefetch-multiplier", "0")


def beat(name: str = "beat") -> Process:
    """The clock that nudges the tasks. In its own process, since -B outlives a killed worker."""
    return Process(name, _celery("beat", "--loglevel", "INFO", "--pidfile", ""))
