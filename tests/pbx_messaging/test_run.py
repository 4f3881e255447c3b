"""`make run`: a real small installation, told once what it needs."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from pbx_messaging.embedded import answers
from pbx_messaging.embedded.options import parse
from pbx_messaging.embedded.problems import CannotStart
from pbx_messaging.processes.ports import free_port
from tests.certificates import self_signed
from tests.installation import Installation
from tests.servers import ROOT

pytestmark = pytest.mark.once

ADMIN = ["--admin-username", "ann", "--admin-email", "ann@example.com"]


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Files of a certificate for localhost that signed itself, and of its key."""
    return self_signed(tmp_path, "localhost")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Installation]]:
    """Start `run` without a terminal."""
    started: list[Installation] = []

    def start(*options: str, password: str = "") -> Installation:
        monkeypatch.setenv("ADMIN_PASSWORD", password)
        data_dir = tmp_path / "data"
        command = [
            sys.executable,
            "-m",
            "pbx_messaging.embedded",
            "run",
            "--data-dir",
            str(data_dir),
            *options,
        ]
        started.append(Installation(command, data_dir, ROOT))
        return started[-1]

    yield start
    for installation in started:
        installation.end()


def _answers(tmp_path: Path, *options: str, said: str = "") -> dict[str, str]:
    lines = iter(said.splitlines())
    parsed = parse(["run", "--data-dir", str(tmp_path), *options])
    return answers.answers_of(parsed, lambda question: next(lines))


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person sits there, and nothing is in the environment."""
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.delenv("PUBLIC_URL")


def test_run_asks_for_what_it_needs_and_remembers(tmp_path: Path, terminal: None) -> None:
    said = "https://pbx.example.com\n\nann\nann@example.com"
    expected = {
        "PUBLIC_URL": "https://pbx.example.com",
        "BEHIND_PROXY": "yes",
        "ADMIN_USERNAME": "ann",
        "ADMIN_EMAIL": "ann@example.com",
    }
    assert _answers(tmp_path, said=said) == expected
    assert _answers(tmp_path) == expected  # next() of no lines would fail


def test_run_asks_for_the_key_of_a_certificate(
    tmp_path: Path, terminal: None, certificate: tuple[Path, Path]
) -> None:
    said = f"https://pbx.example.com\n{certificate[0]}\n{certificate[1]}"
    found = _answers(tmp_path, *ADMIN, said=said)
    assert (found["TLS_CERTIFICATE"], found["TLS_KEY"]) == (str(certificate[0]), str(certificate[1]))


def test_run_asks_again_for_what_can_not_be_used(
    tmp_path: Path, terminal: None, certificate: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    said = f"pbx.example.com\nhttps://pbx.example.com\n/none.pem\n{certificate[0]}\n{certificate[1]}"
    found = _answers(tmp_path, *ADMIN, said=said)
    assert (found["PUBLIC_URL"], found["TLS_CERTIFICATE"]) == ("https://pbx.example.com", str(certificate[0]))
    assert [line.split(" is no address")[0].strip() for line in capsys.readouterr().out.splitlines()] == [
        "PUBLIC_URL=pbx.example.com",
        "TLS_CERTIFICATE=/none.pem: there is no such file.",
    ]


@pytest.mark.parametrize(
    "address", ["http://pbx.example.com", "pbx.example.com", "https://pbx.example.com/sms"]
)
def test_run_refuses_an_address_that_is_no_https_origin(tmp_path: Path, terminal: None, address: str) -> None:
    with pytest.raises(CannotStart, match="is no address such as https://"):
        _answers(tmp_path, *ADMIN, "--proxy", "--public-url", address)


def test_run_refuses_a_certificate_that_is_not_there(tmp_path: Path, terminal: None) -> None:
    options = ["--public-url", "https://pbx.example.com", "--certificate", "/none.pem", "--key", "/none.key"]
    with pytest.raises(CannotStart, match=r"TLS_CERTIFICATE=/none\.pem: there is no such file\."):
        _answers(tmp_path, *ADMIN, *options)


def test_run_without_a_terminal_says_what_is_missing(run: Callable[..., Installation]) -> None:
    installation = run("--public-url", "https://pbx.example.com", "--admin-username", "ann")
    assert installation.popen.wait(20) == 1
    assert installation.screen.split("this is not known yet:\n")[1].splitlines()[:4] == [
        "  Certificate file (PEM, full chain); empty if a tunnel or proxy speaks TLS for it: "
        "TLS_CERTIFICATE=... or --certificate; or BEHIND_PROXY=yes or --proxy",
        "  The certificate's private key file (PEM): TLS_KEY=... or --key",
        "  E-mail address of the first admin: ADMIN_EMAIL=... or --admin-email",
        "  Password of the first admin: ADMIN_PASSWORD=...",
    ]


@pytest.mark.parametrize("folder", ["/proc/nowhere", "/etc/hostname"])
@pytest.mark.long
def test_folder_that_takes_nothing_is_said_in_a_sentence(folder: str) -> None:
    command = [sys.executable, "-m", "pbx_messaging.embedded"]
    for what in (["run"], ["demo"], ["manage", "backup"], ["rotate-keys"]):
        words = [*command, what[0], "--data-dir", folder, *what[1:]]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60)
        assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
        assert done.stderr.strip().startswith(f"The data folder {folder} can't be used: ")


@pytest.mark.processes
@pytest.mark.long
def test_run_serves_https_with_a_certificate(
    run: Callable[..., Installation], certificate: tuple[Path, Path]
) -> None:
    port, (certificate_path, key_path) = free_port(), certificate
    options = ["--port", str(port), "--certificate", str(certificate_path), "--key", str(key_path)]
    url = f"https://localhost:{port}"
    installation = run(*options, "--public-url", url, *ADMIN, password="a-long-and-odd-password")
    installation.wait_for(r"PBX Messaging is running\.")
    page = requests.get(f"{url}/login/", verify=str(certificate_path), timeout=10)
    assert (page.status_code, page.headers["Strict-Transport-Security"][:16]) == (200, "max-age=31536000")
    assert "Created the administrator ann." in installation.screen
    os.kill(installation.popen.pid, 15)
    assert installation.seconds_until_gone() < 5
