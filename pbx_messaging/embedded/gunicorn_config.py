"""What gunicorn needs beside its command line: workers that end with their arbiter, even a killed one."""

import os
from typing import Any

from pbx_messaging.embedded.children import die_with_parent

control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  heartbeats never wait for a disk


def post_fork(server: Any, worker: Any) -> None:
    """Runs in each new worker."""
    die_with_parent(server.pid)
