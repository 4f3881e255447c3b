"""The settings that the supervisor gives its processes, by environment variables as in settings.py."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pbx_messaging.embedded import valkey
from pbx_messaging.embedded.options import Options
from pbx_messaging.processes.ports import Listen

LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]


def environment(
    options: Options, *, secrets: Mapping[str, str], valkey_port: int, answers: Mapping[str, str]
) -> dict[str, str]:
    """All variables of a child. What is set here stands over what the supervisor was started with."""
    own = {
        "DJANGO_SETTINGS_MODULE": "pbx_messaging.settings",
        "PYTHONUNBUFFERED": "1",
        "SECRET_KEY": secrets["SECRET_KEY"],
        "SECRET_KEY_FALLBACKS": secrets.get("SECRET_KEY_FALLBACKS", ""),
        "CREDENTIALS_KEYS": secrets["CREDENTIALS_KEYS"],
        "DATA_DIR": str(options.data_dir),
        "DATABASE_URL": f"sqlite:///{options.data_dir / 'db.sqlite3'}",
        "REDIS_URL": valkey.url_of(valkey_port, secrets["REDIS_PASSWORD"]),
    }
    return {**os.environ, **own, **(_demo(options) if options.is_demo else _run(options, answers))}


def _demo(options: Options) -> dict[str, str]:
    is_local = options.host in {"127.0.0.1", "localhost"}
    return {
        "PUBLIC_URL": f"http://localhost:{options.port}",
        "ALLOWED_HOSTS": ",".join(LOCAL_HOSTS) if is_local else "*",
        "STAND_IN_URL": f"http://127.0.0.1:{options.simulator_port}",
        "TRUST_PROXY_HEADERS": "False",
        "DEBUG": "False",
    }


def _run(options: Options, answers: Mapping[str, str]) -> dict[str, str]:
    host = urlsplit(answers["PUBLIC_URL"]).hostname or ""
    return {
        "PUBLIC_URL": answers["PUBLIC_URL"],
        "ALLOWED_HOSTS": ",".join([host, *LOCAL_HOSTS]),
        "TRUST_PROXY_HEADERS": str("BEHIND_PROXY" in answers),
        "DEBUG": "False",
        "BACKUP_DIR": os.environ.get("BACKUP_DIR") or str(options.data_dir / "backups"),
    }


def listen(options: Options, answers: Mapping[str, str]) -> Listen:
    """Where the portal listens. With its own certificate that is every address of the machine."""
    if options.is_demo or "BEHIND_PROXY" in answers:
        return Listen(options.host, options.port)
    certificate, key = Path(answers["TLS_CERTIFICATE"]), Path(answers["TLS_KEY"])
    return Listen("0.0.0.0", options.port, certificate=certificate.resolve(), key=key.resolve())  # noqa: S104
