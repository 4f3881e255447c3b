"""`make bench-portal`: the portal's three lists on 10,000 channels, 50,000 extensions and 5,000 queues.

On PostgreSQL and Valkey. ARGS=--quick tries it with a tenth. docs/benchmarks.md says more.
"""

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.machine import OtherLoad
from benchmarks.outbound_stack import OutboundStack

SIZES = {"channels": 10_000, "numbers": 2, "extensions": 50_000, "queues": 5_000, "buckets": 100}


def main() -> None:
    """The last line is the figures."""
    sizes = {name: max(1, size // 10) for name, size in SIZES.items()} if "--quick" in sys.argv else SIZES
    with tempfile.TemporaryDirectory(prefix="pbx-bench-") as name:
        Path(name).chmod(0o755)
        stack = OutboundStack(Path(name))
        print("starting PostgreSQL and Valkey", flush=True)
        try:
            stack.start()
            print(f"making {sizes}", flush=True)
            stack.data("seed", sizes, module="benchmarks.portal_pages")
            other = OtherLoad()
            pages = stack.data("measure", module="benchmarks.portal_pages")
            print(f"other load: {other.cores():.2f} cores", flush=True)
        finally:
            stack.stop()
    print(json.dumps({"pages": pages}))


if __name__ == "__main__":
    main()
