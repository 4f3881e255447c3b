"""The installation's folder: its lock, its secrets, small files of NAME=value lines."""

import fcntl
import os
import secrets
from pathlib import Path
from typing import IO

from cryptography.fernet import Fernet

from pbx_messaging.archives import values
from pbx_messaging.embedded.problems import CannotStart

SECRETS = "secrets.env"


def lock(data_dir: Path) -> IO[str]:
    """Hold the folder while the returned file is open; it ends with the process, even a killed one."""
    file = (data_dir / "supervisor.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        raise CannotStart(
            f"{data_dir} is in use by another instance (process {holder}). "
            "Stop that one, or name another folder with DATA_DIR=... (--data-dir)."
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def holder(data_dir: Path) -> int | None:
    """The process that holds the folder; None if there is none."""
    path = data_dir / "supervisor.lock"
    if not path.exists():
        return None
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(file.read())
    return None


def read_values(path: Path) -> dict[str, str]:
    """The file's NAME=value lines; none when there is no file."""
    if not path.exists():
        return {}
    return values.parse(path.read_text())


def write_values(path: Path, written: dict[str, str], comment: str) -> None:
    """Replace the file at once, readable by its user alone."""
    draft = path.with_name(path.name + ".new")
    draft.touch(mode=0o600)
    draft.write_text("".join([f"# {comment}\n", *(f"{name}={value}\n" for name, value in written.items())]))
    draft.replace(path)


def secrets_of(data_dir: Path) -> dict[str, str]:
    """The installation's secrets; made at the first start, then kept: they decrypt what is stored."""
    path = data_dir / SECRETS
    known = read_values(path)
    made = {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "CREDENTIALS_KEYS": Fernet.generate_key().decode(),
        "REDIS_PASSWORD": secrets.token_urlsafe(32),
    }
    all_of_them = {**made, **known}
    if all_of_them != known:
        keep_secrets(data_dir, all_of_them)
    return all_of_them


def keep_secrets(data_dir: Path, secrets_: dict[str, str]) -> None:
    """Instead of those that were there."""
    comment = "Secrets of this installation. Without them its data cannot be read."
    write_values(data_dir / SECRETS, secrets_, comment)
