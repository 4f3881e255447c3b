"""Has Lighthouse score pages as a phone on a slow network loads them."""

import json
import os
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.servers import ROOT

LIGHTHOUSE = ROOT / "tests" / "judges" / "node_modules" / ".bin" / "lighthouse"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
RUNS = 3  # performance is their median: other work on the machine counts in each


@dataclass
class Scores:
    """Of 100, by category. `faults` are the audits that cost points, but for performance."""

    of: dict[str, int]
    faults: list[str]

    def __str__(self) -> str:
        return ", ".join(f"{name} {score}" for name, score in self.of.items())


def scores(url: str, port: int) -> Scores:
    """As the browser sees it that listens there, logged in or not."""
    first = _report(url, port, CATEGORIES)
    again = [_report(url, port, CATEGORIES[:1]) for _ in range(RUNS - 1)]
    of = {name: _score(first, name) for name in CATEGORIES}
    of["performance"] = round(statistics.median(_score(one, "performance") for one in [first, *again]))
    return Scores(of, list(_faults(first)))


def _score(report: dict[str, Any], category: str) -> int:
    score: float = report["categories"][category]["score"]
    return round(100 * score)


def _report(url: str, port: int, categories: Sequence[str]) -> dict[str, Any]:
    options = ["--quiet", "--output=json", "--no-enable-error-reporting", f"--port={port}"]
    command = [str(LIGHTHOUSE), url, *options, f"--only-categories={','.join(categories)}"]
    env = {**os.environ, "PATH": os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ["PATH"]])}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert "runtimeError" not in report, report["runtimeError"]
    assert report["finalDisplayedUrl"] == url
    return report


def _faults(report: dict[str, Any]) -> list[str]:
    """`audit: title`, and where."""
    audits = {
        one["id"]: report["audits"][one["id"]]
        for name in CATEGORIES[1:]
        for one in report["categories"][name]["auditRefs"]
        if one["weight"]
    }
    return [
        f"{name}: {audit['title']} {_places(audit)}"
        for name, audit in audits.items()
        if audit["score"] is not None and audit["score"] < 1
    ]


def _places(audit: dict[str, Any]) -> str:
    items = (audit.get("details") or {}).get("items", [])
    return "; ".join(json.dumps(item.get("node", item))[:300] for item in items[:5])
