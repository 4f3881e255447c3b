"""What happens between the database's start and the product's: migrations, static files, first data."""

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pbx_messaging.embedded import password as password_of_admin
from pbx_messaging.embedded.children import Child, Fork
from pbx_messaging.embedded.problems import CannotStart
from pbx_messaging.embedded.screen import say
from pbx_messaging.processes.process import Process

COMMAND = "pbx_messaging.embedded.command"
BASE_DIR = Path(__file__).resolve().parent.parent.parent


def manage(env: Mapping[str, str], *arguments: str, fork: Fork | None = None) -> str:
    """Run a management command and return its output. `fork` spares it from loading the product."""
    with tempfile.TemporaryDirectory() as name:
        output, log = Path(name, "output"), Path(name, "log")
        process = Process(arguments[0], [sys.executable, "-m", COMMAND, str(output), *arguments])
        code = _run(Child(process, env, log, BASE_DIR, fork=fork))
        said = output.read_text() if output.exists() else ""
        if code:
            raise CannotStart(f"manage.py {arguments[0]} failed:\n{said}{log.read_text().rstrip()}")
    return said


def _run(child: Child) -> int | None:
    """Run it to its end, or to ours. Returns its exit code."""
    try:
        child.start()
        child.wait(float("inf"))
        return child.exit_code()
    finally:
        child.kill()


def check() -> None:
    """Whether the supervisor's own code on the disk can be loaded. Raises CannotStart."""
    done = subprocess.run(
        [sys.executable, "-c", "import pbx_messaging.embedded.installation"],
        cwd=BASE_DIR,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise CannotStart(f"It can't be loaded:\n{done.stderr.rstrip()}")


def migrate(env: Mapping[str, str], fork: Fork | None = None) -> None:
    """Bring the database up to date."""
    output = manage(env, "migrate", "--noinput", "--no-color", fork=fork)
    applied = sum(line.rstrip().endswith("OK") for line in output.splitlines())
    say(f"database: migrations applied: {applied}" if applied else "database: up to date")


def collect_static(env: Mapping[str, str], data_dir: Path, fork: Fork | None = None) -> None:
    """Hash and compress the front-end files, unless none has changed since the last time."""
    if not (BASE_DIR / "build" / "assets").is_dir():
        raise CannotStart("The front-end files are missing: run `make assets` first.")
    state, mark = _static_state(), data_dir / "static.state"
    if mark.exists() and mark.read_text() == state and (data_dir / "static").is_dir():
        say("static files: unchanged")
        return
    say("static files: collecting")
    manage(env, "collectstatic", "--noinput", "--clear", "--verbosity", "0", fork=fork)
    mark.write_text(state)


def _static_state() -> str:
    """A hash over names, sizes and times of all that collectstatic reads."""
    roots = [BASE_DIR / "build" / "assets", *BASE_DIR.glob("static"), *BASE_DIR.glob("*/static")]
    files = sorted(file for root in roots for file in root.rglob("*") if file.is_file())
    files.append(BASE_DIR / "requirements.txt")
    described = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return hashlib.sha256(repr(described).encode()).hexdigest()


def create_admin(env: Mapping[str, str], username: str, email: str, password: str | None) -> None:
    """Have `manage.py create_admin` ask for the first admin's password, unless it was given."""
    command = ["manage.py", "create_admin", "--if-none", "--username", username, "--email", email]
    given = {} if password is None else {password_of_admin.NAME: password}
    done = subprocess.run([sys.executable, *command], cwd=BASE_DIR, env={**env, **given})
    if done.returncode:
        raise CannotStart("The first admin was not created; start again to try once more.")
