"""docs/operations.md: each of its commands is run, in a life of an installation by `make run`."""

import base64
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from pbx_messaging.archives import values
from pbx_messaging.processes.ports import free_port
from tests.installation import Installation, clean_environment
from tests.servers import ROOT

pytestmark = [pytest.mark.ops, pytest.mark.once]

DOCUMENT = ROOT / "docs" / "operations.md"
KEY = base64.urlsafe_b64encode(os.urandom(32)).decode()
PASSWORD = "a-long-and-odd-password"
TOLD = {
    "PUBLIC_URL": "https://localhost",
    "BEHIND_PROXY": "yes",
    "ADMIN_USERNAME": "ann",
    "ADMIN_EMAIL": "ann@example.com",
    "ADMIN_PASSWORD": PASSWORD,
    "BACKUP_KEY": KEY,
}
OF_COMPOSE = re.compile(
    r"docker compose (?:exec|run --rm)(?: -v \S+)? (?:web|worker) python manage\.py (\w+) ?(.*)"
)


def documented() -> list[str]:
    """The commands of the document's blocks."""
    blocks = re.findall(r"^ *```\n(.*?)^ *```", DOCUMENT.read_text(), re.M | re.S)
    return [line.strip() for block in blocks for line in block.splitlines()]


def test_commands_for_containers_are_commands_of_ours() -> None:
    commands = [line for line in documented() if " python manage.py " in line]
    assert len(commands) > 5
    for line in commands:
        found = OF_COMPOSE.fullmatch(line)
        assert found, line
        command = load_command_class(get_commands()[found[1]], found[1])
        command.create_parser("manage.py", found[1]).parse_args(
            found[2].split()
        )  # ends the test where it can't


def _bash(line: str, env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["bash", "-c", line], cwd=ROOT, env=env, capture_output=True, text=True)


class Machine:
    """`make` on a data folder; what was run of the document is noted."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data, self.port = folder, folder / "data", free_port()
        self.done: set[str] = set()
        self._env = {**clean_environment(), **TOLD, "DATA_DIR": str(self.data), "PORT": str(self.port)}

    def make(self, line: str, *, file: Path | None = None, code: int = 0) -> str:
        """`line` as the document has it; FILE, NAME and folders are put in."""
        self.done.add(line)
        said = line.replace("/mnt/backups", str(self.folder / "backups")).replace("var/run", str(self.data))
        said = said.replace("=FILE", f"={file}").replace("check FILE", f"check {file}").replace("NAME", "bob")
        said = re.sub(r"^make ", f"make --no-print-directory DATA_DIR={self.data} ", said)
        ended = _bash(said, self._env)
        assert ended.returncode == (2 if code else 0), ended.stdout + ended.stderr
        return ended.stdout + ended.stderr

    def run(self) -> Installation:
        self.done.add("make run")
        told = [f"{name}={value}" for name, value in TOLD.items()]
        command = ["env", *told, "make", "run", f"PORT={self.port}"]
        installation = Installation(command, self.data, ROOT)
        installation.wait_for(r"PBX Messaging is running\.")
        return installation

    def secrets(self) -> dict[str, str]:
        return values.parse((self.data / "secrets.env").read_text())


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def run(machine: Machine) -> Iterator[Callable[[], Installation]]:
    started: list[Installation] = []

    def start() -> Installation:
        started.append(machine.run())
        return started[-1]

    yield start
    for installation in started:
        installation.end()


@pytest.mark.processes
def test_life_of_an_installation(machine: Machine, run: Callable[[], Installation]) -> None:
    key = _bash(next(line for line in documented() if line.startswith("python3")), dict(os.environ))
    assert re.fullmatch(r"[\w-]{43}=", key.stdout.strip()), key.stderr

    first = run()
    assert f"point your tunnel or proxy to http://127.0.0.1:{machine.port}" in first.screen
    assert "it must set X-Forwarded-Proto: https" in first.screen
    _assert_nobody_keeps_the_password(first)
    assert "Backup written, and read again" in machine.make("make backup")
    own = [*(machine.data / "backups").glob("*.backup")]  # the first of each day is made by itself
    assert own
    assert {one.stat().st_mode & 0o777 for one in own} == {0o600}
    machine.make('make manage COMMAND="create_admin --username NAME"')
    machine.make("make backup TO=/mnt/backups")
    [backup] = (machine.folder / "backups").glob("*.backup")
    said = machine.make('make manage COMMAND="restore --check FILE"', file=backup)
    assert "is whole." in said
    machine.make("make update")
    first.wait_for(r"(?s)PBX Messaging is running\..*PBX Messaging is running\.")
    assert "is in use by another instance" in machine.make("make rotate-keys", code=1)
    first.end()

    before = machine.secrets()
    assert "Now only the first key is needed." in machine.make("make rotate-keys")
    after = machine.secrets()
    assert (after["SECRET_KEY_FALLBACKS"], after["CREDENTIALS_KEYS"].count(",")) == (before["SECRET_KEY"], 0)
    assert after["CREDENTIALS_KEYS"] != before["CREDENTIALS_KEYS"]

    said = machine.make("make restore FILE=FILE DATA_DIR=var/run", file=backup, code=1)
    assert "There is an installation in" in said
    shutil.rmtree(machine.data)
    machine.make("make restore FILE=FILE DATA_DIR=var/run", file=backup)
    assert machine.secrets()["CREDENTIALS_KEYS"] == before["CREDENTIALS_KEYS"]
    run()
    said = machine.make('make manage COMMAND="create_admin --username NAME"', code=1)
    assert "A user with that username already exists." in said
    assert "Texts go again." in machine.make("make resume-sending")
    assert "There is nothing to resume" in machine.make("make resume-sending")
    assert machine.done == {line for line in documented() if line.startswith("make ")}


def _assert_nobody_keeps_the_password(installation: Installation) -> None:
    for pid, command in installation.processes().items():
        if "pbx_messaging" in command or "gunicorn" in command or "valkey" in command:
            environ = Path(f"/proc/{pid}/environ").read_bytes()
            assert PASSWORD.encode() not in environ, command
