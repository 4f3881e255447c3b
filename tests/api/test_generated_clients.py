"""Clients that are generated from the document compile strictly and do an agent's day; linters agree."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from api.openapi import document
from channels.models import Number
from routing.models import Extension
from sessions.models import MessagingSession, Tag
from tests.api.conftest import Caller, texts
from tests.servers import ROOT
from tests.sessions.conftest import Post

pytestmark = [pytest.mark.once, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
CLIENTS = Path(__file__).parent / "clients"
JUDGES = ROOT / "tests" / "judges" / "node_modules"
OURS = ROOT / "node_modules" / ".bin"
STRICT = (
    "--noEmit --strict --noUncheckedIndexedAccess --target es2022 --module esnext --moduleResolution bundler"
)
Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """In a folder with the document; `run("spectral", ...)` is one of the judges."""
    (tmp_path / "openapi.json").write_text(json.dumps(document()))
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "node_modules").symlink_to(JUDGES)
    folders = [str(JUDGES / ".bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
    env = {**os.environ, "PATH": os.pathsep.join(folders), "REDOCLY_TELEMETRY": "off"}

    def call(*command: str) -> str:
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    return call


@pytest.fixture
def waiting(post_inbound: Post) -> MessagingSession:
    """To a number of a country to which files can be sent."""
    post_inbound(1, "Are you open today?")
    Number.objects.update(address="+12015550123")
    Tag.objects.create(name="day")
    return MessagingSession.objects.get()


def test_linters_find_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "spectral.yaml").write_text('extends: ["spectral:oas"]')
    # Whose software it is decides its licence; the document of an installation can't.
    (tmp_path / "redocly.yaml").write_text("extends: [recommended]\nrules: {info-license: off}")
    run("spectral", "lint", "openapi.json", "--ruleset", "spectral.yaml", "--fail-severity", "hint")
    assert "warning" not in run("redocly", "lint", "openapi.json").lower().replace("deprecation warning", "")


@pytest.mark.long
def test_python_client_does_a_day(
    run: Run, waiting: MessagingSession, agents: list[Extension], live_server: LiveServer
) -> None:
    generate = ["openapi-python-client", "generate", "--path", "openapi.json", "--fail-on-warning"]
    run(*generate, "--output-path", "desk", "--meta", "none")
    run("cp", str(CLIENTS / "day.py"), "day.py")
    run("mypy", "--strict", "--follow-imports", "silent", "--no-incremental", "day.py")
    run("python", "day.py", live_server.url, Caller(agents[0].user).token)
    assert texts() == ["You wrote: Are you open today?", "", "Later still"]
    waiting.refresh_from_db()
    assert (waiting.agent, waiting.closed_at) == (agents[0], None)


@pytest.mark.long
def test_typescript_client_does_a_day(
    run: Run, waiting: MessagingSession, agents: list[Extension], live_server: LiveServer
) -> None:
    run("openapi-typescript", "openapi.json", "-o", "schema.d.ts")
    _walk(run, "day.ts", live_server, agents[0])
    assert texts() == ["You wrote: Are you open today?", "Later still"]


def test_typescript_functions_send_files(
    run: Run, waiting: MessagingSession, agents: list[Extension], live_server: LiveServer
) -> None:
    run("openapi-ts", "-i", "openapi.json", "-o", "sdk")
    _walk(run, "day_of_sdk.ts", live_server, agents[0])
    assert texts() == ["By the sdk", "Look"]


def _walk(run: Run, name: str, live_server: LiveServer, agent: Extension) -> None:
    run("cp", str(CLIENTS / name), name)
    run(str(OURS / "tsc"), *STRICT.split(), "--lib", "es2023,dom,dom.iterable", name)
    run(str(OURS / "esbuild"), name, "--bundle", "--format=esm", "--platform=node", "--outfile=day.mjs")
    run("node", "day.mjs", live_server.url, Caller(agent.user).token)
