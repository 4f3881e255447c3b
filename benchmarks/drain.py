"""`make bench-drain`: texts per second that workers hand to an ITSP that answers at once, no rate being set.

With one worker process and with two, without status callbacks and with them; then with 10³, 10⁵ and 10⁶ texts
waiting to 50 contacts and to 50,000. ARGS=--quick tries it with less, ARGS="--itsp telnyx" another ITSP.
docs/benchmarks.md says more.
"""

import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.machine import OtherLoad, cpu_s
from benchmarks.outbound_itsps import chosen
from benchmarks.outbound_stack import OutboundStack
from tests.waiting import wait_until

CHANNELS = 4
NO_RATE = 32_767  # a second; more than any machine does
TAKEN = 4_000  # texts that one measurement lasts for
ROUNDS = 3
QUIET_CORES = 0.2  # other load above it: the measurement is repeated, twice at most
BACKLOGS = (1_000, 100_000, 1_000_000)
CONTACTS = (50, 50_000)
DELIVERED = "SELECT count(*) FROM messaging_sessions_attempt WHERE status = 'delivered'"


@dataclass(frozen=True)
class Outcome:
    """CPU in ms a message: of the workers, and of the ITSP's stand-in."""

    per_s: float
    worker_ms: float
    simulator_ms: float
    other_cores: float


def _plans(backlog: int, contacts: int) -> list[dict[str, Any]]:
    """The texts on four channels."""
    each = {"rate": NO_RATE, "texts": backlog // CHANNELS, "contacts": max(1, contacts // CHANNELS)}
    return [{"address": f"+1415555020{number}", **each} for number in range(CHANNELS)]


def _middle_per_s(times: list[float]) -> float:
    """Texts per second between the first and the last tenth."""
    begun, ended = len(times) // 10, len(times) * 9 // 10
    return (ended - begun) / (times[ended] - times[begun])


def drain(stack: OutboundStack, workers: int, backlog: int, contacts: int) -> Outcome:
    """Without status callbacks; the quietest measurement counts."""
    outcomes: list[Outcome] = []
    while len(outcomes) < 3:
        outcomes.append(_drain(stack, workers, backlog, contacts))
        if outcomes[-1].other_cores <= QUIET_CORES:
            break
    return min(outcomes, key=lambda outcome: outcome.other_cores)


def _drain(stack: OutboundStack, workers: int, backlog: int, contacts: int) -> Outcome:
    contacts = min(contacts, backlog)
    stack.seed(_plans(backlog, contacts))
    taken = min(TAKEN, backlog)
    with stack.workers(workers) as children:
        pids = [child.pid for child in children]
        time.sleep(2)  # beat's first round
        before, other = [cpu_s(*pids), cpu_s(stack.simulator.pid)], OtherLoad()
        stack.data("release")
        wait_until(lambda: stack.count() >= taken, timeout_s=180)
        load = other.cores()
        after = [cpu_s(*pids), cpu_s(stack.simulator.pid)]
        times = sorted(message["created_at"] for message in stack.sent())
        stack.data("hold")
    ms = [1000 * (late - early) / len(times) for early, late in zip(before, after, strict=True)]
    outcome = Outcome(_middle_per_s(times[:taken]), ms[0], ms[1], load)
    print(
        f"  {workers} worker(s), {backlog} waiting to {contacts}: {outcome.per_s:.0f}/s; "
        f"CPU a message: workers {ms[0]:.2f} ms, simulator {ms[1]:.2f} ms; other load {load:.2f} cores",
        flush=True,
    )
    return outcome


def drain_with_callbacks(stack: OutboundStack, workers: int) -> float:
    """Texts per second until the last one's callbacks (sent, delivered) have been taken in."""
    stack.seed(_plans(TAKEN // 2, 400), callbacks="normal")
    with stack.workers(workers, web=True):
        stack.data("release")
        wait_until(lambda: _all_are_delivered(stack, TAKEN // 2), timeout_s=180)
        sent = stack.sent()
    answered = [one["at"] + one["ms"] / 1000 for message in sent for one in message["callbacks"]]
    per_s: float = len(sent) / (max(answered) - min(message["created_at"] for message in sent))
    print(f"  {workers} worker(s) with status callbacks: {per_s:.0f}/s", flush=True)
    return per_s


def _all_are_delivered(stack: OutboundStack, count: int) -> bool:
    """Asked of PostgreSQL itself: a process that asks would take its part of the two cores."""
    time.sleep(0.5)
    return stack.postgres.values(DELIVERED) == [count]


def _by_backlog(stack: OutboundStack, backlog: int, contacts: int, rounds: int) -> int:
    """Once where seeding takes longest."""
    times = 1 if backlog == BACKLOGS[-1] else rounds
    return round(median(drain(stack, 2, backlog, contacts).per_s for _ in range(times)))


def measure(stack: OutboundStack, *, quick: bool) -> dict[str, object]:
    """All of it."""
    rounds, backlogs = (1, BACKLOGS[:2]) if quick else (ROUNDS, BACKLOGS)
    drain(stack, 1, 1_000, 400)  # warm
    outcomes = {
        str(workers): [drain(stack, workers, 2 * TAKEN, 400) for _ in range(rounds)] for workers in (1, 2)
    }
    with_callbacks = {str(workers): round(drain_with_callbacks(stack, workers)) for workers in (1, 2)}
    by_contacts = {
        contacts: {str(backlog): _by_backlog(stack, backlog, contacts, rounds) for backlog in backlogs}
        for contacts in CONTACTS
    }
    for contacts, per_s in by_contacts.items():
        print(f"  by backlog, to {contacts} contacts: {per_s}", flush=True)
    return {
        "itsp": stack.itsp.code,
        "per_s": {name: round(median(one.per_s for one in runs)) for name, runs in outcomes.items()},
        "per_s_with_callbacks": with_callbacks,
        "cpu_ms_per_message": round(median(one.worker_ms for one in outcomes["1"]), 2),
        "by_backlog": by_contacts[CONTACTS[1]],
    }


def main() -> None:
    """The last line is the figures."""
    with tempfile.TemporaryDirectory(prefix="pbx-bench-") as name:
        Path(name).chmod(0o755)
        stack = OutboundStack(Path(name), itsp=chosen())
        print("starting PostgreSQL, Valkey and the simulator", flush=True)
        try:
            stack.start()
            figures = measure(stack, quick="--quick" in sys.argv)
        finally:
            stack.stop()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
