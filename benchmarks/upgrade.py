"""`make bench-upgrade`: from the version before to this one, on 2 million messages, under load.

On PostgreSQL, behind the real proxy, with two web and two stream processes. ARGS=--quick takes 100,000
messages. docs/benchmarks.md says more.
"""

import argparse
import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.data import ROWS
from benchmarks.outbound_stack import OutboundStack
from pbx_messaging.embedded.children import Child, stop_all
from pbx_messaging.processes.ports import free_port
from pbx_messaging.processes.process import Process
from tests import proxy
from tests.pbx_messaging.doors.twilio_calls import TwilioCalls
from tests.servers import ROOT, wait_for_http
from tests.waiting import wait_until
from tests.working import Agents

BEFORE = "d3aa76c"  # the version before, as CHANGELOG.md names it
ADDRESS, PASSWORD = "+25402161183", "a-long-enough-phrase-42"
# In the order in which they are replaced, those with a port first.
NAMES = ("stream-1", "stream-2", "web-1", "web-2", "sender-1", "worker-1", "beat")
ENDS_WITHIN_S = 45.0
UNSENT = "SELECT count(*) FROM messaging_sessions_attempt WHERE status IN ('queued', 'sending', 'unknown')"
STORED = "SELECT itsp_message_id FROM messaging_sessions_message WHERE itsp_message_id IN ({sids})"


class Upgraded:
    """Processes of the old code, which are replaced one by one by those of the new."""

    def __init__(self, stack: OutboundStack, old: Path) -> None:
        self.stack, self.old = stack, old
        self.ports = {name: free_port() for name in NAMES[:4]}
        self.children: dict[str, Child] = {}

    def start(self, name: str, code: Path) -> None:
        env = {**self.stack.env, "STATIC_ROOT": str(self._static(code)), "WEB_PROCESSES": "1"}
        if port := self.ports.get(name):
            env["LISTEN"] = f"127.0.0.1:{port}"
        process = Process(name, [sys.executable, "-m", "pbx_messaging", name.split("-", maxsplit=1)[0]])
        self.children[name] = Child(process, env, self.stack.folder / f"{name}.log", code)
        self.children[name].start()
        if port:
            wait_for_http(f"http://127.0.0.1:{port}/healthz", self.children[name])

    def start_proxy(self) -> None:
        web, stream = ([self.ports[f"{kind}-{n}"] for n in (1, 2)] for kind in ("web", "stream"))
        env = {**self.stack.env, **proxy.environment(self.stack.port, web, stream, self.stack.folder)}
        self.children["proxy"] = Child(proxy.caddy(), env, self.stack.folder / "proxy.log", ROOT)
        self.children["proxy"].start()
        wait_for_http(f"http://127.0.0.1:{self.stack.port}/readyz", self.children["proxy"])

    def replace(self, name: str) -> None:
        """As a container is: it may end what it has begun."""
        stop_all([self.children[name]], timeout_s=ENDS_WITHIN_S)
        self.start(name, ROOT)

    def _static(self, code: Path) -> Path:
        """The front-end files of either code, as its own container has them."""
        folder = self.stack.folder / ("static-old" if code == self.old else "static-new")
        if not folder.exists():
            env = {**self.stack.env, "STATIC_ROOT": str(folder)}
            self.manage(code, "collectstatic", "--noinput", "--verbosity", "0", env=env)
        return folder

    def manage(self, code: Path, *arguments: str, env: dict[str, str] | None = None) -> None:
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=code, env=env or self.stack.env, check=True)

    def stop(self) -> None:
        stop_all(list(self.children.values()), timeout_s=8)


def main() -> None:
    """The last line is the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="100,000 messages instead of 2 million")
    parser.add_argument("--messages", type=int, default=2_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pbx-bench-") as name, _old_code(Path(name)) as old:
        Path(name).chmod(0o755)
        stack = OutboundStack(Path(name), old)
        try:
            stack.start()
            print(json.dumps(_figures(stack, old, 100_000 if asked.quick else asked.messages)))
        finally:
            stack.stop()


@contextmanager
def _old_code(folder: Path) -> Iterator[Path]:
    """The version before, with the front-end files of its own."""
    code = folder / "old"
    subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(code), BEFORE], cwd=ROOT, check=True)
    try:
        (code / "node_modules").symlink_to(ROOT / "node_modules")
        node = shutil.which("node") or str(Path(sys.executable).with_name("node"))
        subprocess.run([node, "frontend/build.js"], cwd=code, check=True)
        yield code
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", str(code)], cwd=ROOT, check=True)


def _figures(stack: OutboundStack, old: Path, messages: int) -> dict[str, Any]:
    stack.env["ALLOWED_HOSTS"] = "*"
    begun = time.monotonic()
    stack.data("seed", {"messages": messages}, module=ROWS)
    print(f"made {messages:,} messages in {time.monotonic() - begun:.0f} s", flush=True)
    stack.simulator.post("/control/numbers", {"address": ADDRESS, "rate": "unlimited"})
    account = stack.simulator.get("/control/state")
    login = {name: account[name] for name in ("account_sid", "auth_token")}
    made = _made_by(old, stack.env, {"address": ADDRESS, "password": PASSWORD, **login})
    url = f"http://127.0.0.1:{stack.port}"
    calls = TwilioCalls(f"{url}{made['path']}", login["account_sid"], login["auth_token"], ADDRESS)
    agents = Agents(url, made["tokens"], made["login"], PASSWORD)
    upgraded = Upgraded(stack, old)
    try:
        for name in NAMES:
            upgraded.start(name, old)
        upgraded.start_proxy()
        upgraded._static(ROOT)
        with calls.running(), agents.working():
            migrate_s = _upgrade(upgraded, agents)
        return {**_counted(stack, calls, agents), "migrate_s": round(migrate_s, 1)}
    finally:
        upgraded.stop()


def _made_by(code: Path, env: dict[str, str], given: dict[str, str]) -> dict[str, Any]:
    script = (ROOT / "benchmarks" / "upgrade_data.py").read_text()
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=code,
        env=env,
        check=True,
        input=json.dumps(given),
        stdout=subprocess.PIPE,
        text=True,
    )
    made: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return made


def _upgrade(upgraded: Upgraded, agents: Agents) -> float:
    """Returns how long migrating took, in seconds."""
    time.sleep(10)  # the old code serves
    _say("before", agents)
    begun = time.monotonic()
    upgraded.manage(ROOT, "migrate", "--noinput", "--verbosity", "0")
    migrate_s = time.monotonic() - begun
    _say("migrating", agents)
    time.sleep(10)  # the old code serves on the new tables
    _say("old code, new tables", agents)
    for name in NAMES:
        upgraded.replace(name)
        _say(name, agents)
    time.sleep(10)
    _say("after", agents)
    return migrate_s


def _say(what: str, agents: Agents, seen: list[int] = [0]) -> None:  # noqa: B006
    """The slowest page since the last time."""
    ms, seen[0] = agents.pages_ms[seen[0] :], len(agents.pages_ms)
    print(f"{what}: {len(ms)} pages, slowest {max(ms, default=0):.0f} ms", flush=True)


def _counted(stack: OutboundStack, calls: TwilioCalls, agents: Agents) -> dict[str, Any]:
    """What Twilio posted must be stored, what agents wrote must be at Twilio, all of it once."""
    query = STORED.format(sids=", ".join(f"'{sid}'" for sid in calls.answers))
    with contextlib.suppress(AssertionError):  # what is missing then is lost
        wait_until(lambda: stack.postgres.values(UNSENT) == [0], timeout_s=120)
        wait_until(lambda: len(calls.answers) <= len(stack.postgres.values(query)), timeout_s=120)
    stored = stack.postgres.values(query)
    answers = {body for written in agents.answers.values() for body in written}
    sent = [one["body"] for one in stack.sent() if one["body"].startswith("Answer ")]
    lost = [calls.answers.keys() - set(stored), answers - set(sent)]
    print(f"tried again: {len(calls.tried_again)}; refused: {agents.refused}; lost: {lost}", flush=True)
    return {
        "lost": sum(map(len, lost)),
        "doubled": len(stored) - len(set(stored)) + len(sent) - len(set(sent)),
        "slowest_page_ms": round(max(agents.pages_ms)),
        "texts": len(calls.answers),
        "answers": len(answers),
    }


if __name__ == "__main__":
    main()
