"""Measures Celery's own rate_limit, on the same broker and the same simulator, by Twilio's API."""

import os
import sys
import time
from typing import Any

from benchmarks.outbound_itsps import TWILIO
from benchmarks.outbound_stack import OutboundStack, is_up
from benchmarks.usual_celery import FROM, app, send
from benchmarks.windows import fullest_second, used_of
from pbx_messaging.embedded.children import Child, stop_all
from pbx_messaging.processes.process import Process
from tests.servers import ROOT

RUN_S = 15.0
THREADS = 64


def _run(stack: OutboundStack, rate: int, workers: int) -> dict[str, object]:
    """A backlog of tasks, and workers that were told the rate."""
    stack.seed([{"address": FROM, "rate": 1, "texts": 1, "contacts": 1}], api_latency_ms=300)
    stack.simulator.post("/control/numbers", {"address": FROM, "rate": "unlimited", "itsp": TWILIO.code})
    known = stack.simulator.get("/control/state")
    account, token = known["account_sid"], known["auth_token"]
    url = f"{stack.simulator.url}/2010-04-01/Accounts/{account}/Messages.json"
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "", "USUAL_BROKER": stack.valkey.url}
    env["USUAL_RATE"] = f"{rate}/s"
    app.conf.update(broker_url=stack.valkey.url)
    for number in range(int(rate * RUN_S * 3)):
        send.delay(url, account, token, number)
    options = ["--pool", "threads", "--concurrency", str(THREADS), "--without-gossip", "--without-mingle"]
    children = [_worker(stack, f"usual-{number}", options, env) for number in range(workers)]
    try:
        while not all(map(is_up, children)):
            time.sleep(0.1)
        time.sleep(RUN_S)
    finally:
        stop_all(children, timeout_s=2)
    return _figures(rate, workers, sorted(message["created_at"] for message in stack.sent()))


def _worker(stack: OutboundStack, name: str, options: list[str], env: dict[str, str]) -> Child:
    celery = [sys.executable, "-m", "celery", "-A", "benchmarks.usual_celery", "worker", "-l", "INFO"]
    process = Process(name, [*celery, "--hostname", f"{name}@%h", *options])
    child = Child(process, env, stack.folder / f"{name}.log", ROOT)
    child.log_path.unlink(missing_ok=True)
    child.start()
    return child


def _figures(rate: int, workers: int, times: list[float]) -> dict[str, object]:
    figures: dict[str, object] = {
        "rate": rate,
        "workers": workers,
        "used": round(used_of([(at, 1) for at in times], rate), 3),
        "max_window": fullest_second(times),
    }
    print(f"  Celery's rate_limit: {figures}", flush=True)
    return figures


def measure_celery(stack: OutboundStack, *, quick: bool) -> dict[str, Any]:
    """The figures."""
    rates = (50,) if quick else (10, 50, 225)
    return {"runs": [_run(stack, rate, workers) for rate in rates for workers in (1, 2)]}
