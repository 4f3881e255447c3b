"""What a demo has beside the product: a stand-in for the ITSPs."""

import sys
from pathlib import Path

from pbx_messaging.processes.process import Process


def simulator(port: int, data_dir: Path | None, host: str = "127.0.0.1") -> Process:
    """The stand-in for the ITSPs; without `data_dir` it forgets all when it ends."""
    arguments = ["--host", host, "--port", str(port)]
    if data_dir:
        arguments += ["--data", str(data_dir)]
    if host != "127.0.0.1":  # asked for: a person on another machine shall use its pages
        arguments += ["--open-control", "--public-url", f"http://127.0.0.1:{port}"]
    return Process("simulator", [sys.executable, "-m", "simulator", *arguments], follows=False)
