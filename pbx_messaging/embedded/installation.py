"""Starts an installation: its secrets, ports, Valkey, database and processes. Then it says where it is."""

import http.client
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pbx_messaging.embedded import answers as run_answers
from pbx_messaging.embedded import demo, folder, preparation, valkey
from pbx_messaging.embedded.children import Child, Fork
from pbx_messaging.embedded.environment import environment, listen
from pbx_messaging.embedded.handover import Inheritance
from pbx_messaging.embedded.options import Options
from pbx_messaging.embedded.problems import CannotStart
from pbx_messaging.embedded.screen import block, columns, say, show
from pbx_messaging.embedded.stand_in import StandIn
from pbx_messaging.embedded.supervisor import Supervisor
from pbx_messaging.processes import servers, table
from pbx_messaging.processes.ports import BACKLOG, Listen, bound, free_port, is_free
from pbx_messaging.processes.process import Process

READY_TIMEOUT_S = 60.0


def _check_ports(options: Options, host: str) -> None:
    """Raise CannotStart when a port can't be had, before anything has started."""
    wanted = [("portal", host, options.port, "PORT")]
    if options.is_demo:
        wanted.append(("simulator", options.host, options.simulator_port, "SIMULATOR_PORT"))
        if options.port == options.simulator_port:
            raise CannotStart(
                f"Portal and simulator both want port {options.port}. Name another one for the simulator: "
                "make demo SIMULATOR_PORT=... (--simulator-port)."
            )
    for who, address, port, option in wanted:
        if not is_free(address, port):
            raise CannotStart(
                f"Port {port}, wanted for the {who}, is in use by another program, or not allowed to this "
                f"user. Name another one: make {options.kind} {option}=... "
                f"(--{option.lower().replace('_', '-')})."
            )


@dataclass(frozen=True)
class Installed:
    """What runs. Who calls while web restarts waits in the listening socket, which is the supervisor's."""

    options: Options
    supervisor: Supervisor
    env: dict[str, str]
    held: socket.socket
    valkey_port: int

    def inheritance(self) -> Inheritance:
        """What an update leaves to the new code."""
        children = {child.name: child.pid for child in self.supervisor.children if child.is_running()}
        return Inheritance(self.held.fileno(), self.valkey_port, children)


def start(options: Options, supervisor: Supervisor, inherited: Inheritance | None) -> Installed:
    """Start everything and say where it is; after an update, put the new code into the place of the old."""
    answers = {} if options.is_demo else run_answers.answers_of(options)
    place = listen(options, answers)
    if inherited is None:
        _check_ports(options, place.host)
        held, valkey_port = bound(place.host, place.port), free_port()
    else:
        held, valkey_port = socket.socket(fileno=inherited.listening_fd), inherited.valkey_port
    secrets = folder.secrets_of(options.data_dir)
    env = environment(options, secrets=secrets, valkey_port=valkey_port, answers=answers)
    log = options.data_dir / "logs" / "valkey.log"
    store = valkey.prepare(options.data_dir / "valkey", valkey_port, secrets["REDIS_PASSWORD"], log)
    running = dict(inherited.children) if inherited else {}
    _start_servers(options, supervisor, store, env, running)
    if inherited is None:
        prepare(options, env, supervisor.fork)
    logins = _first_data(options, env, answers, supervisor.fork)
    installed = Installed(options, supervisor, env, held, valkey_port)
    _start_product(installed, replace(place, fd=held.fileno()), running)
    line = _sample_line(options, env, supervisor.fork)
    show(["", *_summary(options, env, logins, line), ""])
    return installed


def prepare(options: Options, env: Mapping[str, str], fork: Fork | None = None) -> None:
    """Bring database and static files up to date, by the code on the disk or that of `fork`.

    Raises CannotStart.
    """
    preparation.migrate(env, fork)
    preparation.collect_static(env, options.data_dir, fork)


def _start_servers(
    options: Options, supervisor: Supervisor, store: Process, env: dict[str, str], running: dict[str, int]
) -> None:
    """Start what the product needs: Valkey, the nursery, and for a demo the stand-in for the ITSPs."""
    child = _adopted_or_started(supervisor, store, env, running)
    supervisor.start_nursery(env)
    if not valkey.wait_until_it_answers(env["REDIS_URL"]):
        raise CannotStart("\n".join(["Valkey does not answer. Its last lines:", *child.last_lines()]))
    if options.is_demo:
        simulator = demo.simulator(options.simulator_port, options.data_dir / "simulator", options.host)
        child = _adopted_or_started(supervisor, simulator, env, running)
        _wait_for(f"{env['STAND_IN_URL']}/control/state", child)
        former = f"http://127.0.0.1:{options.port}"  # of demos before this one was at localhost
        StandIn(env["STAND_IN_URL"]).lead(former=former, now=env["PUBLIC_URL"])
    if supervisor.nursery:
        supervisor.nursery.is_ready_within(READY_TIMEOUT_S)


def _adopted_or_started(
    supervisor: Supervisor, process: Process, env: dict[str, str], running: dict[str, int]
) -> Child:
    if (pid := running.pop(process.name, None)) is not None:
        return supervisor.adopt(process, env, pid)
    return supervisor.start(process, env)


def _start_product(installed: Installed, place: Listen, running: dict[str, int]) -> None:
    """Start the product's processes; each in the place of the one of its name that runs, if there is one."""
    supervisor, env, port = installed.supervisor, installed.env, installed.options.port
    installed.held.listen(BACKLOG)
    fds = [installed.held.fileno()]
    web = supervisor.replace(servers.web_and_stream(place), env, fds, running.pop("web", None))
    for process in table.background():
        supervisor.replace(process, env, [], running.pop(process.name, None))
    for name, pid in running.items():  # what the new code has no use for, such as the old nursery
        supervisor.end(name, pid)
    scheme = "https" if place.certificate else "http"
    _wait_for(f"{scheme}://127.0.0.1:{port}/readyz", web)


def _first_data(
    options: Options, env: dict[str, str], answers: dict[str, str], fork: Fork | None
) -> list[str]:
    """Sample data and its logins, or the first admin."""
    if options.is_demo:
        say("sample data: filling in what is missing")
        said = preparation.manage(env, "seed_demo", fork=fork)
        return [line for line in said.splitlines() if line.strip()]
    if "ADMIN_CREATED" not in answers:
        preparation.create_admin(
            env, answers["ADMIN_USERNAME"], answers["ADMIN_EMAIL"], options.admin_password
        )
        run_answers.keep(options.data_dir, {**answers, "ADMIN_CREATED": "yes"})
    return []


def _sample_line(options: Options, env: dict[str, str], fork: Fork | None) -> list[str]:
    """A line with conversations, which come by webhooks of what runs now. Without, it is a demo, too."""
    if not options.is_demo:
        return []
    say("sample line: filling in what is missing")
    try:
        said = preparation.manage(env, "seed_demo_line", fork=fork).strip()
    except CannotStart as error:
        say(str(error))
        return []
    if not said:
        return []
    number, queue, agent = said.split("  ")
    return [
        f"{number}   ready, its texts go to the queue {queue}: log in as {agent}",
        "+25402161183   yours to set up: Message Channel > Add > SMS, with the account below",
    ]


def _summary(options: Options, env: Mapping[str, str], logins: Sequence[str], line: list[str]) -> list[str]:
    rows: list[tuple[str, Sequence[str]]] = [("Portal", [f"{env['PUBLIC_URL']}/"])]
    if env["TRUST_PROXY_HEADERS"] == "True":
        rows.append(("Tunnel", _for_tunnel(options)))
    if options.is_demo:
        rows += [("Logins", columns(logins) or ["none"]), ("", [""])]
        rows += [("Numbers", line), ("", [""])] if line else []
        rows.append(("Simulator", [f"{env['STAND_IN_URL']}/   phones to text from, in the ITSPs' place"]))
        for login in StandIn(env["STAND_IN_URL"]).logins():
            rows += [("", [""]), ("ITSP", [login.name])]
            rows += [(field.label, [field.value]) for field in login.fields]
        rows.append(("", [""]))
    rows += [("Data", [str(options.data_dir)]), ("Logs", [str(options.data_dir / "logs")])]
    return block("PBX Messaging is running.", rows, "Ctrl-C ends it; the data is kept.")


def _for_tunnel(options: Options) -> list[str]:
    host = "127.0.0.1" if options.host in {"0.0.0.0", "::"} else options.host  # noqa: S104  it is asked for only
    return [
        f"point your tunnel or proxy to http://{host}:{options.port}",
        "it must set X-Forwarded-Proto: https and X-Forwarded-For, and drop those that clients send",
        "without X-Forwarded-Proto each page leads to itself without end",
    ]


def _wait_for(url: str, child: Child) -> None:
    """Wait until `url` answers 200."""
    deadline = time.monotonic() + READY_TIMEOUT_S
    answer = "no answer"
    while time.monotonic() < deadline:
        try:
            _get(url)
            return
        except urllib.error.HTTPError as error:
            answer = f"{error.code} {error.read(500).decode(errors='replace')}"
        except (OSError, http.client.HTTPException) as error:
            answer = str(error)
        if not child.is_running():
            break
        time.sleep(0.1)
    lines = [f"{child.name} does not get ready ({answer}). Its last lines:", *child.last_lines()]
    raise CannotStart("\n".join(lines))


def _get(url: str) -> bytes:
    context = ssl._create_unverified_context()  # noqa: S323  our own process, by its loopback address
    with urllib.request.urlopen(url, timeout=5, context=context) as answer:  # noqa: S310
        body: bytes = answer.read()
        return body
