"""The product's processes: what is called how. The supervisor and the tests start exactly these.

`python -m pbx_messaging.embedded.processes web|stream|worker|beat` becomes one of them, as in a container.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

GRACEFUL_TIMEOUT_S = 3  # event streams never end by themselves
KEEP_ALIVE_S = 75  # longer than a proxy keeps an idle connection, so that it never sends into a closed one
WORKER_THREADS = 4
LISTEN = "0.0.0.0:8000"  # the container's own network


@dataclass(frozen=True)
class Process:
    """A command line with its name and what it needs in its environment beside the common settings."""

    name: str
    argv: list[str]
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Listen:
    """Where a web process listens, and the files that make it speak TLS."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None

    @property
    def options(self) -> list[str]:
        """gunicorn's options for it."""
        tls = []
        if self.certificate and self.key:
            tls = ["--certfile", str(self.certificate), "--keyfile", str(self.key)]
        return ["--bind", f"{self.host}:{self.port}", *tls]


def _gunicorn(name: str, listen: Listen, options: list[str], application: str) -> Process:
    config = ["--config", "python:pbx_messaging.embedded.gunicorn_config"]
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


def _celery(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "pbx_messaging", *arguments]


def worker(name: str = "worker") -> Process:
    """A Celery worker: one process with threads, which sends, folds, sweeps."""
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    pool = ["--pool", "threads", "--concurrency", str(WORKER_THREADS)]
    return Process(name, _celery("worker", "--hostname", f"{name}@%h", *pool, *quiet))


def beat() -> Process:
    """The clock that nudges the tasks; one of it. In its own process, since -B outlives a killed worker."""
    return Process("beat", _celery("beat", "--loglevel", "INFO", "--pidfile", ""))


def simulator(port: int, data_dir: Path | None, host: str = "127.0.0.1") -> Process:
    """The stand-in for Twilio; without `data_dir` it forgets all when it ends."""
    arguments = ["--host", host, "--port", str(port)]
    if data_dir:
        arguments += ["--data", str(data_dir)]
    if host != "127.0.0.1":  # asked for: a person on another machine shall use its pages
        arguments += ["--open-control", "--public-url", f"http://127.0.0.1:{port}"]
    return Process("simulator", [sys.executable, "-m", "simulator", *arguments])


def valkey(config_path: Path, binary: Path) -> Process:
    """Broker, limiter, events and spool; all its settings, its password too, are in its config file."""
    return Process("valkey", [str(binary), str(config_path)])


def by_name(name: str) -> Process:
    """A process of docker-compose.yml. WEB_PROCESSES and WEB_THREADS size web; LISTEN is its and stream's."""
    host, _, port = os.environ.get("LISTEN", LISTEN).rpartition(":")
    place = Listen(host, int(port))
    processes, threads = int(os.environ.get("WEB_PROCESSES", "2")), int(os.environ.get("WEB_THREADS", "8"))
    known = {
        "web": web(place, processes=processes, threads=threads),
        "stream": web_and_stream(place, name="stream"),
        "worker": worker(),
        "beat": beat(),
    }
    return known[name]


if __name__ == "__main__":
    chosen = by_name(sys.argv[1])
    os.execv(chosen.argv[0], chosen.argv)  # noqa: S606  no shell is wanted
