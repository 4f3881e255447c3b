"""Nothing above the seam knows which ITSPs there are: their names stand in their own packages."""

import re
import subprocess
from pathlib import Path

import pytest

from channels.itsp import ITSPS

ROOT = Path(__file__).resolve().parent.parent
OWN = (
    "channels/itsp/",
    "templates/channels/itsp/",
    "simulator/",
    "tests/",
    "docs/",
    "benchmarks/",  # of one ITSP each
)
SAY_WHAT_IS_SUPPORTED = {"README.md", "CHANGELOG.md"}
OF_PACKAGES = {"pyproject.toml", *(path.name for path in ROOT.glob("requirements*"))}
ONE_LINE = {"pbx_messaging/settings.py"}  # the variables by which a stand-in takes an ITSP's place
NAMES = sorted(ITSPS.keys() - {"general"})  # that one is a word of everybody's


def lines_that_name(itsp: str) -> dict[str, list[str]]:
    """By file, of what is kept in the repository."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    found = {path: _lines(ROOT / path, itsp) for path in listed.stdout.split("\0") if _counts(path)}
    return {path: lines for path, lines in found.items() if lines}


def _counts(path: str) -> bool:
    return bool(path) and not path.startswith(OWN) and path not in SAY_WHAT_IS_SUPPORTED | OF_PACKAGES


def _lines(path: Path, itsp: str) -> list[str]:
    if not path.is_file():  # deleted, and not yet committed
        return []
    text = path.read_bytes().decode("utf-8", "replace")
    return [line for line in text.splitlines() if re.search(itsp, line, re.IGNORECASE)]


@pytest.mark.parametrize("itsp", NAMES)
def test_an_itsp_is_named_in_its_package_and_in_one_line_of_the_settings(itsp: str) -> None:
    named = lines_that_name(itsp)
    assert {path: len(lines) for path, lines in named.items()} == dict.fromkeys(ONE_LINE, 1)


def test_the_settings_line_lists_every_itsp() -> None:
    settings = (ROOT / "pbx_messaging" / "settings.py").read_text()
    (line,) = re.findall(r"^ITSP_CODES = \((.*)\)", settings, re.MULTILINE)
    assert set(re.findall(r'"(\w+)"', line)) >= set(ITSPS)
