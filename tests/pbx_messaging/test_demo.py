"""`make demo` as a newcomer runs it: a fresh clone, nothing prepared."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from pbx_messaging.embedded.ports import free_port
from tests.installation import Installation, clean_environment, log_in
from tests.servers import ROOT

pytestmark = [pytest.mark.once, pytest.mark.processes, pytest.mark.timeout(900)]

FRESH_START_S = 600.0  # it fetches all packages; how long depends on the network
SECOND_START_S = 60.0
LOGIN = re.compile(r"(administrator|agent)\s{3}\s*(\S+)\s+(\S+)")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository as it is committed, and nothing else."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("this is no git repository, so there is nothing to clone")
    folder = tmp_path_factory.mktemp("demo") / "clone"
    command = ["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(folder)]
    subprocess.run(command, check=True, env=clean_environment())
    return folder


@pytest.fixture
def demo(clone: Path) -> Iterator[Installation]:
    """`make demo` on free ports, its data in the clone's own place."""
    ports = [f"PORT={free_port()}", f"SIMULATOR_PORT={free_port()}"]
    data_dir = clone / "var" / "demo"
    data_dir.parent.mkdir(exist_ok=True)
    installation = Installation(["make", "demo", *ports, f"DATA_DIR={data_dir}"], data_dir, clone)
    yield installation
    installation.end()


def _assert_files_are_served(portal: str) -> None:
    page = requests.get(f"{portal}login/", timeout=10).text
    files = re.findall(r'(?:href|src)="/(static/[^"]+)"', page)
    assert files
    assert [file for file in files if requests.get(f"{portal}{file}", timeout=10).status_code != 200] == []


def test_demo_runs_from_a_fresh_clone(demo: Installation) -> None:
    portal = demo.wait_for(r"Portal +(http://127\.0\.0\.1:\d+/)", FRESH_START_S)[1]
    demo.wait_for("Ctrl-C ends it")
    logins = LOGIN.findall(demo.screen)
    assert {role for role, _, _ in logins} == {"administrator", "agent"}
    for _, username, password in logins:
        log_in(portal, username, password)
    _assert_files_are_served(portal)
    # Here a text is walked through: phone → simulator → webhook → agent → answer.
    demo.interrupt()
    assert demo.seconds_until_gone() < 5


def test_demo_starts_again_and_quickly(demo: Installation) -> None:
    demo.wait_for("Ctrl-C ends it", SECOND_START_S)
    assert "==>" not in demo.screen  # nothing is fetched or built once more
    assert "database: up to date" in demo.screen
    demo.interrupt()
    assert demo.seconds_until_gone() < 5
