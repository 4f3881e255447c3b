"""An answer while 10,000 bulk texts wait: in how many slots it leaves, and how the rate is kept."""

import time
from typing import Any

from benchmarks.outbound_stack import OutboundStack
from benchmarks.windows import used_of

LATENCY_MS = 300
WORKERS = 2
BULK = 5  # as sessions.models.Priority
WAITING = 10_000
RATES = (1, 10, 100)  # of channels side by side
SETTLED_S = 6.0  # texts leave for so long before the first answer
RESERVED_S = 0.2  # as sessions.sending.picking.LOW_HORIZON_S
EVERY_S = 3.0  # so long after one answer comes the next


def measure_behind_bulk(stack: OutboundStack, *, quick: bool) -> dict[str, object]:
    """For each rate in how many slots an answer left, and after how long, at most.

    Slots are reserved a little ahead, so an answer can't have one of those: `beyond_reserved` does not count
    them.
    """
    runs = [_run(stack, rate, 3 if quick else 10) for rate in RATES]
    figures: dict[str, object] = {
        "waiting": WAITING,
        "answer_slots": {run["rate"]: run["answer_slots"] for run in runs},
        "beyond_reserved": {run["rate"]: run["beyond_reserved"] for run in runs},
        "runs": runs,
    }
    print(f"  answers behind bulk: {figures}", flush=True)
    return figures


def _run(stack: OutboundStack, rate: int, answers: int) -> dict[str, Any]:
    """`delay_s`: from being accepted until the ITSP had it, of the slowest."""
    address = f"+1415555{rate:04}"
    plan = {"address": address, "rate": rate, "texts": WAITING, "contacts": WAITING, "priority": BULK}
    stack.seed([plan], api_latency_ms=LATENCY_MS)
    accepted: dict[str, float] = {}
    with stack.workers(WORKERS):
        stack.data("release")
        time.sleep(SETTLED_S)
        for number in range(answers):
            contact = f"+1202555{number:04}"
            accepted[contact] = stack.data("answer", {"address": address, "contact": contact})["accepted_at"]
            time.sleep(EVERY_S)
        stack.data("hold")
    sent = sorted((one["created_at"], one["to"]) for one in stack.sent())
    delays = {to: at - accepted[to] for at, to in sent if to in accepted}
    gone = [_gone(sent, accepted[to], accepted[to] + delay) for to, delay in delays.items()]
    beyond = [_gone(sent, accepted[to] + RESERVED_S, accepted[to] + delay) for to, delay in delays.items()]
    return {
        "rate": rate,
        "answers": answers,
        "arrived": len(delays),
        "answer_slots": max(gone),
        "beyond_reserved": max(beyond),
        "delay_s": round(max(delays.values()), 3),
        "used": round(used_of([(at, 1) for at, _to in sent], rate), 3),
    }


def _gone(sent: list[tuple[float, str]], after: float, until: float) -> int:
    """How many texts left then, the last one included."""
    return sum(after < at <= until for at, _to in sent)
