"""What gunicorn needs beside its command line: workers that end with their arbiter, even a killed one."""

import gc
import os
from typing import Any

import django
from django.urls import get_resolver

from pbx_messaging.processes.orphans import die_with_parent
from pbx_messaging.processes.servers import ASGI

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pbx_messaging.settings")
django.setup()  # gunicorn reads this file before it loads the application

from health import watchman  # noqa: E402  only now are the apps loaded
from pbx_messaging.processes import life  # noqa: E402
from sessions.receiving import heart  # noqa: E402

control_socket_disable = True
preload_app = True  # so that a worker that was killed is there again at once
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  heartbeats never wait for a disk


def on_starting(server: Any) -> None:
    """Runs when the application is there, before the process listens and before its workers are forked.

    Python's garbage collector is told to pass over what is loaded. It would look at all of it now and then,
    for 0.1 s in which nobody is answered, and would write to memory that the workers share.
    """
    _ = get_resolver().url_patterns  # or the first request loads the views
    gc.collect()
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    """Runs in each new worker."""
    die_with_parent(server.pid)


def post_worker_init(worker: Any) -> None:
    """Runs when the application is there: this process serves webhooks from now on."""
    heart.begin(worker.cfg.worker_class_str)
    life.begin("stream" if worker.cfg.worker_class_str == ASGI else "web")
    watchman.begin()
