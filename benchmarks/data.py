"""`make bench-data`: figures, logs, exports and closing on a year of 1 and 10 million messages.

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
ROWS, FIGURES = "benchmarks.data_rows", "benchmarks.data_figures"


def main() -> None:
    """The last line is the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="messages")
    print(json.dumps({str(size): _figures(size) for size in parser.parse_args().sizes}))


def _figures(messages: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="pbx-bench-") as name:
        Path(name).chmod(0o755)
        stack = OutboundStack(Path(name))
        print("starting PostgreSQL and Valkey", flush=True)
        try:
            stack.start()
            begun = time.monotonic()
            made = stack.data("seed", {"messages": messages}, module=ROWS)
            print(f"made {made} in {time.monotonic() - begun:.0f} s", flush=True)
            other = OtherLoad()
            pages = stack.data("pages", module=FIGURES)
            # Each in a process of its own: the memory is then what it needs.
            exported = [stack.data("export", kind, module=FIGURES) for kind in ("messages", "sessions")]
            closed = stack.data("closing", module=FIGURES)
            print(f"other load: {other.cores():.2f} cores", flush=True)
        finally:
            stack.stop()
    for said in (pages.pop("said"), *exported, closed):
        print(json.dumps(said), flush=True)
    return {
        **pages,
        "closing_s": closed["closing_s"],
        "export_rows_per_s": exported[0]["rows_per_s"],
        "export_peak_mb": max(one["peak_mb"] for one in exported),
    }


if __name__ == "__main__":
    main()
