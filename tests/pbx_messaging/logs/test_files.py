"""Logs that grow too long are put aside while several processes write them, without the loss of a line."""

import re
import sys
from pathlib import Path

import pytest

from pbx_messaging.embedded import children, valkey
from pbx_messaging.embedded.children import Child
from pbx_messaging.processes.ports import free_port
from pbx_messaging.processes.process import Process
from tests.servers import ROOT
from tests.waiting import wait_until

pytestmark = [pytest.mark.once, pytest.mark.processes]

LINES, WRITERS = 4000, 3
TALK = f"""
import logging, os, sys, threading
from pbx_messaging.logs import files
files.LOOK_EVERY_S = 0.005
logging.basicConfig(handlers=[files.FollowingHandler()], level="INFO")
def talk(name):
    for number in range({LINES}):
        logging.info("%s says %d, and what is around it", name, number)
os.fork()
threads = [threading.Thread(target=talk, args=(f"{{os.getpid()}}-{{n}}",)) for n in range({WRITERS})]
for thread in threads: thread.start()
for thread in threads: thread.join()
print("all said", flush=True)
"""


def files_of(log: Path) -> list[Path]:
    """The oldest first."""
    older = sorted(log.parent.glob(f"{log.name}.*"), key=lambda file: -int(file.suffix[1:]))
    return [file for file in (*older, log) if file.exists()]


def test_no_line_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "LOG_MAX_BYTES", 20_000)
    monkeypatch.setattr(children, "LOGS_KEPT", 500)
    log = tmp_path / "talker.log"
    child = Child(Process("talker", [sys.executable, "-c", TALK]), {"PYTHONPATH": str(ROOT)}, log, tmp_path)
    child.start()
    while child.is_running():
        child.bound_log()
    wait_until(lambda: sum(file.read_text().count("all said") for file in files_of(log)) == 2)
    files = files_of(log)
    assert len(files) > 5
    said: dict[str, list[int]] = {}
    for line in "".join(file.read_text() for file in files).splitlines():
        if found := re.search(r"(\d+-\d) says (\d+), and what is around it$", line):
            said.setdefault(found[1], []).append(int(found[2]))
    assert [name for name, numbers in said.items() if sorted(numbers) != list(range(LINES))] == []
    assert len(said) == 2 * WRITERS


def test_as_many_files_are_kept_as_are_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of one that writes on without noticing: its file is emptied then."""
    monkeypatch.setattr(children, "LOG_MAX_BYTES", 3)
    for follows in (True, False):
        log = tmp_path / f"{follows}.log"
        child = Child(Process("x", [], follows=follows), {}, log, tmp_path)
        for number in range(children.LOGS_KEPT + 3):
            log.write_text(f"{number:04d}")
            child.bound_log()
        kept = [file.read_text() for file in files_of(log) if file.stat().st_size]
        assert kept == [f"{number:04d}" for number in range(3, children.LOGS_KEPT + 3)]


def test_valkey_goes_on_in_the_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "LOG_MAX_BYTES", 3)
    log, port = tmp_path / "valkey.log", free_port()
    child = Child(valkey.prepare(tmp_path / "data", port, "secret", log), {}, log, tmp_path)
    child.start()
    try:
        assert valkey.wait_until_it_answers(valkey.url_of(port, "secret"))
        child.bound_log()
        child.signal(15)
        assert child.wait(10)
    finally:
        child.kill()
    assert "Ready to accept connections" in (tmp_path / "valkey.log.1").read_text()
    assert "ready to exit" in log.read_text()
