"""PostgreSQL's own tools: pg_dump, pg_restore."""

import os
import shutil
import subprocess
from pathlib import Path

from django.conf import settings
from django.db import connection

from upkeep.backups.mark import Mark
from upkeep.backups.problems import CannotBackUp, CannotRestore

MEMBER = "database.dump"
VARIABLES = {
    "HOST": "PGHOST",
    "PORT": "PGPORT",
    "USER": "PGUSER",
    "PASSWORD": "PGPASSWORD",
    "NAME": "PGDATABASE",
}
OPTIONS = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}
PLAIN = ["--no-owner", "--no-privileges"]  # it may be restored to another user's database


def dump(folder: Path) -> Path:
    """One moment of the database; writers go on meanwhile. Raises `CannotBackUp`."""
    dumped = folder / MEMBER
    done = _run("pg_dump", "--format=custom", "--compress=0", *PLAIN, f"--file={dumped}")
    if done.returncode:
        raise CannotBackUp(f"pg_dump can't copy the database: {_said(done)}{_advice(done)}")
    return dumped


def restore(dumped: Path, mark: Mark) -> None:
    """Puts the dump in the place of all that the database holds. Raises `CannotRestore`.

    The mark is there before any row that it is about: who is killed between has nothing that could be sent.
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    _restore_part(dumped, "pre-data")
    with connection.cursor() as cursor:
        cursor.execute(*mark)
    _restore_part(dumped, "data")
    _restore_part(dumped, "post-data")


def _restore_part(dumped: Path, part: str) -> None:
    target = f"--dbname={settings.DATABASES['default']['NAME']}"
    done = _run(
        "pg_restore",
        *PLAIN,
        "--exit-on-error",
        "--single-transaction",
        f"--section={part}",
        target,
        str(dumped),
    )
    if done.returncode and 'schema "public" already exists' not in done.stderr:
        raise CannotRestore(f"pg_restore can't fill the database: {_said(done)}{_advice(done)}")


def work_folder() -> Path:
    """For the dump."""
    return Path(settings.DATA_DIR)


def size() -> int:
    """Of what a dump holds, in bytes: tables without their indexes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(pg_table_size(oid)) FROM pg_class WHERE relkind = 'r'")
        return int(cursor.fetchone()[0])


def _run(program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    path = shutil.which(program)
    if path is None:
        raise CannotBackUp(
            f"There is no {program} on this machine. Install PostgreSQL's client programs, of the server's "
            "version or a newer one (on Debian and Ubuntu: apt-get install postgresql-client)."
        )
    return subprocess.run(
        [path, *arguments], env={**os.environ, **_environment()}, capture_output=True, text=True
    )


def _environment() -> dict[str, str]:
    values = connection.settings_dict
    known = {variable: str(values[name]) for name, variable in VARIABLES.items() if values.get(name)}
    options = values.get("OPTIONS", {})
    return known | {variable: str(options[name]) for name, variable in OPTIONS.items() if name in options}


def _said(done: "subprocess.CompletedProcess[str]") -> str:
    lines = done.stderr.strip().splitlines()
    return lines[0].removesuffix(".") + "." if lines else f"exit code {done.returncode}."


def _advice(done: "subprocess.CompletedProcess[str]") -> str:
    if "version mismatch" in done.stderr or "unsupported version" in done.stderr:
        return " Install client programs of the server's version or a newer one."
    return ""
