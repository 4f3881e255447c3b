"""Celery's processes: the workers, and the clock that wakes them."""

import sys

from pbx_messaging.processes.process import Process

WORKER_THREADS = 4


def _celery(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "pbx_messaging", *arguments]


def worker(name: str = "worker") -> Process:
    """A Celery worker: one process with threads, which sends, folds, sweeps."""
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]
    pool = ["--pool", "threads", "--concurrency", str(WORKER_THREADS)]
    return Process(name, _celery("worker", "--hostname", f"{name}@%h", *pool, *quiet))


def beat(name: str = "beat") -> Process:
    """The clock that nudges the tasks; one of it. In its own process, since -B outlives a killed worker."""
    return Process(name, _celery("beat", "--loglevel", "INFO", "--pidfile", ""))
