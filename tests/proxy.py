"""The proxy of docker-compose.yml, the real one with the real Caddyfile, in front of a stack's processes."""

import sys
from collections.abc import Sequence
from pathlib import Path

from pbx_messaging.processes.process import Process
from tests.servers import ROOT

CONFIG = ROOT / "Caddyfile"
CADDY = Path(sys.executable).with_name("caddy")


def caddy() -> Process:
    """It needs `environment` in its environment."""
    return Process("proxy", [str(CADDY), "run", "--config", str(CONFIG), "--adapter", "caddyfile"])


def environment(
    port: int, web_ports: Sequence[int], stream_ports: Sequence[int], folder: Path
) -> dict[str, str]:
    """It speaks plain HTTP on `port`, and keeps its files in `folder`."""
    return {
        "DOMAIN": f"http://127.0.0.1:{port}",
        "WEB": " ".join(f"127.0.0.1:{each}" for each in web_ports),
        "STREAM": " ".join(f"127.0.0.1:{each}" for each in stream_ports),
        "CADDY_ADMIN": "off",
        "XDG_DATA_HOME": str(folder / "caddy"),
        "XDG_CONFIG_HOME": str(folder / "caddy"),
    }
