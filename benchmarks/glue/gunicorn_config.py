"""What the glue's gunicorn needs to run in a benchmark: its workers end with it, and it writes to no disk."""

from typing import Any

from pbx_messaging.processes.orphans import die_with_parent

control_socket_disable = True
worker_tmp_dir = "/dev/shm"  # noqa: S108  heartbeats never wait for a disk


def post_fork(server: Any, worker: Any) -> None:
    """Runs in each new worker."""
    die_with_parent(server.pid)
