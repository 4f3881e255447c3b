"""`make bench-imports`: 50,000 contacts, as CSV and as cards, and 50,000 extensions with new logins.

On both databases, from the file to its last row, in one process. ARGS=--rows=5000 tries it with fewer.
docs/benchmarks.md says more.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.machine import OtherLoad
from benchmarks.outbound_stack import OutboundStack
from tests.servers import ROOT

ROWS = 50_000


def main() -> None:
    """The last line is the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=ROWS)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="pbx-bench-") as name:
        Path(name).chmod(0o755)
        stack = OutboundStack(Path(name))
        print("starting PostgreSQL and Valkey", flush=True)
        try:
            stack.start()
            other = OtherLoad()
            figures = {"postgres": _measured(stack, rows)}
            stack.set_database(f"sqlite:///{name}/bench.sqlite3")
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
                cwd=ROOT,
                env=stack.env,
                check=True,
            )
            figures["sqlite"] = _measured(stack, rows)
            print(f"other load: {other.cores():.2f} cores", flush=True)
        finally:
            stack.stop()
    print(json.dumps(figures))


def _measured(stack: OutboundStack, rows: int) -> dict[str, object]:
    figures: dict[str, object] = {}
    for kind in ("contacts", "cards", "extensions"):
        figures[kind] = stack.data(kind, rows, module="benchmarks.imports_run")
        print(f"{kind}: {figures[kind]}", flush=True)
    return figures


if __name__ == "__main__":
    main()
