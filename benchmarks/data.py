"""`make bench-data`: figures, logs, exports, closing and retention on a year of 1 and 10 million messages.

On PostgreSQL. ARGS="--sizes 100000" tries it in a minute, ARGS="--sizes 1000000" has the first half.
docs/benchmarks.md says more.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.machine import OtherLoad
from benchmarks.outbound_stack import OutboundStack

SIZES = (1_000_000, 10_000_000)
LARGEST = 50_000_000
ROWS, FIGURES = "benchmarks.data_rows", "benchmarks.data_figures"


def main() -> None:
    """The last line is the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="messages")
    parser.add_argument("--largest", action="store_true", help="50 million, too")
    parser.add_argument("--retention-s", type=float, default=120.0, help="for how long at most it deletes")
    asked = parser.parse_args()
    sizes = [*asked.sizes, LARGEST] if asked.largest else asked.sizes
    print(json.dumps({str(size): _figures(size, asked.retention_s) for size in sizes}))


def _figures(messages: int, retention_s: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="pbx-bench-") as name:
        Path(name).chmod(0o755)
        stack = OutboundStack(Path(name))
        print("starting PostgreSQL and Valkey", flush=True)
        try:
            stack.start()
            begun = time.monotonic()
            made = stack.data("seed", {"messages": messages}, module=ROWS)
            print(f"made {made} in {time.monotonic() - begun:.0f} s", flush=True)
            room = stack.data("room", module=FIGURES)
            other = OtherLoad()
            pages = stack.data("pages", module=FIGURES)
            # Each in a process of its own: the memory is then what it needs.
            exported = [stack.data("export", kind, module=FIGURES) for kind in ("messages", "sessions")]
            closed = stack.data("closing", module=FIGURES)
            forgotten = stack.data("retention", retention_s, module=FIGURES)
            print(f"other load: {other.cores():.2f} cores", flush=True)
        finally:
            stack.stop()
    for said in (pages.pop("said"), *exported, closed, forgotten):
        print(json.dumps(said), flush=True)
    return {
        **pages,
        **room,
        "closing_s": closed["closing_s"],
        "retention_rows_per_s": forgotten["rows_per_s"],
        "export_rows_per_s": exported[0]["rows_per_s"],
        "export_peak_mb": max(one["peak_mb"] for one in exported),
    }


if __name__ == "__main__":
    main()
