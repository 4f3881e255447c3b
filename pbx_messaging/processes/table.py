"""The processes by their names; `python -m pbx_messaging.processes.table NAME` becomes one of them."""

import os
import sys

from pbx_messaging.processes.ports import Listen
from pbx_messaging.processes.process import Process
from pbx_messaging.processes.servers import web, web_and_stream
from pbx_messaging.processes.workers import beat, worker

LISTEN = "0.0.0.0:8000"  # the container's own network


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
