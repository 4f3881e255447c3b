"""Prometheus' own tool: `make promtool` gets it."""

import os
import shutil

import pytest

from tests.servers import ROOT


def promtool() -> str:
    """Its path. Without it the test is skipped, or fails where CI is set."""
    if path := shutil.which("promtool", path=f"{os.environ['PATH']}:{ROOT / 'build/promtool'}"):
        return path
    message = "no promtool: run `make promtool`, or install Prometheus"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
