"""From the version before to this one, under texts and working agents: none is lost, and none comes twice."""

import json
import subprocess
import sys

import pytest

from tests.servers import ROOT

pytestmark = [pytest.mark.ops, pytest.mark.once, pytest.mark.timeout(1800)]


def test_upgrade_under_load_loses_and_doubles_nothing() -> None:
    command = [sys.executable, "-m", "benchmarks.upgrade", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    figures = json.loads(done.stdout.splitlines()[-1])
    assert (figures["lost"], figures["doubled"]) == (0, 0), done.stdout
