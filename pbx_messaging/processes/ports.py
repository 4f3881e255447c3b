"""TCP ports: where a web process listens, and which ports of this machine are free."""

import socket
from dataclasses import dataclass
from pathlib import Path

BACKLOG = 2048  # who waits for the next process while a listening one is replaced


@dataclass(frozen=True)
class Listen:
    """Where a web process listens, and the files that make it speak TLS."""

    host: str
    port: int
    fd: int | None = None  # a socket that listens there already and is inherited
    certificate: Path | None = None
    key: Path | None = None

    @property
    def options(self) -> list[str]:
        """gunicorn's options for it."""
        tls = []
        if self.certificate and self.key:
            tls = ["--certfile", str(self.certificate), "--keyfile", str(self.key)]
        place = f"{self.host}:{self.port}" if self.fd is None else f"fd://{self.fd}"
        return ["--bind", place, *tls]


def bound(host: str, port: int) -> socket.socket:
    """A socket that holds the port and can be inherited. Nobody can connect before `listen`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    held = socket.socket(family, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind((host, port))
    held.set_inheritable(True)
    return held


def is_free(host: str, port: int) -> bool:
    """Whether a server could bind it now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of the loopback interface that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
