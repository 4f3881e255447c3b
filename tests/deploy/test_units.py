"""The units of systemd, read by systemd itself."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pbx_messaging.processes.table import PROCESSES
from tests.servers import ROOT

pytestmark = pytest.mark.once

UNITS = ROOT / "deploy" / "systemd"
SERVICES = sorted(file.name for file in UNITS.glob("*.service"))
HARDENED = "# What follows is the same in all units; a test holds it.\n"
MOST_EXPOSED = "20"  # of 100; 14 today
INSTANCE_OF = {"web": "", "stream": "", "beat": "", "sender": "@1", "worker": "@1"}


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """A folder with the units, as if the product was installed there where it is."""
    for file in UNITS.iterdir():
        text = file.read_text().replace("/opt/pbx-messaging", str(ROOT))
        (tmp_path / file.name.replace("@", "@1")).write_text(text)
    return tmp_path


def _analyze(*arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("no systemd-analyze is installed")
    return subprocess.run([program, *arguments], cwd=cwd, capture_output=True, text=True)


def test_systemd_accepts_all_units_without_a_warning(units: Path) -> None:
    names = [f"./{file.name}" for file in sorted(units.iterdir())]
    done = _analyze("verify", "--man=no", *names, cwd=units)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_systemd_finds_no_unit_exposed(units: Path) -> None:
    for file in units.glob("*.service"):
        done = _analyze(
            "security", "--offline=true", f"--threshold={MOST_EXPOSED}", f"./{file.name}", cwd=units
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", PROCESSES)
def test_every_process_has_a_unit_and_the_target_starts_it(name: str) -> None:
    instance = INSTANCE_OF[name]
    text = (UNITS / f"pbx-{name}{instance[:1]}.service").read_text()
    assert re.findall(r"^ExecStart=\S+ -m pbx_messaging (\S+)$", text, re.M) == [
        f"{name}{'-%i' if instance else ''}"
    ]
    assert f"pbx-{name}{instance}.service" in (UNITS / "pbx.target").read_text()


def test_all_units_are_hardened_alike() -> None:
    parts = {
        (UNITS / name).read_text().partition(HARDENED)[2].partition("\n[Install]")[0] for name in SERVICES
    }
    assert len({part.strip() for part in parts}) == 1
    assert "ProtectSystem=strict" in parts.pop()
