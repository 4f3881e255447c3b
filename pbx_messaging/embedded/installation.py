"""The whole way of a start: folder, ports, Valkey, database, processes, and the block at its end."""

import http.client
import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

from pbx_messaging.embedded import answers as run_answers
from pbx_messaging.embedded import demo, folder, preparation, valkey
from pbx_messaging.embedded.children import Child
from pbx_messaging.embedded.environment import environment, listen
from pbx_messaging.embedded.options import Options
from pbx_messaging.embedded.problems import CannotStart
from pbx_messaging.embedded.screen import block, columns, say, show
from pbx_messaging.embedded.supervisor import Supervisor
from pbx_messaging.processes import servers, table
from pbx_messaging.processes.ports import free_port, is_free

READY_TIMEOUT_S = 60.0


def check_ports(options: Options, host: str) -> None:
    """Refuse in words, before anything has started."""
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


def start(options: Options, supervisor: Supervisor) -> None:
    """Start everything and say where it is."""
    answers = {} if options.is_demo else run_answers.answers_of(options)
    place = listen(options, answers)
    check_ports(options, place.host)
    secrets = folder.secrets_of(options.data_dir)
    valkey_port = free_port()
    env = environment(options, secrets=secrets, valkey_port=valkey_port, answers=answers)
    store = valkey.prepare(options.data_dir / "valkey", valkey_port, secrets["REDIS_PASSWORD"])
    child = supervisor.start(store, env)
    if not valkey.wait_until_it_answers(env["REDIS_URL"]):
        raise CannotStart("\n".join(["Valkey does not answer. Its last lines:", *child.last_lines()]))
    if options.is_demo:
        data_dir = options.data_dir / "simulator"
        simulator = demo.simulator(options.simulator_port, data_dir, options.host)
        wait_for(f"{env['TWILIO_API_URL']}/control/state", supervisor.start(simulator, env))
    preparation.migrate(env)
    preparation.collect_static(env, options.data_dir)
    logins = _first_data(options, env, answers)
    web = supervisor.start(servers.web_and_stream(place), env)
    for process in table.background():
        supervisor.start(process, env)
    scheme = "https" if place.certificate else "http"
    wait_for(f"{scheme}://127.0.0.1:{options.port}/readyz", web)
    show(["", *_summary(options, env, logins), ""])


def _first_data(options: Options, env: dict[str, str], answers: dict[str, str]) -> list[str]:
    """Sample data and its logins, or the first admin."""
    if options.is_demo:
        say("sample data: filling in what is missing")
        return [line for line in preparation.manage(env, "seed_demo").splitlines() if line.strip()]
    if "ADMIN_CREATED" not in answers:
        preparation.create_admin(env, answers["ADMIN_USERNAME"], answers["ADMIN_EMAIL"])
        run_answers.keep(options.data_dir, {**answers, "ADMIN_CREATED": "yes"})
    return []


def _summary(options: Options, env: dict[str, str], logins: Sequence[str]) -> list[str]:
    rows: list[tuple[str, Sequence[str]]] = [("Portal", [f"{env['PUBLIC_URL']}/"])]
    if options.is_demo:
        state = _get_json(f"{env['TWILIO_API_URL']}/control/state")
        rows += [("Logins", columns(logins) or ["none"]), ("", [""])]
        rows.append(("Simulator", [f"{env['TWILIO_API_URL']}/   phones to text from, in Twilio's place"]))
        rows += [("Account SID", [state["account_sid"]]), ("Auth Token", [state["auth_token"]]), ("", [""])]
    rows += [("Data", [str(options.data_dir)]), ("Logs", [str(options.data_dir / "logs")])]
    return block("PBX Messaging is running.", rows, "Ctrl-C ends it; the data is kept.")


def wait_for(url: str, child: Child) -> None:
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


def _get_json(url: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(_get(url))
    return answer
