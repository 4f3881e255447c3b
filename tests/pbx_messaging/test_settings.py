"""Settings and their documentation; a missing secret stops the start."""

import ast
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

from pbx_messaging.celery import app
from tests.servers import ROOT

pytestmark = pytest.mark.once

OF_COMPOSE = {
    "OBSERVE",
    "DOMAIN",
    "POSTGRES_PASSWORD",
    "REDIS_PASSWORD",
    "LISTEN",
    "WEB_PROCESSES",
    "WEB_THREADS",
}
SECRETS = ("SECRET_KEY", "CREDENTIALS_KEYS", "PUBLIC_URL", "REDIS_URL")


def _calls() -> dict[str, ast.Call]:
    """Every `env("NAME", ...)` and `env.int("NAME", ...)` of settings.py."""
    tree = ast.parse((ROOT / "pbx_messaging" / "settings.py").read_text())
    return {
        node.args[0].value: node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and re.fullmatch(r"env(\.\w+)?", ast.unparse(node.func))
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def _examples() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.lstrip("#").split("=", 1) for line in lines if re.match(r"#?[A-Z_]+=", line))


def _default(call: ast.Call) -> str | None:
    """As one would write it in a file; None when there is none, or it depends on other settings."""
    written = next((ast.unparse(word.value) for word in call.keywords if word.arg == "default"), "")
    try:
        value = eval(written, {"__builtins__": {}})  # noqa: S307  our own source
    except (NameError, SyntaxError):
        return None
    return (
        ",".join(value) if isinstance(value, list) else f"{value:g}" if type(value) is float else str(value)
    )


def test_env_example_names_every_setting() -> None:
    assert sorted(_examples()) == sorted(_calls().keys() | OF_COMPOSE)


def test_env_example_gives_the_defaults() -> None:
    defaults = {name: _default(call) for name, call in _calls().items()}
    known = {name: value for name, value in defaults.items() if value is not None}
    assert {name: _examples()[name] for name in known} == known


def _start(**changes: str | None) -> "subprocess.CompletedProcess[str]":
    """Django's start with other settings; None is one that is missing."""
    env = {**os.environ, **changes}
    return subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        env={name: value for name, value in env.items() if value is not None},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize("name", SECRETS)
def test_start_stops_without(name: str, value: str | None) -> None:
    done = _start(**{name: value})
    assert (done.returncode, name in done.stderr.splitlines()[-1]) == (1, True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CREDENTIALS_KEYS", "a-password"),
        ("PUBLIC_URL", "pbx.example.com"),
        ("PUBLIC_URL", "https://pbx.example.com/portal"),
        ("PUBLIC_URL", "https://prüfung.example.com"),
        ("HEALTH_TOKEN", "short"),
        ("METRICS_TOKEN", "short"),
        ("REDIS_URL", "valkey:6379"),
        ("TIME_ZONE", "Mars/Phobos"),
        ("LOG_LEVEL", "LOUD"),
        ("BACKUP_KEY", "a-password"),
        ("SENDER_THREADS", "many"),
        ("FETCH_MOST_DAYS", "-1"),
        ("ITSP_TIMEOUT_S", "nan"),
        ("DEBUG", "perhaps"),
        ("DATABASE_URL", "a-database"),
        ("DATABASE_REPLICA_URL", "a-database"),
        ("EMAIL_URL", "a-server"),
        ("MEDIA_STORAGE_OPTIONS", "{"),
    ],
)
@pytest.mark.long
def test_start_stops_at_what_can_not_be_used(name: str, value: str) -> None:
    done = _start(**{name: value})
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        f"django.core.exceptions.ImproperlyConfigured: {name} must be "
    )


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SENDER_THREADS", "many", "SENDER_THREADS must be a whole number, not below 0."),
        ("DATA_DIR", "/proc/nowhere", "DATA_DIR=/proc/nowhere can't be used: "),
        (
            "DATA_DIR",
            "/etc/hostname",
            "DATA_DIR=/etc/hostname can't be used: File exists. Name a folder, not",
        ),
        ("LISTEN", "8000", "LISTEN must be an address and a port, such as 127.0.0.1:8000."),
        ("LISTEN", "127.0.0.1:http", "LISTEN must be an address and a port, such as 127.0.0.1:8000."),
        ("WEB_THREADS", "none", "WEB_THREADS must be a whole number, 1 or more."),
    ],
)
@pytest.mark.long
def test_process_that_can_not_start_says_so_in_a_sentence(name: str, value: str, says: str) -> None:
    command = [sys.executable, "-m", "pbx_messaging", "web"]
    env = {**os.environ, name: value}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith(f"PBX Messaging can't start: {says}")


def test_what_is_empty_is_not_set() -> None:
    defaults = {name for name, call in _calls().items() if _default(call) is not None}
    assert _start(**dict.fromkeys(defaults - set(SECRETS), "")).returncode == 0


def test_start_warns_of_a_stand_in_for_twilio() -> None:
    warning = (
        "WARNING channels.apps TWILIO_API_URL is set: no text reaches this ITSP, "
        "all calls go to the stand-in at http://127.0.0.1:9\n"
    )
    assert _start(TWILIO_API_URL="http://127.0.0.1:9/").stderr.endswith(warning)
    assert _start(TWILIO_API_URL="").stderr == ""


def test_beat_nudges_only_tasks_that_there_are() -> None:
    app.loader.import_default_modules()
    nudged = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert nudged - app.tasks.keys() == set()
