"""The servers of the measurements of sending: databases, the simulator, and the product's processes."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from benchmarks.outbound_itsps import TWILIO, MeasuredItsp
from pbx_messaging.embedded.children import Child, stop_all
from pbx_messaging.processes import servers, workers
from pbx_messaging.processes.ports import Listen, free_port
from pbx_messaging.processes.process import Process
from tests.servers import ROOT, PostgresServer, Simulator, ValkeyServer, wait_for_http
from tests.waiting import wait_until


class OutboundStack:
    """Databases and simulator run from start() to stop(); workers for as long as a measurement."""

    def __init__(self, folder: Path, code: Path = ROOT, itsp: MeasuredItsp = TWILIO) -> None:
        self.folder = folder
        self.itsp = itsp
        self.code = code  # that makes the tables and the rows
        self.children: list[Child] = []

    def start(self) -> None:
        """Start them, and make the tables."""
        (self.folder / "static").mkdir()
        (self.folder / "grants").mkdir()
        self.valkey = ValkeyServer(self.folder / "valkey")
        self.valkey.start()
        self.postgres = PostgresServer(self.folder / "pg", fsync=True)
        self.postgres.start()
        self.simulator = Simulator(self.folder / "simulator", keep=False)
        self.simulator.start()
        self.port = free_port()
        self._env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "pbx_messaging.settings",
            "SECRET_KEY": secrets.token_urlsafe(64),
            "CREDENTIALS_KEYS": Fernet.generate_key().decode(),
            "DATABASE_URL": self.postgres.url(),
            "REDIS_URL": self.valkey.url,
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            f"{self.itsp.code.upper()}_API_URL": self.simulator.url + self.itsp.path,
            "DATA_DIR": str(self.folder),
            "STATIC_ROOT": str(self.folder / "static"),
            "GRANTS": str(self.folder / "grants"),
        }
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=self.code,
            env=self._env,
            check=True,
        )

    @property
    def env(self) -> dict[str, str]:
        """What processes of the stack are given."""
        return self._env

    def set_database(self, url: str) -> None:
        """Of all that is started from now on."""
        self._env["DATABASE_URL"] = url

    def seed(self, plans: list[dict[str, Any]], **settings: object) -> None:
        """Channels with what waits on them, paused; the simulator is empty and has their numbers."""
        self.simulator.reset()
        with self.valkey.client() as client:
            client.flushall()
        account = self.itsp.account(self.simulator)
        for plan in plans:
            number = {"address": plan["address"], "rate": "unlimited", "itsp": self.itsp.code}
            self.simulator.post("/control/numbers", {**number, **account.of_numbers})
        self.simulator.post(
            "/control/settings", {"callbacks": "never", "send_delay_ms": 0, "deliver_delay_ms": 0, **settings}
        )
        own = {"itsp": self.itsp.code, "credentials": dict(account.credentials)}
        self.data("seed", [{**plan, **own} for plan in plans])

    def data(
        self, command: str, given: object = None, *, module: str = "benchmarks.outbound_data"
    ) -> dict[str, Any]:
        """What the module answers, which runs with the settings of this stack."""
        argv = [sys.executable, "-m", module, command]
        given_as_json = json.dumps(given)
        done = subprocess.run(
            argv,
            cwd=self.code,
            env=self._env,
            check=True,
            input=given_as_json,
            stdout=subprocess.PIPE,
            text=True,
        )
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer

    @contextmanager
    def workers(self, count: int, *, web: bool = False, include: str = "") -> Iterator[list[Child]]:
        """Senders that are up, with beat and if wanted what takes webhooks. Yields the senders."""
        names = [f"sender-{number}" for number in range(1, count + 1)]
        wanted = [workers.sender(name) for name in names]
        if include:
            wanted = [Process(one.name, [*one.argv, "--include", include]) for one in wanted]
        wanted += [workers.beat()]
        if web:
            wanted.append(servers.web_and_stream(Listen("127.0.0.1", self.port)))
        self.children = [self._child(process) for process in wanted]
        try:
            for child in self.children:
                child.log_path.unlink(missing_ok=True)
                child.start()
            for child in self.children[:count]:
                wait_until(lambda child=child: is_up(child), timeout_s=60)  # type: ignore[misc]
            if web:
                wait_for_http(f"http://127.0.0.1:{self.port}/healthz", self.children[-1])
            yield self.children[:count]
        finally:
            stop_all(self.children, timeout_s=8)

    def _child(self, process: Process) -> Child:
        return Child(process, self._env, self.folder / f"{process.name}.log", ROOT)

    def sent(self) -> list[dict[str, Any]]:
        """What the simulator took, oldest first."""
        found: list[dict[str, Any]] = self.simulator.get("/control/messages?limit=0")["messages"]
        return found

    def count(self) -> int:
        """How many texts the simulator took."""
        return int(self.simulator.get("/control/state")["messages"])

    def stop(self) -> None:
        """End all."""
        stop_all(self.children, timeout_s=5)
        self.simulator.stop()
        self.postgres.stop()
        self.valkey.stop()


def is_up(child: Child) -> bool:
    """Whether a worker says that it is ready."""
    assert child.is_running(), "\n".join(child.last_lines())
    return " ready." in child.log_path.read_text()
