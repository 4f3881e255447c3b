"""`make bench-webhook`: verified, stored inbound texts and callbacks per second, beside the usual glue.

On PostgreSQL and on the embedded stack, with 1, 16 and 64 connections. Each round measures all in turn;
rounds in which the machine had much else to do are repeated. docs/benchmarks.md says more.
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
CONNECTIONS = (1, 16, 64)
GLUE_CONNECTIONS = (16, 64)


@dataclass
class Round:
    """`ours` by the number of connections: {"per_s", "ms"}; so is the glue's speed."""

    other_cores: float
    ours: dict[int, dict[str, Any]]
    callbacks_per_s: float
    glue_per_s: dict[int, float]


@dataclass
class Measurement:
    """One stack's rounds; `texts` and `callbacks` count the answers of our webhook."""

    stack: WebhookStack
    wanted: int = ROUNDS
    seconds: float = ROUND_S
    texts: int = 0
    callbacks: int = 0
    rounds: list[Round] = field(default_factory=list)
    posted: int = 0
    reported: int = 0

    def run(self) -> dict[str, Any]:
        """Measures and returns the figures."""
        self._round(min(self.seconds, 1.0))  # to warm
        most = self.wanted + ROUNDS_MOST - ROUNDS if self.wanted > 1 else 1
        while len(self._quiet()) < self.wanted and len(self.rounds) < most:
            self.rounds.append(self._round(self.seconds))
            self._say(self.rounds[-1])
        self._verify()
        return self._figures()

    def _round(self, seconds: float) -> Round:
        other = OtherLoad()
        ours = {connections: self._post(seconds, connections) for connections in CONNECTIONS}
        callbacks = self._report(seconds)
        glue = {connections: self._glue(seconds, connections) for connections in GLUE_CONNECTIONS}
        return Round(other.cores(), ours, callbacks["per_s"], glue)

    def _post(self, seconds: float, connections: int) -> dict[str, Any]:
        result = self._load(Job(self.stack.ours, seconds, self._numbers(), connections))
        self.texts += len(result["ms"])
        return result

    def _report(self, seconds: float) -> dict[str, Any]:
        job = Job(
            self.stack.ours,
            seconds,
            self.reported,
            64,
            first_attempt=self.stack.first_attempt + self.reported,
        )
        self.reported += job.prepared
        result = self._load(job)
        self.callbacks += len(result["ms"])
        return result

    def _glue(self, seconds: float, connections: int) -> float:
        per_s: float = self._load(Job(self.stack.glue, seconds, self._numbers(), connections))["per_s"]
        return per_s

    def _numbers(self) -> int:
        """The first number of a job's texts; none is posted twice."""
        self.posted += Job.prepared
        return self.posted

    def _load(self, job: Job) -> dict[str, Any]:
        argv = [sys.executable, "-m", "benchmarks.webhook_load", json.dumps(vars(job))]
        done = subprocess.run(argv, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        result: dict[str, Any] = json.loads(done.stdout)
        if set(result["answered"]) != {"200"}:
            raise SystemExit(f"{job.url} answered {Counter(result['answered'])}")
        return result

    def _say(self, done: Round) -> None:
        said = "  ".join(f"{number}: {result['per_s']:.0f}/s" for number, result in done.ours.items())
        glue = ", ".join(f"{number}: {per_s:.0f}/s" for number, per_s in done.glue_per_s.items())
        said += f"  callbacks {done.callbacks_per_s:.0f}/s  glue {glue}"
        print(f"  round {len(self.rounds)}: {said}  other load {done.other_cores:.2f} cores", flush=True)

    def _quiet(self) -> list[Round]:
        return [one for one in self.rounds if one.other_cores <= QUIET_CORES]

    def _verify(self) -> None:
        """Every request that was answered 200 is stored once, journalled, counted and published."""
        found = self.stack.data("verify")
        print(f"  {self.texts} texts and {self.callbacks} callbacks answered 200; found: {found}", flush=True)
        as_many = all(found[name] == self.texts for name in ("stored", "rows", "journalled", "counted"))
        if not as_many or found["reported"] != self.callbacks or found["unpublished"]:
            raise SystemExit("not as many as were answered 200")

    def _figures(self) -> dict[str, Any]:
        rounds = self._quiet() if len(self._quiet()) >= self.wanted // 2 + 1 else self.rounds
        figures: dict[str, Any] = {}
        for connections in CONNECTIONS:
            cuts = [quantiles(one.ours[connections]["ms"], n=100) for one in rounds]
            figures[str(connections)] = {
                "per_s": round(median(one.ours[connections]["per_s"] for one in rounds), 1),
                "p50_ms": round(median(cut[49] for cut in cuts), 1),
                "p99_ms": round(median(cut[98] for cut in cuts), 1),
            }
        figures["callbacks_per_s"] = round(median(one.callbacks_per_s for one in rounds), 1)
        best = [one.ours[64]["per_s"] / max(one.glue_per_s.values()) for one in rounds]
        figures["ratio_to_glue_persistent"] = round(median(best), 3)
        at_16 = [one.ours[16]["per_s"] / one.glue_per_s[16] for one in rounds]
        figures["ratio_with_16_connections"] = round(median(at_16), 3)
        return figures


def measure(kind: str, folder: Path, rounds: int, seconds: float) -> dict[str, Any]:
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
        kinds = ("postgres", "embedded")
        figures = {kind: measure(kind, folder, wanted.rounds, wanted.seconds) for kind in kinds}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
