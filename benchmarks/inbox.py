"""`make bench-inbox`: the agents' and leaders' pages, and search, on 2 million messages in 300,000 sessions.

On PostgreSQL and Valkey, in one process, from the request to the answer. ARGS=--quick tries it with a tenth,
ARGS="--messages=500000 --sessions=70000" with as many. docs/benchmarks.md says more.
"""

import argparse
import json
import tempfile
from pathlib import Path

from benchmarks.machine import OtherLoad
from benchmarks.outbound_stack import OutboundStack

MESSAGES, SESSIONS = 2_000_000, 300_000


def _sizes() -> dict[str, int]:
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--sessions", type=int, default=SESSIONS)
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args()
    share = 10 if asked.quick else 1
    return {"messages": asked.messages // share, "sessions": asked.sessions // share}


def main() -> None:
    """The last line is the figures."""
    sizes = _sizes()
    with tempfile.TemporaryDirectory(prefix="pbx-bench-") as name:
        Path(name).chmod(0o755)
        stack = OutboundStack(Path(name))
        print("starting PostgreSQL and Valkey", flush=True)
        try:
            stack.start()
            print(f"making {sizes}", flush=True)
            stack.data("seed", sizes, module="benchmarks.inbox_pages")
            other = OtherLoad()
            figures = stack.data("measure", module="benchmarks.inbox_pages")
            print(f"other load: {other.cores():.2f} cores", flush=True)
        finally:
            stack.stop()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
