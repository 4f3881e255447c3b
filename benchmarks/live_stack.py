"""The servers of the benchmark of events: databases, and the product's processes as in production."""

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from pbx_messaging.embedded.children import Child, stop_all
from pbx_messaging.processes import servers, table
from pbx_messaging.processes.ports import Listen, free_port
from tests.servers import ROOT, PostgresServer, ValkeyServer, wait_for_http


class LiveStack:
    """web (gthread), stream, one worker and beat, on PostgreSQL with fsync and Valkey."""

    def __init__(self, folder: Path, agents: int) -> None:
        self.folder = folder
        self.valkey = ValkeyServer(folder / "valkey")
        self.postgres = PostgresServer(folder / "pg", fsync=True)
        self.web_port, self.stream_port = free_port(), free_port()
        self.agents = agents
        self.seeded: dict[str, Any] = {}
        self._children: dict[str, Child] = {}

    def start(self) -> None:
        """Start them, make the tables, the agents and the routes."""
        (self.folder / "static").mkdir()
        self.valkey.start()
        self.postgres.start()
        self._run("manage.py", "migrate", "--verbosity", "0")
        self.seed()
        wanted = [
            servers.web(Listen("127.0.0.1", self.web_port)),
            servers.web_and_stream(Listen("127.0.0.1", self.stream_port), name="stream"),
            *table.background(),
        ]
        for process in wanted:
            child = Child(process, self._env(), self.folder / f"{process.name}.log", ROOT)
            self._children[child.name] = child
            child.start()
        for name, port in (("web", self.web_port), ("stream", self.stream_port)):
            wait_for_http(f"http://127.0.0.1:{port}/healthz", self._children[name])

    def seed(self) -> None:
        """What is there when the processes start."""
        self.seeded = json.loads(self._run("-m", "benchmarks.live_data", "seed", str(self.agents)))

    def _env(self) -> dict[str, str]:
        return {
            **os.environ,
            **self._secrets(),
            "DJANGO_SETTINGS_MODULE": "pbx_messaging.settings",
            "DATABASE_URL": self.postgres.url(),
            "REDIS_URL": self.valkey.url,
            "PUBLIC_URL": f"http://127.0.0.1:{self.stream_port}",
            "DATA_DIR": str(self.folder),
            "STATIC_ROOT": str(self.folder / "static"),
        }

    def _secrets(self) -> dict[str, str]:
        if not hasattr(self, "_made"):
            key = Fernet.generate_key().decode()
            self._made = {"SECRET_KEY": secrets.token_urlsafe(64), "CREDENTIALS_KEYS": key}
        return self._made

    def _run(self, *arguments: str) -> str:
        argv = [sys.executable, *arguments]
        done = subprocess.run(argv, cwd=ROOT, env=self._env(), check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout.strip().rpartition("\n")[2]

    def sessions(self) -> dict[str, int]:
        """The ids of the sessions, by their contacts."""
        found: dict[str, int] = json.loads(self._run("-m", "benchmarks.live_data", "sessions"))
        return found

    def pid(self, name: str) -> int:
        """Of "web", "stream", "background" or "beat"."""
        return self._children[name].pid

    def stop(self) -> None:
        """End all."""
        stop_all([*self._children.values()], timeout_s=5)
        self.postgres.stop()
        self.valkey.stop()
