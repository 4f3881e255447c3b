"""TCP ports: where a web process listens, and which ports of this machine are free."""

import socket
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Listen:
    """Where a web process listens, and the files that make it speak TLS."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None

    @property
    def options(self) -> list[str]:
        """gunicorn's options for it."""
        tls = []
        if self.certificate and self.key:
            tls = ["--certfile", str(self.certificate), "--keyfile", str(self.key)]
        return ["--bind", f"{self.host}:{self.port}", *tls]


def is_free(host: str, port: int) -> bool:
    """Whether a server could bind it now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port
