"""Holds the product loaded, and forks its processes: they start at once and share most of their memory.

`python -m pbx_messaging.embedded.nursery FD` takes orders from the socket FD. What it forks becomes a child
of the supervisor, which adopts orphans: so it outlives the nursery, and ends with the supervisor.
"""

import fcntl
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import time
from collections.abc import Sequence
from typing import NoReturn

import django
from django.conf import settings
from django.urls import get_resolver
from django.utils.module_loading import import_string

from pbx_messaging.embedded.nursery_child import ORDER_BYTES
from pbx_messaging.embedded.titles import set_title
from pbx_messaging.processes.orphans import die_with_parent

FDS_MOST = 8
OUT_OF_THE_WAY_FD = 100
# What the processes would load by themselves. None of it starts a thread, opens a connection or reads what
# the preparation may yet change: so the ASGI application is not here, which reads the list of static files.
LOADED = (
    "pbx_messaging.doors.asgi",
    "pbx_messaging.doors.asgi_worker",
    "sessions.live.stream",
    "sessions.receiving.webhook",
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.celery",
    "celery.concurrency.thread",
    "django.core.handlers.asgi",
    "gunicorn.app.wsgiapp",
    "gunicorn.arbiter",
    "kombu.transport.redis",
)


def load() -> None:
    """Load the product, and have the garbage collector leave alone what all will share."""
    django.setup()
    for name in LOADED:
        importlib.import_module(name)
    celery = importlib.import_module("pbx_messaging.celery").app
    celery.loader.import_default_modules()
    celery.finalize()
    for path in settings.MIDDLEWARE:
        import_string(path)
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()


def serve(orders: socket.socket) -> None:
    """Answer each order with the id of the process that was made, until the supervisor is gone.

    An order names a command line and the numbers that what is passed has in the process: first its output.
    """
    orders.send(b"ready")
    while True:
        order, fds, _flags, _address = socket.recv_fds(orders, ORDER_BYTES, FDS_MOST)
        if not order:
            return
        wanted = json.loads(order)
        orders.send(str(_forked(wanted["argv"], dict(zip(wanted["fds"], fds, strict=True)))).encode())
        for fd in fds:
            os.close(fd)


def _forked(argv: Sequence[str], fds: dict[int, int]) -> int:
    """Fork twice: what one leaves behind that ends at once goes to the supervisor."""
    supervisor = os.getppid()
    told, tell = os.pipe()
    middle = os.fork()
    if middle == 0:
        if child := os.fork():
            os.write(tell, str(child).encode())
            os._exit(0)
        _become(argv, fds, supervisor)
    os.close(tell)
    os.waitpid(middle, 0)
    with os.fdopen(told) as answer:
        return int(answer.read(32))


def _become(argv: Sequence[str], fds: dict[int, int], supervisor: int) -> NoReturn:
    """Run `python -m MODULE ARGUMENTS...` in this process."""
    middle = os.getppid()
    while (parent := os.getppid()) != supervisor:
        if parent != middle:
            os._exit(1)
        time.sleep(0.001)
    os.setpgid(0, 0)
    die_with_parent(supervisor)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _move(fds)
    os.dup2(1, 2)
    set_title(argv)
    _python, _m, module, *arguments = argv
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    sys.exit(0)


def _move(fds: dict[int, int]) -> None:
    """Give each its number, which another one may have at the moment, and close all else."""
    moved = {number: fcntl.fcntl(fd, fcntl.F_DUPFD, OUT_OF_THE_WAY_FD) for number, fd in fds.items()}
    os.closerange(3, OUT_OF_THE_WAY_FD)
    for number, fd in moved.items():
        os.dup2(fd, number)
        os.close(fd)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    load()
    serve(socket.socket(fileno=int(sys.argv[1])))
