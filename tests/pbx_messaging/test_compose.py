"""docker-compose.yml, read by the real compose program."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import compose
import pytest

from pbx_messaging.processes.table import PROCESSES
from tests.servers import ROOT

pytestmark = pytest.mark.once

COMPOSE = Path(compose.__file__).parent / "docker-compose"
SCALE = "docker-compose.scale.yml"
REQUIRED = {
    "DOMAIN": "pbx.example.com",
    "SECRET_KEY": "secret",
    "CREDENTIALS_KEYS": "keys",
    "POSTGRES_PASSWORD": "postgres-password",
    "REDIS_PASSWORD": "redis-password",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the files and no .env beside them."""
    for name in ("docker-compose.yml", SCALE):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def _config(project: Path, env: dict[str, str], *files: str) -> "subprocess.CompletedProcess[str]":
    chosen = [part for file in files for part in ("--file", file)]
    command = [str(COMPOSE), *chosen, "config", "--format", "json"]
    only = {"PATH": os.environ["PATH"], "HOME": str(project), **env}
    return subprocess.run(command, cwd=project, env=only, capture_output=True, text=True)


def _services(project: Path) -> dict[str, Any]:
    services: dict[str, Any] = json.loads(_config(project, REQUIRED).stdout)["services"]
    return services


def test_compose_accepts_the_file_and_has_all_services(project: Path) -> None:
    done = _config(project, REQUIRED)
    assert (done.returncode, done.stderr) == (0, "")
    others = {"caddy", "migrate", "postgres", "valkey"}
    assert json.loads(done.stdout)["services"].keys() == others | PROCESSES.keys()


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("value", [None, ""])
def test_compose_refuses_without(project: Path, name: str, value: str | None) -> None:
    env = {key: known for key, known in REQUIRED.items() if key != name}
    done = _config(project, env if value is None else {**env, name: value})
    assert done.returncode != 0
    assert f"required variable {name} is missing a value: set it in .env" in done.stderr


def test_compose_gives_no_password_to_a_command_line(project: Path) -> None:
    commands = [service.get("command") or [] for service in _services(project).values()]
    assert [value for value in REQUIRED.values() for command in commands if value in " ".join(command)] == []


def test_compose_checks_the_health_of_every_lasting_service(project: Path) -> None:
    services = _services(project)
    assert [name for name in services if "healthcheck" not in services[name]] == ["migrate"]
    assert {services[name]["restart"] for name in services if name != "migrate"} == {"unless-stopped"}


@pytest.mark.parametrize("name", PROCESSES)
def test_compose_starts_the_processes_that_the_tests_start(project: Path, name: str) -> None:
    assert _services(project)[name]["command"] == ["python", "-m", "pbx_messaging", name]


def test_compose_keeps_all_data_in_volumes(project: Path) -> None:
    def volumes(service: dict[str, Any]) -> list[tuple[str, str]]:
        mounted = service.get("volumes", [])
        return [(one["source"], one["target"]) for one in mounted if one["type"] == "volume"]

    ours = {name: [("data", "/data"), ("backups", "/backups")] for name in ("migrate", *PROCESSES)}
    assert {name: volumes(service) for name, service in _services(project).items()} == {
        **ours,
        "caddy": [("caddy-data", "/data"), ("caddy-config", "/config")],
        "postgres": [("postgres", "/var/lib/postgresql")],
        "valkey": [("valkey", "/data")],
    }


def test_compose_opens_no_port_but_those_of_the_proxy(project: Path) -> None:
    opened = {name: service.get("ports", []) for name, service in _services(project).items()}
    published = {name: sorted({one["published"] for one in ports}) for name, ports in opened.items() if ports}
    assert published == {"caddy": ["443", "80"]}


def test_compose_hands_all_further_settings_to_the_product(project: Path) -> None:
    further = {"TIME_ZONE": "Africa/Nairobi", "MEDIA_STORAGE_OPTIONS": '{"bucket_name": "media"}'}
    values = {**REQUIRED, **further}
    (project / ".env").write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    services = json.loads(_config(project, {}).stdout)["services"]
    told = [name for name, one in services.items() if further.items() <= one["environment"].items()]
    assert sorted(told) == sorted(["migrate", *PROCESSES])


def test_compose_of_scale_has_two_of_each_process(project: Path) -> None:
    done = _config(project, REQUIRED, "docker-compose.yml", SCALE)
    assert (done.returncode, done.stderr) == (0, "")
    services, single = json.loads(done.stdout)["services"], _services(project)
    assert services.keys() == single.keys() | {f"{name}-2" for name in PROCESSES}
    for name in PROCESSES:
        second = services[f"{name}-2"]
        depends = {
            **single[name].get("depends_on", {}),
            name: {"condition": "service_healthy", "required": True},
        }
        assert second == {**single[name], "depends_on": depends}
    proxied = {kind: services["caddy"]["environment"][kind.upper()].split() for kind in ("web", "stream")}
    assert proxied == {kind: [f"{kind}:8000", f"{kind}-2:8000"] for kind in ("web", "stream")}
    assert {"web-2", "stream-2"} <= services["caddy"]["depends_on"].keys()


def test_compose_lets_no_process_write_but_to_its_data(project: Path) -> None:
    services = _services(project)
    found = {name: (services[name].get("read_only"), services[name].get("tmpfs")) for name in PROCESSES}
    assert set(map(str, found.values())) == {"(True, ['/tmp:size=1g,mode=1777'])"}
