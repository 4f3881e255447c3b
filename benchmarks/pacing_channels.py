"""Many channels at once: each at its rate, a thousand sharing too little, and one that hangs."""

import time
from collections import defaultdict
from typing import Any

from benchmarks.outbound_stack import OutboundStack
from benchmarks.windows import used_of

LATENCY_MS = 300
WORKERS = 2
SIDE_BY_SIDE = 8
SHARE_OF_CEILING = 0.8
CEILING_S = 8.0  # for so long the ceiling is looked for
RUN_S = 15.0
MANY = 1_000
MANY_S = 60.0


def _plans(channels: int, rate: int, texts: int, contacts: int) -> list[dict[str, Any]]:
    plan = {"rate": rate, "texts": texts, "contacts": contacts}
    return [{"address": f"+1415{number:07}", **plan} for number in range(channels)]


def _run(stack: OutboundStack, plans: list[dict[str, Any]], seconds: float) -> dict[str, list[float]]:
    """When the texts of each number arrived."""
    stack.seed(plans, api_latency_ms=LATENCY_MS)
    with stack.workers(WORKERS):
        stack.data("release")
        time.sleep(seconds)
        stack.data("hold")
        time.sleep(1)
    arrived: dict[str, list[float]] = defaultdict(list)
    for message in stack.sent():
        arrived[message["from"]].append(message["created_at"])
    return arrived


def _nearest_rate(wanted: float) -> int:
    """The highest of the product's rates up to this."""
    rates = (*range(1, 11), 15, 20, 25, 30, 40, 50, 75, 80, 100, 150, 225)
    return max([rate for rate in rates if rate <= wanted], default=1)


def _side_by_side(stack: OutboundStack) -> dict[str, object]:
    """Channels at 80 % of what the machine can do together."""
    free = _run(stack, _plans(SIDE_BY_SIDE, 225, 2_000, 500), CEILING_S)
    times = sorted(at for one in free.values() for at in one)
    ceiling = len(times) / (times[-1] - times[0])
    rate = _nearest_rate(SHARE_OF_CEILING * ceiling / SIDE_BY_SIDE)
    kept = _run(stack, _plans(SIDE_BY_SIDE, rate, int(rate * RUN_S * 2), 3 * rate), RUN_S)
    used = [used_of([(at, 1) for at in one], rate) for one in kept.values()]
    return {
        "channels": SIDE_BY_SIDE,
        "ceiling_per_s": round(ceiling),
        "rate": rate,
        "used_least": round(min(used), 3),
        "used_most": round(max(used), 3),
    }


def _many(stack: OutboundStack, channels: int, seconds: float) -> dict[str, object]:
    """More channels than the machine can serve at their rates."""
    arrived = _run(stack, _plans(channels, 10, 200, 20), seconds)
    counts = sorted(len(arrived[f"+1415{number:07}"]) for number in range(channels))
    mean = sum(counts) / channels
    inner = counts[channels // 100 : -channels // 100 or None]
    return {
        "channels": channels,
        "per_s": round(sum(counts) / seconds),
        "mean": round(mean, 1),
        "least_share": round(counts[0] / mean, 3),
        "most_share": round(counts[-1] / mean, 3),
        "share_of_99_percent": [round(inner[0] / mean, 3), round(inner[-1] / mean, 3)],
    }


def _hanging(stack: OutboundStack) -> dict[str, object]:
    """Three channels, of which one's ITSP does not answer for the whole run."""
    rate = 25
    plans = _plans(3, rate, int(rate * RUN_S * 2), 200)
    stack.seed(plans, api_latency_ms=LATENCY_MS)
    stack.simulator.post("/control/faults", {"kind": "hang", "number": plans[0]["address"]})
    with stack.workers(WORKERS):
        stack.data("release")
        time.sleep(RUN_S)
        stack.data("hold")
    arrived: dict[str, list[float]] = defaultdict(list)
    for message in stack.sent():
        arrived[message["from"]].append(message["created_at"])
    used = [used_of([(at, 1) for at in one], rate) for one in arrived.values()]
    return {"rate": rate, "others": len(used), "others_used_least": round(min(used), 3)}


def measure_channels(stack: OutboundStack, *, quick: bool) -> dict[str, object]:
    """The figures of all three."""
    figures: dict[str, object] = {"side_by_side": _side_by_side(stack)}
    print(f"  channels side by side: {figures['side_by_side']}", flush=True)
    figures["many"] = _many(stack, *((100, 20.0) if quick else (MANY, MANY_S)))
    print(f"  many channels: {figures['many']}", flush=True)
    figures["hanging"] = _hanging(stack)
    print(f"  a channel that hangs: {figures['hanging']}", flush=True)
    return figures
