"""The product's real processes for tests: each can be named, killed, started again."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from pbx_messaging.embedded.children import Child
from pbx_messaging.processes import servers, table
from pbx_messaging.processes.ports import Listen, free_port
from pbx_messaging.processes.process import Process
from pbx_messaging.processes.workers import beat
from tests import nurseries, proxy
from tests.servers import ROOT, wait_for_http


class Stack:
    """The processes of one installation, on databases that run already.

    `kind` "embedded": web, background, beat. "production": web, stream, sender-1, worker-1, beat and proxy,
    as docker-compose has them, with as many senders and workers as are asked for; "doubled" has of all others
    two as well, the second ones being web-2, stream-2 and beat-2. `url` is where a browser
    goes; PUBLIC_URL is set to it.
    """

    def __init__(self, kind: str, folder: Path, env: Mapping[str, str], *, workers: int) -> None:
        self._ports: nurseries.Ports | None = (ports := nurseries.take_ports())
        self.port, self.web_port, self.stream_port = ports
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        known = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
        self._env = {**known, "PYTHONUNBUFFERED": "1", "PUBLIC_URL": self.url, **env}
        self._second_ports = (free_port(), free_port()) if kind == "doubled" else ()
        wanted = self._embedded() if kind == "embedded" else self._production(workers)
        self.children = {process.name: self._child(process) for process in wanted}
        if kind != "embedded":
            self.children["proxy"] = self._proxy()

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are started with, for a command of manage.py beside them."""
        return dict(self._env)

    def _embedded(self) -> list[Process]:
        self.stream_port = self.web_port = self.port
        return [servers.web_and_stream(Listen("127.0.0.1", self.port)), *table.background()]

    def _production(self, workers: int) -> list[Process]:
        wanted = [
            servers.web(Listen("127.0.0.1", self.web_port)),
            servers.web_and_stream(Listen("127.0.0.1", self.stream_port), name="stream"),
            *table.background(workers),
        ]
        if self._second_ports:
            web, stream = (Listen("127.0.0.1", port) for port in self._second_ports)
            wanted += [servers.web(web, name="web-2"), servers.web_and_stream(stream, name="stream-2")]
            wanted += [beat("beat-2")]
        return wanted

    def add(self, process: Process) -> Child:
        """One more beside those that an installation has; it is not started yet."""
        self.children[process.name] = self._child(process)
        return self.children[process.name]

    def _child(self, process: Process) -> Child:
        fork = nurseries.fork_for(self._env, self.folder)
        return Child(process, self._env, self.folder / f"{process.name}.log", ROOT, fork=fork)

    def _proxy(self) -> Child:
        web, stream = [self.web_port, *self._second_ports[:1]], [self.stream_port, *self._second_ports[1:]]
        own = proxy.environment(self.port, web, stream, self.folder)
        return Child(proxy.caddy(), {**self._env, **own}, self.folder / "proxy.log", ROOT)

    def start(self, *names: str) -> None:
        """Start the named processes, or all, and wait until the portal is ready (workers come up later)."""
        for name in names or self.children:
            self.children[name].start()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait for 200 from /readyz, and from /healthz of the stream process."""
        first = next(iter(self.children.values()))
        if first.is_running():
            wait_for_http(f"{self.url}/readyz", first)
        if "stream" in self.children and self.children["stream"].is_running():
            wait_for_http(f"http://127.0.0.1:{self.stream_port}/healthz", self.children["stream"])

    def kill(self, name: str) -> None:
        """Kill -9 a process with what it started."""
        self.children[name].kill()

    def restart(self, name: str) -> None:
        """Start a killed process again on its port, and wait until the portal is ready."""
        self.children[name].kill()
        self.start(name)

    def stop(self) -> None:
        """Kill all, after which the ports are free. The supervisor's tests see how processes end in order."""
        for child in self.children.values():
            child.kill()
        if self._ports is not None:
            nurseries.give_back(self._ports)
            self._ports = None

    def logs(self, lines: int = 40) -> dict[str, str]:
        """The end of each process's log."""
        return {name: "\n".join(child.last_lines(lines)) for name, child in self.children.items()}


stacks_key = pytest.StashKey[list[Stack]]()  # of a test's item: the logs of these are shown if it fails


# Of all stacks alike, so that most are forked from one nursery: what tests would wait for is soon.
SOON = {"EVENTS_HEARTBEAT_S": "1", "FETCH_SETTLE_S": "0", "REDIS_TIMEOUT_S": "0.25"}


def new_stack(folder: Path, env: Mapping[str, str], kind: str = "", *, workers: int = 1) -> Stack:
    """The product's real processes on the run's databases, not yet started; see `start_stack`."""
    known = {
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        **{f"{code.upper()}_API_URL": url for code, url in settings.ITSP_API_URLS.items()},
        **SOON,
    }
    own_kind = "embedded" if connection.vendor == "sqlite" else "production"
    return Stack(kind or own_kind, folder, {**known, **env}, workers=workers)


def database_url() -> str:
    """DATABASE_URL of the test database, for processes that work on it together with the test."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**values)
