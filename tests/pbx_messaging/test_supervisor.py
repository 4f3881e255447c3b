"""The supervisor: what dies is started again, and nothing outlives it."""

import os
import re
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pbx_messaging.embedded.options import parse
from pbx_messaging.processes.ports import free_port
from tests.installation import Installation, log_in
from tests.servers import ROOT, wait_for_http
from tests.waiting import wait_until

pytestmark = [pytest.mark.once, pytest.mark.processes]

RUNNING = r"PBX Messaging is running\."
Start = Callable[..., Installation]


@pytest.fixture
def ports() -> tuple[int, int]:
    """Of the portal and of the simulator."""
    return free_port(), free_port()


@pytest.fixture
def portal(ports: tuple[int, int]) -> str:
    return f"http://127.0.0.1:{ports[0]}/"


@pytest.fixture
def start(demo_folder: Path, ports: tuple[int, int]) -> Iterator[Start]:
    """Start a demo and wait until it says that it runs."""
    started: list[Installation] = []

    def start_demo(pattern: str = RUNNING, folder: Path = demo_folder) -> Installation:
        options = ["--port", str(ports[0]), "--simulator-port", str(ports[1]), "--data-dir", str(folder)]
        command = [sys.executable, "-m", "pbx_messaging.embedded", "demo", *options]
        installation = Installation(command, folder, ROOT)
        started.append(installation)
        if pattern:
            installation.wait_for(pattern)
        return installation

    yield start_demo
    for installation in started:
        installation.end()


def assert_stops_in_time_with_open_event_streams(
    installation: Installation, portal: str, number: signal.Signals
) -> None:
    browser = log_in(portal, "alice", "alice-demo")
    streams = [browser.get(f"{portal}events/", stream=True, timeout=10) for _ in range(3)]
    assert [(one.status_code, one.headers["Content-Type"]) for one in streams] == 3 * [
        (200, "text/event-stream")
    ]
    os.kill(installation.popen.pid, number)
    assert installation.seconds_until_gone() < 5
    assert installation.popen.wait(2) == 0
    assert installation.screen.rstrip().endswith("stopped")


@pytest.mark.long
def test_supervisor_starts_what_is_killed_again_and_killed_itself_leaves_no_process(
    start: Start, portal: str
) -> None:
    installation = start()
    # The supervisor, Valkey, the nursery, the simulator, gunicorn and its worker, Celery's worker and beat.
    assert len(installation.processes()) == 8
    for name, mark in {
        "web": "gunicorn",
        "valkey": "valkey-server",
        "nursery": "embedded.nursery",
        "beat": "-A pbx_messaging beat",
    }.items():
        killed = installation.process(mark)
        os.kill(killed, signal.SIGKILL)
        installation.wait_for(rf"{name}: was ended by SIGKILL")
        installation.wait_for(rf"{name}: started again \(process \d+\)")
        assert killed not in installation.processes()
        wait_for_http(f"{portal}readyz")
    wait_until(lambda: len(installation.processes()) == 8)
    os.kill(installation.popen.pid, signal.SIGKILL)
    installation.popen.wait()
    assert installation.seconds_until_gone() < 5


@pytest.mark.long
def test_supervisor_refuses_a_folder_in_use_and_starts_again_on_what_it_kept(
    start: Start, portal: str, demo_folder: Path
) -> None:
    first = start()
    secrets = (demo_folder / "secrets.env").read_text()
    refused = start(pattern="")
    assert refused.popen.wait(20) == 1
    assert f"{demo_folder} is in use by another instance (process {first.popen.pid})" in refused.screen
    assert first.popen.poll() is None
    assert_stops_in_time_with_open_event_streams(first, portal, signal.SIGTERM)
    second = start()
    assert (demo_folder / "secrets.env").read_text() == secrets
    assert (demo_folder / "secrets.env").stat().st_mode & 0o777 == 0o600
    assert "database: up to date" in second.screen
    assert "static files: unchanged" in second.screen
    assert_stops_in_time_with_open_event_streams(second, portal, signal.SIGINT)


def test_supervisor_wants_two_ports_for_portal_and_simulator(tmp_path: Path) -> None:
    port = str(free_port())
    command = [sys.executable, "-m", "pbx_messaging.embedded", "demo", "--data-dir", str(tmp_path / "data")]
    installation = Installation([*command, "--port", port, "--simulator-port", port], tmp_path, ROOT)
    assert installation.popen.wait(20) == 1
    assert f"Portal and simulator both want port {port}." in installation.screen
    assert "make demo SIMULATOR_PORT=..." in installation.screen


@pytest.mark.parametrize("port", ["0", "99999", "-1", "http"])
def test_port_that_is_none_is_refused_in_words(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["demo", f"--port={port}"])
    expected = f"error: argument --port: {port} is no port: ports are 1 to 65535\n"
    assert capsys.readouterr().err.endswith(expected)


@pytest.mark.parametrize("taken, option", [(0, "PORT"), (1, "SIMULATOR_PORT")])
def test_supervisor_names_a_port_in_use_before_it_starts_anything(
    start: Start, ports: tuple[int, int], tmp_path: Path, taken: int, option: str
) -> None:
    with socket.create_server(("127.0.0.1", ports[taken])):
        installation = start(pattern="", folder=tmp_path / "data")
        assert installation.popen.wait(20) == 1
    assert f"Port {ports[taken]}, wanted for the" in installation.screen
    assert f"make demo {option}=..." in installation.screen
    assert re.findall(r"\w+: started", installation.screen) == []
