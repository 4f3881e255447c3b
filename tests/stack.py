"""A pytest plugin, loaded by `-p tests.stack`: starts the servers that the tests run on, before Django's
settings are read, and ends them with the run. Each worker of `-n` has its own.

`--stack=embedded` is SQLite and Valkey, `--stack=postgres` PostgreSQL and Valkey. TEST_DATABASE_URL and
TEST_REDIS_URL name servers that run already.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from tests.servers import ROOT, PostgresServer, ValkeyServer

CREDENTIALS_KEY = "dGVzdHMgdXNlIHRoaXMga2V5LCBub3RoaW5nIGVsc2U="  # 32 bytes, of no worth outside the tests
SECRET_KEY = "of-the-tests-and-nothing-else-0123456789-abcdefghijklmnopqrstuvwxyz"


@dataclass
class Servers:
    """What the run stands on; `postgres` is None on SQLite, both are None where a URL was given."""

    folder: Path
    postgres: PostgresServer | None = None
    valkey: ValkeyServer | None = None

    def start(self, stack: str) -> None:
        """Start what is needed and tell Django's settings by the environment."""
        os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or self._start_database(stack)
        os.environ["REDIS_URL"] = os.environ.get("TEST_REDIS_URL") or self._start_valkey()
        os.environ.update(
            {
                "SECRET_KEY": SECRET_KEY,
                "CREDENTIALS_KEYS": CREDENTIALS_KEY,
                "PUBLIC_URL": "https://pbx.example.com",
                "HTTPS_ONLY": "False",  # the test client and the browser tests speak plain HTTP
                "ALLOWED_HOSTS": "*",
                "DATA_DIR": str(self.folder / "data"),
                "TIME_ZONE": "UTC",
                "DEBUG": "False",
                "EMAIL_URL": "memorymail://",
                "TWILIO_API_URL": "",
                "REDIS_TIMEOUT_S": "2",  # of the tests' own Django, on a machine that does much at once
            }
        )
        (self.folder / "data" / "static").mkdir(parents=True)

    def _start_database(self, stack: str) -> str:
        if stack == "embedded":
            return f"sqlite:///{self.folder / 'db.sqlite3'}"
        self.postgres = PostgresServer(self.folder / "postgres")
        self.postgres.start()
        return self.postgres.url()

    def _start_valkey(self) -> str:
        self.valkey = ValkeyServer(self.folder / "valkey")
        self.valkey.start()
        return self.valkey.url

    def revive(self) -> None:
        """Start again what a test that failed has left killed; the others are not to fail with it."""
        if self.valkey:
            self.valkey.revive()
        if self.postgres:
            self.postgres.revive()

    def stop(self) -> None:
        """End them; nothing is kept."""
        if self.valkey:
            self.valkey.stop()
        if self.postgres:
            self.postgres.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class QuickHasher(PBKDF2PasswordHasher):
    """The product's own hash with one round: its real processes can read it, and it costs a test nothing."""

    iterations = 1


servers_key = pytest.StashKey[Servers]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --stack."""
    parser.addoption(
        "--stack",
        choices=("embedded", "postgres"),
        default="embedded",
        help="what the tests run on: SQLite and Valkey (embedded) or PostgreSQL and Valkey (postgres)",
    )


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Start the servers; as a wrapper this comes before pytest-django reads the settings."""
    folder = Path(tempfile.mkdtemp(prefix="pbx-tests-"))
    folder.chmod(0o755)
    servers = early_config.stash[servers_key] = Servers(folder)
    early_config.add_cleanup(servers.stop)
    servers.start(early_config.known_args_namespace.stack)
    yield


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What touches no database of the product does not depend on --stack."""
    for item in items:
        uses_database = {"db", "transactional_db", "start_stack"} & set(getattr(item, "fixturenames", ()))
        if not uses_database and not item.get_closest_marker("django_db"):
            item.add_marker("once")


def pytest_report_header(config: pytest.Config) -> str:
    """Say what the run stands on."""
    return f"stack: {config.getoption('--stack')}"


def front_end_is_built() -> bool:
    """Whether pages load what `frontend/` says now, and not what it said once."""
    built = ROOT / "build" / "assets" / "portal.js"
    sources = (file for file in (ROOT / "frontend").rglob("*") if file.is_file())
    return built.exists() and built.stat().st_mtime >= max(file.stat().st_mtime for file in sources)


def pytest_configure(config: pytest.Config) -> None:
    """Serve static files unhashed, so that a page in a unit test needs no collectstatic."""
    if not front_end_is_built():
        raise pytest.UsageError("The front end was changed since it was built: run `make assets`.")
    from django.conf import settings  # noqa: PLC0415  only now do the settings have their environment

    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.PASSWORD_HASHERS = ["tests.stack.QuickHasher"]
