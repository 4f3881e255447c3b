"""The processes that listen: gunicorn, with threads for pages, and with ASGI for event streams."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured

from pbx_messaging.processes.ports import Listen
from pbx_messaging.processes.process import Process

GRACEFUL_TIMEOUT_S = 3  # event streams never end by themselves
KEEP_ALIVE_S = 75  # longer than a proxy keeps an idle connection, so that it never sends into a closed one
WEB_PROCESSES, WEB_THREADS = 2, 8
THREADS = "pbx_messaging.doors.thread_worker.DoorThreadWorker"
ASGI = "pbx_messaging.doors.asgi_worker.DoorAsgiWorker"
PORTS = 65536
LISTEN = "0.0.0.0:8000"  # the container's own network


def web(
    listen: Listen, name: str = "web", *, processes: int = WEB_PROCESSES, threads: int = WEB_THREADS
) -> Process:
    """Pages, webhooks and API on threads that keep their database connections."""
    options = ["-k", THREADS, "-w", str(processes), "--threads", str(threads)]
    return _gunicorn(name, listen, options, "pbx_messaging.wsgi:application")


def web_and_stream(listen: Listen, name: str = "web") -> Process:
    """One ASGI process that serves pages, webhooks, API and event streams; also the stream process."""
    return _gunicorn(name, listen, ["-k", ASGI, "-w", "1"], "pbx_messaging.asgi:application")


def web_as_told(name: str) -> Process:
    """`web` as the environment's LISTEN, WEB_PROCESSES and WEB_THREADS say."""
    processes = _count_as_told("WEB_PROCESSES", WEB_PROCESSES)
    threads = _count_as_told("WEB_THREADS", WEB_THREADS)
    return web(_listen_as_told(), name, processes=processes, threads=threads)


def stream_as_told(name: str) -> Process:
    """The stream process where the environment's LISTEN says."""
    return web_and_stream(_listen_as_told(), name)


def _listen_as_told() -> Listen:
    host, _, port = (os.environ.get("LISTEN") or LISTEN).rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < PORTS:
        raise ImproperlyConfigured("LISTEN must be an address and a port, such as 127.0.0.1:8000.")
    return Listen(host, int(port))


def _count_as_told(name: str, usual: int) -> int:
    text = os.environ.get(name) or str(usual)
    if not text.isdecimal() or not int(text):
        raise ImproperlyConfigured(f"{name} must be a whole number, 1 or more.")
    return int(text)


def _gunicorn(name: str, listen: Listen, options: list[str], application: str) -> Process:
    config = ["--config", "python:pbx_messaging.processes.gunicorn_config"]
    argv = [sys.executable, "-m", "gunicorn", *config, *listen.options, *options]
    times = ["--graceful-timeout", str(GRACEFUL_TIMEOUT_S), "--keep-alive", str(KEEP_ALIVE_S)]
    return Process(name, [*argv, *times, application])
