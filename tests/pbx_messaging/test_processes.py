"""`python -m pbx_messaging NAME`, and the table of what there is."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pbx_messaging.processes import table
from pbx_messaging.processes.ports import free_port
from pbx_messaging.processes.process import Process
from pbx_messaging.processes.table import PROCESSES
from tests.servers import ROOT, wait_for_http

pytestmark = pytest.mark.once

USAGE = """\
Usage: python -m pbx_messaging NAME, with the settings of .env.example in its environment.
  web     pages and API; webhooks while stream is away
  stream  /events/, unbuffered, and /w/: event streams, webhooks
  sender  sends texts, and does what is due by our own clock; one or many
  worker  asks outsiders, who may hang, and does what takes long; one or many
  beat    the clock that wakes the workers; of several one leads
`make demo` and `make run` start all that a machine of its own needs.
"""


@pytest.mark.parametrize("arguments", [[], ["postman"], ["web", "stream"], ["--help"]])
def test_command_without_a_process_says_which_there_are(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "pbx_messaging", *arguments]
    only = {"PATH": os.environ["PATH"]}  # settings are not needed to be told
    done = subprocess.run(command, cwd=ROOT, env=only, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", USAGE)


@pytest.mark.processes
@pytest.mark.parametrize("name", ["web", "stream"])
@pytest.mark.long
def test_command_becomes_the_process_and_listens_where_it_is_told(name: str, tmp_path: Path) -> None:
    port = free_port()
    env = {**os.environ, "LISTEN": f"127.0.0.1:{port}", "WEB_PROCESSES": "1", "DATA_DIR": str(tmp_path)}
    started = subprocess.Popen([sys.executable, "-m", "pbx_messaging", name], cwd=ROOT, env=env)
    try:
        wait_for_http(f"http://127.0.0.1:{port}/healthz")
        assert "gunicorn" in Path(f"/proc/{started.pid}/cmdline").read_text()
    finally:
        started.terminate()
        assert started.wait(10) == 0


@pytest.mark.parametrize("name", PROCESSES)
def test_readme_names_every_process(name: str) -> None:
    command = rf"^\| `(?:LISTEN=127\.0\.0\.1:\d+ )?python -m pbx_messaging {name}` \| (.+) \|$"
    said = re.findall(command, (ROOT / "README.md").read_text(), re.M)
    assert [text.replace("`", "") for text in said] == [PROCESSES[name].purpose]


def _names(processes: list[Process]) -> list[str]:
    return [process.name for process in processes]


def test_of_those_without_a_port_there_are_copies_and_one_clock() -> None:
    assert _names(table.background()) == ["background", "beat"]
    assert _names(table.background(copies=2)) == ["sender-1", "sender-2", "worker-1", "worker-2", "beat"]


def test_processes_know_nothing_of_the_supervisor() -> None:
    sources = [*(ROOT / "pbx_messaging").glob("*.py"), *(ROOT / "pbx_messaging" / "processes").glob("*.py")]
    naming = [
        path.name for path in sources if re.search(r"import.*embedded|embedded.* import", path.read_text())
    ]
    assert naming == []
