"""The alert rules and the board, by Prometheus' own tool."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from health.alarms import kinds
from health.metrics import figures, rules
from health.result import State
from pbx_messaging.metrics.series import ALL
from tests.health.metrics.promtool import promtool
from tests.servers import ROOT

pytestmark = pytest.mark.once

RULES = ROOT / "deploy/prometheus/alerts.yml"
BOARD = ROOT / "deploy/grafana/pbx-messaging.json"
ASKED = {
    "pbx_build_info",
    "pbx_check_state",
    "pbx_check_value",
    "pbx_processes",
    "pbx_queue_oldest_seconds",
    "pbx_queue_texts",
    "pbx_rate_limit",
    "pbx_tasks_waiting",
}


def checked(*arguments: str, cwd: Path) -> None:
    done = subprocess.run([promtool(), *arguments], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_rules_are_those_of_the_checks_and_prometheus_takes_them(tmp_path: Path) -> None:
    assert RULES.read_text() == rules.rules(), "run: manage.py alert_rules > deploy/prometheus/alerts.yml"
    checked("check", "rules", str(RULES), cwd=tmp_path)


@pytest.mark.long
def test_each_check_that_fails_rings_once_it_has_failed_for_so_long(tmp_path: Path) -> None:
    """And nothing else does; a check that can't be made rings as little as one that is fine."""
    tests = [_case(check) for check in kinds.KIND_OF]
    file = {"rule_files": [str(RULES)], "evaluation_interval": "10s", "tests": tests}
    (tmp_path / "cases.yml").write_text(json.dumps(file))
    checked("test", "rules", "cases.yml", cwd=tmp_path)


def _case(check: str) -> dict[str, Any]:
    name = rules.name_of(check, State.FAILING)
    series = f'pbx_check_state{{check="{check}",about="7",label="Main"}}'
    rings = {
        "exp_labels": {"severity": "critical", "check": check, "about": "7", "label": "Main"},
        "exp_annotations": _words(check),
    }
    at = {"0s": [], "5m": [rings], "10m": [], "15m": []}
    failing, fine = "2 " * 31, "0 " * 30
    return {
        "interval": "10s",
        "input_series": [
            {"series": series, "values": f"{failing}{fine}{'-1 ' * 40}"},
            {"series": "pbx_build_info", "values": "1x200"},
        ],
        "alert_rule_test": [
            {"eval_time": time, "alertname": alert, "exp_alerts": expected}
            for time, alerts in at.items()
            for alert, expected in ((name, alerts), ("PbxUnseen", []))
        ],
    }


def _words(check: str) -> dict[str, str]:
    said = next(rule for rule in rules.rules().split("- alert: ") if f'{{check="{check}"}} == 2' in rule)
    summary, description = re.findall(r': "(.*)"', said)
    return {
        "summary": summary.replace("{{ with $labels.label }}: {{ . }}{{ end }}", ": Main"),
        "description": description,
    }


def test_board_asks_only_for_what_there_is(tmp_path: Path) -> None:
    board = json.loads(BOARD.read_text())
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    names = {name for expression in asked for name in re.findall(r"\bpbx_\w+", expression)}
    counted = {series.name for series in ALL}
    assert {re.sub(r"_(total|bucket|count|sum)$", "", name) for name in names} - counted - ASKED == set()
    plain = [one.replace("$__rate_interval", "5m").replace("$channel", ".*") for one in asked]
    recorded = [{"record": f"panel:{number}", "expr": one} for number, one in enumerate(plain)]
    (tmp_path / "board.yml").write_text(json.dumps({"groups": [{"name": "board", "rules": recorded}]}))
    checked("check", "rules", "board.yml", cwd=tmp_path)


def test_states_are_numbered_as_the_rules_say() -> None:
    assert figures.STATES == {State.OK: 0, State.WARNING: 1, State.FAILING: 2, State.UNKNOWN: -1}
