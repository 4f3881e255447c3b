"""The servers that tests need, each a real process that can be killed and started again."""

import json
import os
import secrets
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import redis

from pbx_messaging.embedded import demo, valkey
from pbx_messaging.embedded.children import Child, stop_all
from pbx_messaging.processes.ports import free_port
from tests.postgres import PostgresServer

__all__ = ["PostgresServer", "Simulator", "ValkeyServer"]

ROOT = Path(__file__).resolve().parent.parent


class ValkeyServer:
    """Valkey with its append-only file in `folder`; killed and started again: same port, same data."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        password = secrets.token_hex(8)
        self.url = valkey.url_of(self.port, password)
        process = valkey.prepare(folder, self.port, password)
        self._child = Child(process, os.environ, folder / "valkey.log", ROOT)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._child.start()
        if not valkey.wait_until_it_answers(self.url):
            raise RuntimeError("Valkey does not answer:\n" + "\n".join(self._child.last_lines()))

    def stop(self) -> None:
        """End it, its data kept."""
        stop_all([self._child], timeout_s=4)

    def kill(self) -> None:
        """Kill -9 it."""
        self._child.kill()

    def freeze(self) -> None:
        """Have it take connections and requests but answer none. A killed one has never read them."""
        self._child.signal(signal.SIGSTOP)

    def revive(self) -> None:
        """Have it run, whatever was done to it."""
        if not self._child.is_running():
            self.start()
        self._child.signal(signal.SIGCONT)

    def restart(self) -> None:
        """Start it again on the same port and data, after stop() or kill()."""
        self.stop()
        self.start()

    def client(self) -> "redis.Redis":
        """A client that answers in str."""
        return redis.Redis.from_url(self.url, decode_responses=True)


class Simulator:
    """The stand-in for Twilio as its own process; with `keep` it has its messages again after a restart."""

    def __init__(self, folder: Path, *, keep: bool = True) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": ""}
        process = demo.simulator(self.port, folder if keep else None)
        self._child = Child(process, env, folder / "simulator.log", ROOT)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._child.start()
        wait_for_http(f"{self.url}/control/state", self._child)

    @property
    def pid(self) -> int:
        return self._child.pid

    def reset(self) -> None:
        """Empty it and take back all faults and settings."""
        self.post("/control/reset", {})

    def get(self, path: str) -> Any:
        """What its control API answers."""
        with urllib.request.urlopen(f"{self.url}{path}", timeout=30) as answer:
            return json.load(answer)

    def post(self, path: str, body: object) -> Any:
        """Tell its control API something, such as post("/control/settings", {...})."""
        headers = {"Content-Type": "application/json"}
        call = urllib.request.Request(f"{self.url}{path}", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(call, timeout=30) as answer:
            return json.load(answer)

    def delete(self, path: str) -> None:
        """Have its control API remove something, such as "/control/faults"."""
        urllib.request.urlopen(
            urllib.request.Request(f"{self.url}{path}", method="DELETE"), timeout=10
        ).close()

    def stop(self) -> None:
        """End it."""
        stop_all([self._child], timeout_s=4)

    def kill(self) -> None:
        """Kill -9 it."""
        self._child.kill()


def wait_for_http(url: str, child: Child | None = None, timeout_s: float = 90.0) -> None:
    """Wait until `url` answers 200; say the child's last lines when it ends instead."""
    deadline = time.monotonic() + timeout_s
    answer = "no answer"
    while time.monotonic() < deadline and (child is None or child.is_running()):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError as error:
            answer = f"{error.code} {error.read()[:500]!r}"
        except OSError as error:
            answer = str(error)
        time.sleep(0.05)
    said = "\n".join(child.last_lines(30)) if child else ""
    raise RuntimeError(f"{url}: {answer}\n{said}")
