"""`python -m pbx_messaging.processes.healthy [NAME]` says by its exit code whether the process works.

Without a name it is the one that runs here. It loads neither settings nor applications, since it runs often.
Who can't ask Redis is not told to end by that: a new process could not ask it either.
"""

import os
import platform
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from redis import Redis, RedisError

SILENT_S = 60.0
ANSWERS_S = 3.0


def answers() -> bool:
    """Web and stream, where LISTEN says."""
    port = os.environ.get("LISTEN", ":8000").rpartition(":")[2]
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=ANSWERS_S) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def ticks() -> bool:
    """Beat touches a file every other second."""
    ticked = Path(os.environ.get("DATA_DIR", "var")) / "beat-ticked"
    return ticked.exists() and time.time() - ticked.stat().st_mtime < SILENT_S


def leaves_signs(kind: str) -> bool:
    """Sender and worker say by themselves, through their pool of threads, that they work; see `life.py`."""
    redis = Redis.from_url(
        os.environ["REDIS_URL"], socket_timeout=ANSWERS_S, socket_connect_timeout=ANSWERS_S
    )
    try:
        now = redis.time()[0]
        signs: Any = redis.zrange(f"life:{kind}", int(now - SILENT_S), "+inf", byscore=True)
    except RedisError:
        return True
    return any(sign.decode().rpartition(":")[0] == platform.node() for sign in signs)


CHECKS: dict[str, Callable[[], bool]] = {
    "web": answers,
    "stream": answers,
    "sender": lambda: leaves_signs("sender"),
    "worker": lambda: leaves_signs("worker"),
    "beat": ticks,
}


def who_is_here(proc: Path = Path("/proc")) -> str | None:
    """The kind of the process that runs here, by the command lines."""
    for file in proc.glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue  # it ended meanwhile
        if "gunicorn" in words:
            return "web"
        if "celery" in words and "beat" in words:
            return "beat"
        if "celery" in words and "--hostname" in words:
            return words[words.index("--hostname") + 1].partition("@")[0].partition("-")[0]
    return None


def main(arguments: list[str]) -> int:
    """The exit code."""
    name = arguments[0] if arguments else who_is_here()
    check = CHECKS.get(name or "")
    return 0 if check and check() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
