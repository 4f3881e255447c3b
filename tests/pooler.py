"""A real PgBouncer in transaction mode before a test's PostgreSQL."""

import os
import shutil
import subprocess
from pathlib import Path

import psycopg2

from pbx_messaging.processes.orphans import dying_with_me
from pbx_messaging.processes.ports import free_port
from tests.postgres import PostgresServer
from tests.waiting import wait_until

POOL_SIZE = 5  # connections for all processes together


class PgBouncer:
    """Runs from start() to stop(); each transaction has the server's session of whoever is done."""

    def __init__(self, folder: Path, postgres: PostgresServer) -> None:
        self.port, self._postgres = free_port(), postgres
        folder.mkdir(mode=0o755)
        users, self._config = folder / "users.txt", folder / "pgbouncer.ini"
        users.write_text(f'"postgres" "{postgres.password}"\n')
        self._config.write_text(
            f"[databases]\n* = host=127.0.0.1 port={postgres.port}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = scram-sha-256\nauth_file = {users}\n"
            f"pool_mode = transaction\ndefault_pool_size = {POOL_SIZE}\nmax_client_conn = 300\n"
        )
        self._log = (folder / "pgbouncer.log").open("wb")

    def url(self, database: str) -> str:
        """DATABASE_URL of one of the databases behind it."""
        return f"postgres://postgres:{self._postgres.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it and wait until it hands a connection on."""
        program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
        assert program, "no PgBouncer is installed (on Debian: apt-get install pgbouncer)"
        as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
        command = [program, *as_nobody, str(self._config)]
        self._popen = subprocess.Popen(
            command, stdout=self._log, stderr=subprocess.STDOUT, preexec_fn=dying_with_me()
        )
        wait_until(self._answers, timeout_s=20)

    def _answers(self) -> bool:
        try:
            psycopg2.connect(self.url("postgres")).close()
        except psycopg2.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """End it with all its connections."""
        self._popen.kill()
        self._popen.wait()
        self._log.close()
