"""The check of a provider: the simulator's own passes it, and each broken rule is found."""

import http.server
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from simulator.general.rest import API_KEY, SECRET
from tests.simulator.stand_in import CONTACT, ROOT, StandIn, free_port

NUMBER = "+14155550144"
Check = Callable[..., tuple[int, dict[str, str]]]


@pytest.fixture
def started(stand_in: StandIn) -> Iterator[Callable[..., tuple["subprocess.Popen[str]", int]]]:
    """Starts the check of a provider; the number's webhook leads to it."""
    running: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **changes: str) -> tuple["subprocess.Popen[str]", int]:
        port = free_port()
        said = {
            "send-url": f"{stand_in.url}/general/messages",
            "verify-url": f"{stand_in.url}/general/verify",
            "api-key": API_KEY,
            "secret": SECRET,
            "from": NUMBER,
            "to": CONTACT,
            "port": str(port),
            "wait": "3",
        }
        said |= {name.replace("_", "-"): value for name, value in changes.items()}
        webhook = f"http://127.0.0.1:{port}/w"
        stand_in.post("numbers", address=NUMBER, itsp="general", sms_url=webhook, rate="unlimited")
        options = [part for name, value in said.items() for part in (f"--{name}", value)]
        command = [sys.executable, "-m", "simulator.general", *options, *arguments]
        running.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))
        return running[-1], port

    yield start
    for process in running:
        process.kill()
        process.wait(10)


@pytest.fixture
def check(started: Callable[..., tuple["subprocess.Popen[str]", int]]) -> Check:
    def run(*arguments: str, **changes: str) -> tuple[int, dict[str, str]]:
        process, _port = started(*arguments, **changes)
        said, _errors = process.communicate(timeout=60)
        return process.returncode, _rules(said)

    return run


def _rules(said: str) -> dict[str, str]:
    """pass or FAIL by rule."""
    found = re.findall(r"^(pass|FAIL)  (.*?)(?: \(.*)?$", said, re.MULTILINE)
    return {rule: verdict for verdict, rule in found}


def test_a_provider_that_keeps_to_the_interface_passes(check: Check) -> None:
    code, rules = check()
    assert (code, set(rules.values()), len(rules)) == (0, {"pass"}, 12)


def test_an_inbound_text_is_waited_for(
    stand_in: StandIn, started: Callable[..., tuple["subprocess.Popen[str]", int]]
) -> None:
    process, _port = started("--inbound", wait="8")
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if "made again" in line:
            stand_in.text("Are you open?", to=NUMBER)
    assert process.wait(20) == 0
    assert _rules("".join(lines))["It has id, from, to and text"] == "pass"


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"secret": "another"}, {"Each call is signed with the secret"}),
        (
            {"api_key": "another"},
            {
                "The Verification URL answers a right key with 200",
                "A text is taken with 2xx",
                "The answer has an id at data.id, 64 characters at most",
                "Each call is signed with the secret",
            },
        ),
    ],
    ids=["another secret", "another key"],
)
def test_what_is_broken_is_named(check: Check, changes: dict[str, str], broken: set[str]) -> None:
    code, rules = check(**changes)
    assert code == 1
    assert {rule for rule, verdict in rules.items() if verdict == "FAIL"} == broken


class _Careless(http.server.BaseHTTPRequestHandler):
    """Takes whatever comes, from anybody, and never says what became of it."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"data": {"id": 42}}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def test_a_provider_that_takes_everything_and_reports_nothing_fails(check: Check) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Careless) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/"
        code, rules = check(send_url=url, verify_url="", wait="0.5")
        server.shutdown()
    assert code == 1
    kept = {rule for rule, verdict in rules.items() if verdict == "pass"}
    assert kept == {"A text is taken with 2xx", "The answer has an id at data.id, 64 characters at most"}
