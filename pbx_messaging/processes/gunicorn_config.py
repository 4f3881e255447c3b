"""What gunicorn needs beside its command line: workers that end with their arbiter, even a killed one."""

import gc
import os
from typing import Any

import django
from django.conf import settings
from django.urls import get_resolver

from pbx_messaging.databases import name_connections
from pbx_messaging.processes.orphans import die_with_parent
from pbx_messaging.processes.servers import ASGI

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pbx_messaging.settings")
django.setup()  # gunicorn reads this file before it loads the application

from health import watchman  # noqa: E402  only now are the apps loaded
from pbx_messaging import reporting  # noqa: E402
from pbx_messaging.logs import start  # noqa: E402
from pbx_messaging.logs.access import AccessLogger  # noqa: E402
from pbx_messaging.processes import life  # noqa: E402
from sessions.receiving import heart  # noqa: E402

control_socket_disable = True
logger_class = AccessLogger
preload_app = True  # so that a worker that was killed is there again at once
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  heartbeats never wait for a disk


def on_starting(server: Any) -> None:
    """Runs when the application is there, before the process listens and before its workers are forked.

    Python's garbage collector is told to pass over what is loaded. It would look at all of it now and then,
    for 0.1 s in which nobody is answered, and would write to memory that the workers share.
    """
    start.say(_kind(server.cfg))
    _ = get_resolver().url_patterns  # or the first request loads the views
    gc.collect()
    gc.freeze()


def _kind(cfg: Any) -> str:
    return "stream" if cfg.worker_class_str == ASGI else "web"


def post_fork(server: Any, worker: Any) -> None:
    """Runs in each new worker."""
    die_with_parent(server.pid)


def post_worker_init(worker: Any) -> None:
    """Runs when the application is there: this process serves webhooks from now on."""
    name = _kind(worker.cfg)
    name_connections(name, statement_s=settings.PAGE_STATEMENT_S)
    reporting.begin(name)
    heart.begin(worker.cfg.worker_class_str)
    life.begin(name)
    watchman.begin()
