"""What the supervisor is started with."""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """`kind` is demo, run or update; what `run` was not given is None and asked for."""

    kind: str
    host: str
    port: int
    simulator_port: int
    data_dir: Path
    public_url: str | None = None
    certificate: str | None = None
    key: str | None = None
    proxy: bool = False
    admin_username: str | None = None
    admin_email: str | None = None

    @property
    def is_demo(self) -> bool:
        """With sample data, and a stand-in for Twilio."""
        return self.kind == "demo"


def port(text: str) -> int:
    """A TCP port; what is none is refused in words by argparse."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port: ports are 1 to 65535")
    return int(text)


def parse(arguments: list[str] | None = None) -> Options:
    """Read the command line; the environment gives the defaults of `run`."""
    parser = argparse.ArgumentParser(
        prog="python -m pbx_messaging.embedded",
        description="Run PBX Messaging on this machine, nothing installed: SQLite and a Valkey of its own.",
    )
    kinds = parser.add_subparsers(dest="kind", required=True)
    demo = kinds.add_parser("demo", help="with sample data and a stand-in for Twilio")
    demo.add_argument("--simulator-port", type=port, default=8081, metavar="PORT")
    run = kinds.add_parser("run", help="a real small installation")
    update = kinds.add_parser("update", help="have what runs take up new code, without losing a call")
    update.add_argument("--data-dir", type=Path, default=Path("var/run"), help="its data (%(default)s)")
    for kind in (demo, run):
        kind.add_argument("--host", default="127.0.0.1", help="the address to listen on (%(default)s)")
        kind.add_argument("--port", type=port, default=8080, help="the portal's port (%(default)s)")
        kind.add_argument("--data-dir", type=Path, default=None, help="where all data is kept (var/KIND)")
    _add_run_options(run)
    values = vars(parser.parse_args(arguments))
    values["data_dir"] = (values["data_dir"] or Path("var") / values["kind"]).resolve()
    return Options(**{"host": "", "port": 0, "simulator_port": 0, **values})


def _add_run_options(run: argparse.ArgumentParser) -> None:
    get = os.environ.get
    run.add_argument(
        "--public-url", default=get("PUBLIC_URL"), metavar="URL", help="what Twilio and browsers reach it by"
    )
    run.add_argument("--certificate", default=get("TLS_CERTIFICATE"), metavar="FILE", help="PEM, full chain")
    run.add_argument("--key", default=get("TLS_KEY"), metavar="FILE", help="its private key, PEM")
    run.add_argument(
        "--proxy",
        action="store_true",
        default=get("BEHIND_PROXY", "").lower() in {"1", "yes", "true"},
        help="a tunnel or proxy on this machine speaks TLS and sets X-Forwarded-Proto",
    )
    run.add_argument("--admin-username", default=get("ADMIN_USERNAME"), metavar="NAME")
    run.add_argument("--admin-email", default=get("ADMIN_EMAIL"), metavar="ADDRESS")
