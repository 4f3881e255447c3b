"""What the supervisor is started with."""

import argparse
import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """`kind` is demo, run, update or what is done by hand; what `run` was not given is None and asked for.

    `command`: of manage.py, or the file that is restored.
    """

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
    admin_password: str | None = None
    command: list[str] = field(default_factory=list)
    key_file: str | None = None
    backup_key: str = ""

    @property
    def is_demo(self) -> bool:
        """With sample data, and a stand-in for the ITSPs."""
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
    demo = kinds.add_parser("demo", help="with sample data and a stand-in for the ITSPs")
    demo.add_argument("--simulator-port", type=port, default=8081, metavar="PORT")
    run = kinds.add_parser("run", help="a real small installation")
    update = kinds.add_parser("update", help="have what runs take up new code, without losing a call")
    by_hand = kinds.add_parser("manage", help="a command of manage.py, on a data folder")
    restore = kinds.add_parser("restore", help="a backup, into an empty data folder")
    rotate = kinds.add_parser("rotate-keys", help="new keys for a data folder, while nothing runs with it")
    for kind in (update, by_hand, restore, rotate):
        kind.add_argument("--data-dir", type=Path, default=Path("var/run"), help="its data (%(default)s)")
    restore.add_argument("--key-file", metavar="FILE", help="holds the backup's key; otherwise BACKUP_KEY")
    restore.add_argument("command", nargs=1, metavar="BACKUP")
    by_hand.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND")
    for kind in (demo, run):
        kind.add_argument("--host", default="127.0.0.1", help="the address to listen on (%(default)s)")
        kind.add_argument("--port", type=port, default=8080, help="the portal's port (%(default)s)")
        kind.add_argument("--data-dir", type=Path, default=None, help="where all data is kept (var/KIND)")
    _add_run_options(run)
    values = vars(parser.parse_args(arguments))
    values["data_dir"] = (values["data_dir"] or Path("var") / values["kind"]).resolve()
    usual = {"host": "", "port": 8080, "simulator_port": 0, "backup_key": os.environ.get("BACKUP_KEY", "")}
    return Options(**{**usual, **values})


def _add_run_options(run: argparse.ArgumentParser) -> None:
    get = os.environ.get
    run.add_argument(
        "--public-url", default=get("PUBLIC_URL"), metavar="URL", help="what ITSPs and browsers reach it by"
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
