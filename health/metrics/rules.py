"""Alert rules for Prometheus, of the same checks and with the same patience as our own alarms."""

from collections.abc import Iterator
from datetime import timedelta

from health import wording
from health.alarms import kinds
from health.metrics.figures import STATES
from health.result import State

SEVERITIES = {State.FAILING: "critical", State.WARNING: "warning"}
WORTH_A_LOOK_FOR = timedelta(minutes=15)
_HEAD = """\
# Made by `manage.py alert_rules` of the list of checks: see docs/observing.md.
groups:
  - name: pbx-messaging
    rules:
      - alert: PbxUnseen
        expr: absent(pbx_build_info)
        for: 1m
        labels:
          severity: critical
        annotations:
          summary: "PBX Messaging can't be asked"
          description: "Nothing is known of it: the machine, its proxy or its pages are away."
"""


def rules() -> str:
    """As Prometheus reads them (YAML)."""
    return _HEAD + "".join(_rule(check, state) for check in kinds.KIND_OF for state in SEVERITIES)


def name_of(check: str, state: State) -> str:
    """Such as PbxDatabaseFailing."""
    return f"Pbx{''.join(word.title() for word in check.split('_'))}{state.value.title()}"


def _rule(check: str, state: State) -> str:
    waits = kinds.patience(check) if state is State.FAILING else WORTH_A_LOOK_FOR
    return "".join(f"      {line}\n" for line in _lines(check, state, int(waits.total_seconds())))


def _lines(check: str, state: State, waits_s: int) -> Iterator[str]:
    yield f"- alert: {name_of(check, state)}"
    yield f'  expr: pbx_check_state{{check="{check}"}} == {STATES[state]}'
    yield f"  for: {waits_s}s"
    yield "  labels:"
    yield f"    severity: {SEVERITIES[state]}"
    yield "  annotations:"
    yield f'    summary: "{wording.TITLES[check]}{{{{ with $labels.label }}}}: {{{{ . }}}}{{{{ end }}}}"'
    yield f'    description: "{kinds.KINDS[kinds.KIND_OF[check]]}. The System page says what to do."'
