"""`make bench-webhook`: verified, stored inbound texts per second, beside an empty view and the usual glue.

On PostgreSQL with gunicorn gthread, then on the embedded stack. Each round measures all four in turn; rounds
in which the machine had much else to do are repeated. docs/benchmarks.md says more.
`make bench-webhook ARGS="--rounds 1 --seconds 1"` only shows that it works.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.machine import OtherLoad
from benchmarks.webhook_load import Job
from benchmarks.webhook_stacks import WebhookStack
from tests.servers import ROOT

ROUNDS = 5
ROUNDS_MOST = 8
ROUND_S = 3.0
QUIET_CORES = 0.25  # other load above it: the round is repeated
KINDS = ("ours", "empty", "glue", "glue_persistent")


@dataclass
class Round:
    other_cores: float
    per_s: dict[str, float]
    ms: dict[str, list[float]]


@dataclass
class Measurement:
    """One stack's rounds; `answered` counts the answers of our webhook."""

    stack: WebhookStack
    wanted: int = ROUNDS
    seconds: float = ROUND_S
    answered: "Counter[str]" = field(default_factory=Counter)
    rounds: list[Round] = field(default_factory=list)
    posted: int = 0

    def run(self) -> dict[str, float]:
        """Measures and returns the figures."""
        for kind in KINDS:  # warm
            self._load(kind, min(self.seconds, 1.0))
        most = self.wanted + ROUNDS_MOST - ROUNDS if self.wanted > 1 else 1
        while len(self._quiet()) < self.wanted and len(self.rounds) < most:
            self.rounds.append(self._round())
        self._verify()
        return self._figures()

    def _load(self, kind: str, seconds: float) -> dict[str, Any]:
        job = Job(self.stack.urls[kind], seconds, first=self.posted, again=kind == "empty")
        self.posted += job.prepared
        argv = [sys.executable, "-m", "benchmarks.webhook_load", json.dumps(vars(job))]
        done = subprocess.run(argv, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        result: dict[str, Any] = json.loads(done.stdout)
        if set(result["answered"]) != {"200"}:
            raise SystemExit(f"{kind} answered {result['answered']}")
        if kind == "ours":
            self.answered.update(result["answered"])
        return result

    def _round(self) -> Round:
        other = OtherLoad()
        results = {kind: self._load(kind, self.seconds) for kind in KINDS}
        per_s = {kind: result["per_s"] for kind, result in results.items()}
        done = Round(other.cores(), per_s, {kind: result["ms"] for kind, result in results.items()})
        said = "  ".join(f"{kind} {rate:.0f}/s" for kind, rate in per_s.items())
        said += f"  other load {done.other_cores:.2f} cores"
        print(f"  round {len(self.rounds) + 1}: {said}", flush=True)
        return done

    def _quiet(self) -> list[Round]:
        return [one for one in self.rounds if one.other_cores <= QUIET_CORES]

    def _verify(self) -> None:
        """Every text that was answered 200 is stored once, journalled, counted and published."""
        found, posted = self.stack.data("verify"), self.answered["200"]
        print(f"  {posted} texts answered 200; found: {found}", flush=True)
        if any(found[name] != posted for name in ("stored", "rows", "journalled", "counted", "published")):
            raise SystemExit("not as many as were answered 200")

    def _figures(self) -> dict[str, float]:
        rounds = self._quiet() if len(self._quiet()) >= self.wanted // 2 + 1 else self.rounds
        ms = [quantiles(one.ms["ours"], n=100) for one in rounds]
        figures = {
            "per_s": median(one.per_s["ours"] for one in rounds),
            "p50_ms": median(cut[49] for cut in ms),
            "p99_ms": median(cut[98] for cut in ms),
        }
        for kind in KINDS[1:]:
            figures[f"ratio_to_{kind}"] = median(one.per_s["ours"] / one.per_s[kind] for one in rounds)
        return {name: round(value, 3 if name.startswith("ratio") else 1) for name, value in figures.items()}


def measure(kind: str, folder: Path, rounds: int, seconds: float) -> dict[str, float]:
    """One stack from start to end."""
    print(f"{kind}: starting servers", flush=True)
    stack = WebhookStack(kind, folder / kind)
    try:
        stack.start()
        return Measurement(stack, rounds, seconds).run()
    finally:
        stack.stop()


def main() -> None:
    """Measure both stacks; the last line is the figures."""
    parser = argparse.ArgumentParser(description="The webhook beside an empty view and the usual glue.")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="quiet rounds wanted (%(default)s)")
    parser.add_argument(
        "--seconds", type=float, default=ROUND_S, help="of each kind in a round (%(default)s)"
    )
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pbx-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        figures: dict[str, object] = {**measure("postgres", folder, wanted.rounds, wanted.seconds)}
        figures["embedded"] = measure("embedded", folder, wanted.rounds, wanted.seconds)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
