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
from tests.servers import ROOT, PostgresServer, ValkeyServer, wait_for_http

PRODUCT, GLUE = "benchmarks.with_empty_settings", "benchmarks.glue.settings"


@dataclass
class WebhookStack:
    """`kind` "postgres": gunicorn's gthread; "embedded": its ASGI and SQLite. `urls`: what is posted to."""

    kind: str
    folder: Path
    urls: dict[str, str] = field(default_factory=dict)
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
        path = self.data("seed")["path"]
        self._serve("product", port, PRODUCT)
        self.urls = {"ours": f"http://127.0.0.1:{port}{path}", "empty": f"http://127.0.0.1:{port}/empty/"}
        for name, age_s in (("glue", "0"), ("glue_persistent", "600")):
            port = free_port()
            self._serve(name, port, GLUE, GLUE_CONN_MAX_AGE_S=age_s)
            self.urls[name] = f"http://127.0.0.1:{port}/sms/"

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

    def _serve(self, name: str, port: int, settings: str, **env: str) -> None:
        place = Listen("127.0.0.1", port)
        process = servers.web(place) if self.kind == "postgres" else servers.web_and_stream(place)
        if settings == GLUE:  # the product's own application is more than Django
            process.argv[:] = [
                part.replace("pbx_messaging.asgi", "benchmarks.glue.asgi") for part in process.argv
            ]
        env = {**self._env, "DJANGO_SETTINGS_MODULE": settings, **env}
        child = Child(process, env, self.folder / f"{name}.log", ROOT)
        self._children.append(child)
        child.start()
        wait_for_http(f"http://127.0.0.1:{port}/healthz", child)

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
