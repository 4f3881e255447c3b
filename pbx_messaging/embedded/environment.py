"""The settings that the supervisor gives its processes, by environment variables as in settings.py."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pbx_messaging.embedded import valkey
from pbx_messaging.embedded.options import Options
from pbx_messaging.processes.ports import Listen

ADMIN_PASSWORD = "ADMIN_PASSWORD"  # noqa: S105  its name; no lasting process needs to know it
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]


def environment(
    options: Options, *, secrets: Mapping[str, str], valkey_port: int, answers: Mapping[str, str]
) -> dict[str, str]:
    """All variables of a child. What is set here stands over what the supervisor was started with."""
    own = {
        "DJANGO_SETTINGS_MODULE": "pbx_messaging.settings",
        "PYTHONUNBUFFERED": "1",
        "SECRET_KEY": secrets["SECRET_KEY"],
        "CREDENTIALS_KEYS": secrets["CREDENTIALS_KEYS"],
        "DATA_DIR": str(options.data_dir),
        "DATABASE_URL": f"sqlite:///{options.data_dir / 'db.sqlite3'}",
        "REDIS_URL": valkey.url_of(valkey_port, secrets["REDIS_PASSWORD"]),
    }
    inherited = {name: value for name, value in os.environ.items() if name != ADMIN_PASSWORD}
    return {**inherited, **own, **(_demo(options) if options.is_demo else _run(answers))}


def _demo(options: Options) -> dict[str, str]:
    is_local = options.host in {"127.0.0.1", "localhost"}
    return {
        "PUBLIC_URL": f"http://localhost:{options.port}",
        "ALLOWED_HOSTS": ",".join(LOCAL_HOSTS) if is_local else "*",
        "TWILIO_API_URL": f"http://127.0.0.1:{options.simulator_port}",
        "TRUST_PROXY_HEADERS": "False",
        "DEBUG": "False",
    }


def _run(answers: Mapping[str, str]) -> dict[str, str]:
    host = urlsplit(answers["PUBLIC_URL"]).hostname or ""
    return {
        "PUBLIC_URL": answers["PUBLIC_URL"],
        "ALLOWED_HOSTS": ",".join([host, *LOCAL_HOSTS]),
        "TRUST_PROXY_HEADERS": str("BEHIND_PROXY" in answers),
        "DEBUG": "False",
    }


def listen(options: Options, answers: Mapping[str, str]) -> Listen:
    """Where the portal listens. With its own certificate that is every address of the machine."""
    if options.is_demo or "BEHIND_PROXY" in answers:
        return Listen(options.host, options.port)
    certificate, key = Path(answers["TLS_CERTIFICATE"]), Path(answers["TLS_KEY"])
    return Listen("0.0.0.0", options.port, certificate=certificate.resolve(), key=key.resolve())  # noqa: S104
