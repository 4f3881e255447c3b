"""Series that many threads of a process begin to count at the same moment."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import ROOT

THREADS, TIMES = 16, 40
COUNT = f"""
import sys, threading, time, django
django.setup()
from pbx_messaging.metrics import files, series
at_once = files.process_name

def slowly():  # on a busy machine, one thread is held up here while another goes on
    known = at_once()
    time.sleep(0 if threading.current_thread() in begun else 0.02)
    begun.add(threading.current_thread())
    return known

begun, files.process_name = set(), slowly
sys.setswitchinterval(1e-6)
start = threading.Barrier({THREADS})

def count(thread):
    start.wait()
    for turn in range({TIMES}):
        series.TASK_TIME.note("task" * (1 + (thread + turn) % 20), "success", amount=0.5)
        series.TEXTS_IN.add(turn % 3, "processed")
        series.WEBHOOK_TIME.note(200 + thread % 2, amount=0.001)

threads = [threading.Thread(target=count, args=(one,)) for one in range({THREADS})]
for one in threads: one.start()
for one in threads: one.join()

from health.metrics.views import _Counted
with files.summed_up() as folder:
    found = {{}}
    for family in _Counted(str(folder))._counted.collect():
        for sample in family.samples:
            if sample.name.endswith(("_count", "_total")):
                found[sample.name] = found.get(sample.name, 0) + sample.value
print(sorted(found.items()))
"""


@pytest.mark.once
def test_nothing_is_lost_or_spoiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS_TOKEN", "a-token-of-prometheus-0123456789")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    done = subprocess.run([sys.executable, "-c", COUNT], cwd=ROOT, capture_output=True, text=True)
    each = float(THREADS * TIMES)
    expected = [
        ("pbx_task_seconds_count", each),
        ("pbx_texts_in_total", each),
        ("pbx_webhook_seconds_count", each),
    ]
    assert (done.stdout, done.stderr[-2000:]) == (f"{expected}\n", "")
