"""The servers of the webhook's benchmark: the product's own definitions, and the glue on the same kind."""

import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet

from pbx_messaging.embedded.children import Child, stop_all
from pbx_messaging.processes import servers
from pbx_messaging.processes.ports import Listen, free_port
from pbx_messaging.processes.process import Process
from tests.servers import ROOT, PostgresServer, ValkeyServer, wait_for_http

PRODUCT, GLUE = "pbx_messaging.settings", "benchmarks.glue.settings"


@dataclass
class WebhookStack:
    """The product's stream process, which takes webhooks, on PostgreSQL or ("embedded") on SQLite.

    The glue stands on the same database: on PostgreSQL with gunicorn's gthread, which is its best.
    """

    kind: str
    folder: Path
    ours: str = ""
    glue: str = ""
    first_attempt: int = 0
    _children: list[Child] = field(default_factory=list)
    _env: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Start databases and servers, and make the tables and the channel."""
        self.folder.mkdir(mode=0o755)
        (self.folder / "static").mkdir()
        self._valkey = ValkeyServer(self.folder / "valkey")
        self._valkey.start()
        self._postgres = PostgresServer(self.folder / "pg", fsync=True) if self.kind == "postgres" else None
        if self._postgres:
            self._postgres.start()
        port = free_port()
        self._env = self._environment(port)
        self._manage(PRODUCT, "migrate", "--verbosity", "0")
        self._manage(GLUE, "migrate", "--run-syncdb", "--verbosity", "0")
        seeded = self.data("seed")
        self.first_attempt = int(str(seeded["first_attempt"]))
        self._serve(servers.web_and_stream(Listen("127.0.0.1", port), "product"), port, PRODUCT)
        self.ours = f"http://127.0.0.1:{port}{seeded['path']}"
        port = free_port()
        self._serve(self._glue_on(port), port, GLUE, GLUE_CONN_MAX_AGE_S="600")
        self.glue = f"http://127.0.0.1:{port}/sms/"

    def _environment(self, port: int) -> dict[str, str]:
        database = self._postgres.url() if self._postgres else f"sqlite:///{self.folder / 'db.sqlite3'}"
        return {
            **os.environ,
            "SECRET_KEY": secrets.token_urlsafe(64),
            "CREDENTIALS_KEYS": Fernet.generate_key().decode(),
            "DATABASE_URL": database,
            "REDIS_URL": self._valkey.url,
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "DATA_DIR": str(self.folder),
            "STATIC_ROOT": str(self.folder / "static"),
            "GLUE_CONN_MAX_AGE_S": "0",
        }

    def _manage(self, settings: str, *arguments: str) -> None:
        env = {**self._env, "DJANGO_SETTINGS_MODULE": settings}
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, check=True)

    def _serve(self, process: Process, port: int, settings: str, **env: str) -> None:
        env = {**self._env, "DJANGO_SETTINGS_MODULE": settings, **env}
        child = Child(process, env, self.folder / f"{process.name}.log", ROOT)
        self._children.append(child)
        child.start()
        wait_for_http(f"http://127.0.0.1:{port}/healthz", child)

    def _glue_on(self, port: int) -> Process:
        """Under gunicorn's own workers."""
        if self.kind == "postgres":
            workers, application = ["-k", "gthread", "-w", "2", "--threads", "8"], "benchmarks.glue.wsgi"
        else:
            workers, application = ["-k", "asgi", "-w", "1"], "benchmarks.glue.asgi"
        config = ["--config", "python:benchmarks.glue.gunicorn_config", "--bind", f"127.0.0.1:{port}"]
        argv = [sys.executable, "-m", "gunicorn", *config, *workers, f"{application}:application"]
        return Process("glue", argv)

    def data(self, command: str) -> dict[str, object]:
        """What benchmarks.webhook_data answers for this stack."""
        env = {**self._env, "DJANGO_SETTINGS_MODULE": PRODUCT}
        argv = [sys.executable, "-m", "benchmarks.webhook_data", command]
        done = subprocess.run(argv, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True)
        answer: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
        return answer

    def stop(self) -> None:
        """End all."""
        stop_all(self._children, timeout_s=5)
        if self._postgres:
            self._postgres.stop()
        self._valkey.stop()
