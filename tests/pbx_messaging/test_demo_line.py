"""The line that a demo brings: there at the first start, and not twice at the second."""

import re
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pbx_messaging.embedded.stand_in import StandIn
from pbx_messaging.processes.ports import free_port
from tests.installation import Installation, log_in
from tests.servers import ROOT, Simulator

once = pytest.mark.once


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    ports = ["--port", str(free_port()), "--simulator-port", str(free_port())]
    run = [sys.executable, "-m", "pbx_messaging.embedded", "demo"]
    return [*run, *ports, "--data-dir", str(tmp_path / "data")]


@pytest.fixture
def runs(command: list[str], tmp_path: Path) -> Iterator[list[Installation]]:
    started: list[Installation] = []
    yield started
    for one in started:
        one.end()


def told(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """What the database has of it."""
    with sqlite3.connect(f"file:{folder / 'db.sqlite3'}?mode=ro", uri=True) as database:
        ask = database.execute
        return {
            "channels": ask("SELECT name, status FROM channels_channel").fetchall(),
            "numbers": ask("SELECT address FROM channels_number").fetchall(),
            "sessions": ask(
                "SELECT contact, closed_at IS NULL, agent_id IS NULL, unanswered_since IS NULL "
                "FROM messaging_sessions_messagingsession ORDER BY id"
            ).fetchall(),
            "texts": ask(
                "SELECT kind, body, author_id IS NULL FROM messaging_sessions_message "
                "WHERE kind IN ('inbound', 'outbound') ORDER BY id"
            ).fetchall(),
            "pictures": ask("SELECT COUNT(*) FROM messaging_sessions_attachment").fetchall(),
        }


@once
@pytest.mark.processes
@pytest.mark.timeout(600)
@pytest.mark.long
def test_line_is_ready_at_the_first_start_and_not_doubled_by_the_second(
    runs: list[Installation], command: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    runs.append(Installation(command, folder, ROOT))
    runs[0].wait_for("Ctrl-C ends it", 400)
    assert re.search(r"Numbers +\+61491570156 +ready", runs[0].screen)
    first = told(folder)
    assert (first["channels"], first["numbers"]) == ([("Demo line", "connected")], [("+61491570156",)])
    assert [row[1:] for row in first["sessions"]] == [
        (0, 0, 0),  # closed; it waited for an answer
        (1, 0, 1),  # answered, and not delivered
        (1, 0, 1),  # begun by an agent
        (1, 0, 0),  # answered, and thanked for
        (1, 1, 0),  # waits, with a picture
        (1, 1, 0),  # waits
    ]
    inbound = [body for kind, body, _none in first["texts"] if kind == "inbound"]
    assert (len(inbound), first["pictures"]) == (7, [(1,)])
    portal = re.search(r"http://localhost:(\d+)/", runs[0].screen)
    assert portal
    for address in (portal[0], f"http://127.0.0.1:{portal[1]}/"):  # both go on working
        assert log_in(address, "alice", "alice-demo").get(f"{address}inbox/", timeout=10).status_code == 200
    runs[0].interrupt()
    runs[0].seconds_until_gone()
    runs.append(Installation(command, folder, ROOT))
    runs[1].wait_for("Ctrl-C ends it", 400)
    assert told(folder) == first


@once
def test_webhooks_of_earlier_demos_follow_the_address(simulator: Simulator) -> None:
    ours, theirs = "http://127.0.0.1:8080", "http://127.0.0.1:80801/w/x/"
    simulator.post("/control/numbers", {"address": "+25402161183", "sms_url": f"{ours}/w/abc/#rc=2"})
    simulator.post("/control/numbers", {"address": "+14155550100", "sms_fallback_url": f"{ours}/w/abc/"})
    simulator.post("/control/numbers", {"address": "+447700900123", "sms_url": theirs})
    StandIn(simulator.url).lead(former=ours, now="http://localhost:8080")
    found = {one["address"]: one for one in simulator.get("/control/numbers")["numbers"]}
    assert found["+25402161183"]["sms_url"] == "http://localhost:8080/w/abc/#rc=2"
    assert found["+14155550100"]["sms_fallback_url"] == "http://localhost:8080/w/abc/"
    assert found["+447700900123"]["sms_url"] == theirs
