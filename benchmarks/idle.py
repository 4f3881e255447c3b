"""`make bench-idle`: what an installation on a machine of its own costs while nothing happens.

Starts the demo, lets it settle, and reads of each process the processor time and its share of the memory
(PSS: what processes share counts for each in part).
"""

import argparse
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import CORES, TICKS_PER_S, OtherLoad, family_of
from pbx_messaging.processes.orphans import dying_with_me
from pbx_messaging.processes.ports import free_port

STARTS_WITHIN_S = 180.0
MARKS = {  # what tells a process, in its command line
    "embedded.nursery": "nursery",
    "embedded demo": "supervisor",
    "valkey-server": "valkey",
    "-m simulator": "simulator",
    "-m gunicorn": "web",
    "pbx_messaging worker": "worker",
    "pbx_messaging beat": "beat",
}
NOT_OURS = "simulator"  # of the demo only; it is listed, but not in the sum


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.idle")
    parser.add_argument("--seconds", type=float, default=120.0, help="how long it is watched (%(default)s)")
    parser.add_argument("--settle", type=float, default=30.0, help="how long it settles first (%(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pbx-idle-") as folder:
        installation = _started(Path(folder))
        try:
            time.sleep(options.settle)
            _report(installation.pid, options.seconds)
        finally:
            installation.send_signal(signal.SIGINT)
            installation.wait(15)


def _started(folder: Path) -> "subprocess.Popen[bytes]":
    ports = ["--port", str(free_port()), "--simulator-port", str(free_port())]
    command = [
        sys.executable,
        "-m",
        "pbx_messaging.embedded",
        "demo",
        *ports,
        "--data-dir",
        str(folder / "data"),
    ]
    screen = folder / "screen"
    with screen.open("wb") as output:
        started = subprocess.Popen(command, stdout=output, preexec_fn=dying_with_me(), start_new_session=True)
    deadline = time.monotonic() + STARTS_WITHIN_S
    while "is running" not in screen.read_text():
        if started.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"The demo did not start:\n{screen.read_text()}")
        time.sleep(0.2)
    return started


def _report(root: int, seconds: float) -> None:
    others, before, begun = OtherLoad(), _cpu_s_of(root), time.monotonic()
    time.sleep(seconds)
    after, minutes = _cpu_s_of(root), (time.monotonic() - begun) / 60
    busy = others.cores()
    processes = {
        name: {
            "cpu_s_per_min": round((after[name] - before.get(name, 0.0)) / minutes, 2),
            "pss_mb": round(pss, 1),
        }
        for name, pss in sorted(_pss_mb_of(root).items())
    }
    print(f"{CORES} cores, of which {busy:.1f} were busy with this and with all else")
    for name, figures in processes.items():
        print(f"  {name:12}{figures['cpu_s_per_min']:6.2f} s a minute {figures['pss_mb']:8.1f} MB")
    ours = [figures for name, figures in processes.items() if name != NOT_OURS]
    total = {key: round(sum(figures[key] for figures in ours), 2) for key in ("cpu_s_per_min", "pss_mb")}
    print(json.dumps({**total, "processes": processes}))


def _cpu_s_of(root: int) -> dict[str, float]:
    """Seconds by name; of all processes of a name together."""
    found: dict[str, float] = {}
    for pid in family_of(root):
        fields = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
        name = _name_of(pid)
        found[name] = found.get(name, 0.0) + sum(map(int, fields[11:13])) / TICKS_PER_S
    return found


def _pss_mb_of(root: int) -> dict[str, float]:
    found: dict[str, float] = {}
    for pid in family_of(root):
        said = (Path("/proc") / str(pid) / "smaps_rollup").read_text()
        kib = re.search(r"^Pss: +(\d+) kB$", said, re.M)
        name = _name_of(pid)
        found[name] = found.get(name, 0.0) + (int(kib[1]) / 1024 if kib else 0.0)
    return found


def _name_of(pid: int) -> str:
    command = (
        (Path("/proc") / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    )
    return next((name for mark, name in MARKS.items() if mark in command), command[:40] or str(pid))


if __name__ == "__main__":
    main()
