"""The processes that listen: gunicorn, with threads for pages, and with ASGI for event streams."""

import sys

from pbx_messaging.processes.ports import Listen
from pbx_messaging.processes.process import Process

GRACEFUL_TIMEOUT_S = 3  # event streams never end by themselves
KEEP_ALIVE_S = 75  # longer than a proxy keeps an idle connection, so that it never sends into a closed one


def _gunicorn(name: str, listen: Listen, options: list[str], application: str) -> Process:
    config = ["--config", "python:pbx_messaging.processes.gunicorn_config"]
    argv = [sys.executable, "-m", "gunicorn", *config, *listen.options, *options]
    times = ["--graceful-timeout", str(GRACEFUL_TIMEOUT_S), "--keep-alive", str(KEEP_ALIVE_S)]
    return Process(name, [*argv, *times, application])


def web_and_stream(listen: Listen, name: str = "web") -> Process:
    """One ASGI process that serves pages, webhooks, API and event streams; also the stream process."""
    return _gunicorn(name, listen, ["-k", "asgi", "-w", "1"], "pbx_messaging.asgi:application")


def web(listen: Listen, *, processes: int = 2, threads: int = 8) -> Process:
    """Pages, webhooks and API on threads that keep their database connections."""
    options = ["-k", "gthread", "-w", str(processes), "--threads", str(threads)]
    return _gunicorn("web", listen, options, "pbx_messaging.wsgi:application")
