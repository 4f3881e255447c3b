"""An installation as a person starts it, by the supervisor or by make, with all its processes in sight."""

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import requests

from pbx_messaging.processes.orphans import dying_with_me

OURS = re.compile(
    r"^(SECRET_KEY|CREDENTIALS_KEYS|PUBLIC_URL|\w+_URL|ALLOWED_HOSTS|DATA_DIR|HTTPS_ONLY|MAKE\w*)$"
)


def clean_environment() -> dict[str, str]:
    """The environment without what the tests' own Django was told."""
    return {name: value for name, value in os.environ.items() if not OURS.match(name)}


class Installation:
    """A command that keeps its data in `data_dir`, with what it says on the screen."""

    def __init__(self, command: Sequence[str], data_dir: Path, cwd: Path) -> None:
        self.data_dir = data_dir
        self._screen_path = data_dir.with_name(f"{data_dir.name}-screen-{time.monotonic_ns()}")
        env = {**clean_environment(), "DATA_DIR": str(data_dir)}
        with self._screen_path.open("wb") as screen:
            self.popen = subprocess.Popen(
                command,
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a terminal of its own, and the mark of all that belongs to it
                preexec_fn=dying_with_me(),
            )

    @property
    def screen(self) -> str:
        """All that it has said."""
        return self._screen_path.read_text()

    def wait_for(self, pattern: str, timeout_s: float = 120.0) -> "re.Match[str]":
        """Wait until it says something that matches."""
        deadline = time.monotonic() + timeout_s
        while not (found := re.search(pattern, self.screen)):
            if self.popen.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"It never said {pattern!r}. It said:\n{self.screen}\n{self.logs()}")
            time.sleep(0.1)
        return found

    def logs(self) -> str:
        """The ends of its processes' logs."""
        files = sorted((self.data_dir / "logs").glob("*.log"))
        return "\n".join(f"--- {file.name}\n{file.read_text()[-1500:]}" for file in files)

    def processes(self) -> dict[int, str]:
        """All of its session or working in its data folder, whoever their parent is: id → command line."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # it ended meanwhile
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                is_ours = int(fields[3]) == self.popen.pid or self._works_here(folder)
                if is_ours and fields[0] != "Z":
                    command = (folder / "cmdline").read_bytes()
                    found[int(folder.name)] = command.replace(b"\0", b" ").decode()
        return found

    def _works_here(self, process: Path) -> bool:
        with contextlib.suppress(OSError):  # it ended, or is another user's
            return (process / "cwd").readlink().is_relative_to(self.data_dir)
        return False

    def process(self, text: str) -> int:
        """The oldest process whose command line contains `text`."""
        return min(pid for pid, command in self.processes().items() if text in command)

    def interrupt(self) -> None:
        """Ctrl-C at the terminal: SIGINT to the whole foreground group."""
        os.killpg(self.popen.pid, signal.SIGINT)

    def seconds_until_gone(self, limit_s: float = 15.0) -> float:
        """How long its last process takes to end."""
        begun = time.monotonic()
        while left := self.processes():
            if time.monotonic() - begun > limit_s:
                raise AssertionError(f"Still running: {left}")
            time.sleep(0.05)
        return time.monotonic() - begun

    def end(self) -> None:
        """Leave nothing behind."""
        if self.popen.poll() is None:
            self.interrupt()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.popen.wait(8)
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.popen.wait()


def log_in(portal: str, username: str, password: str) -> requests.Session:
    """A browser session that is logged in; `portal` ends with a slash."""
    browser = requests.Session()
    form = browser.get(f"{portal}login/", timeout=10)
    assert form.status_code == 200
    data = {"username": username, "password": password, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
    answer = browser.post(f"{portal}login/", data=data, timeout=10, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    return browser
