"""What is done by hand to the installation of a data folder: `manage.py` for it, a restore, new keys."""

import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet

from pbx_messaging.archives import archive, values
from pbx_messaging.archives.sealed import Damaged, key_of
from pbx_messaging.embedded import answers as run_answers
from pbx_messaging.embedded import folder, password, valkey
from pbx_messaging.embedded.children import Child, stop_all
from pbx_messaging.embedded.environment import environment
from pbx_messaging.embedded.options import Options
from pbx_messaging.embedded.preparation import BASE_DIR
from pbx_messaging.embedded.problems import CannotStart
from pbx_messaging.processes.ports import free_port

DATABASE = "db.sqlite3"
STOP_S = 4.0


def manage(options: Options) -> int:
    """Any command of manage.py. Returns its exit code."""
    if not (options.data_dir / folder.SECRETS).exists():
        raise CannotStart(f"There is no installation in {options.data_dir}. Name its folder: DATA_DIR=...")
    given = {} if options.admin_password is None else {password.NAME: options.admin_password}
    with _at_hand(options) as env:
        return _run({**env, **given}, options.command)


def restore(options: Options) -> int:
    """Into a folder without an installation. Returns an exit code."""
    if (options.data_dir / DATABASE).exists():
        raise CannotStart(
            f"There is an installation in {options.data_dir} already. Name an empty folder by DATA_DIR=..., "
            "or move what is there out of the way."
        )
    path = Path(options.command[0]).resolve()
    key_file = [f"--key-file={Path(options.key_file).resolve()}"] if options.key_file else []
    with folder.lock(options.data_dir):
        _take_keys(path, options)
        with _at_hand(options) as env:
            return _run(env, ["restore", str(path), *key_file])


def rotate_keys(options: Options) -> int:
    """New keys for a folder whose installation does not run; the old ones go when nothing needs them.

    One that is broken off goes on where it was.
    """
    with folder.lock(options.data_dir):
        known = folder.secrets_of(options.data_dir)
        if "," not in known["CREDENTIALS_KEYS"]:
            known["CREDENTIALS_KEYS"] = f"{Fernet.generate_key().decode()},{known['CREDENTIALS_KEYS']}"
            known["SECRET_KEY_FALLBACKS"] = known["SECRET_KEY"]
            known["SECRET_KEY"] = secrets.token_urlsafe(64)
            folder.keep_secrets(options.data_dir, known)
        with _at_hand(options) as env:
            code = _run(env, ["rotate_keys"])
        if code == 0:
            known["CREDENTIALS_KEYS"] = known["CREDENTIALS_KEYS"].partition(",")[0]
            folder.keep_secrets(options.data_dir, known)
    return code


def _take_keys(path: Path, options: Options) -> None:
    """Out of the backup, with what `make run` was told: by them the restored data is read."""
    wanted = {archive.MANIFEST: b"", archive.KEYS: b"", archive.ANSWERS: b""}
    try:
        for name, content in archive.members(path, _key(options)):
            if name in wanted:
                wanted[name] = content.read()
            if name == archive.SPOOL:
                break  # they stand before it
    except Damaged as error:
        raise CannotStart(f"{path} can't be restored: {error}.") from error
    except OSError as error:
        raise CannotStart(f"{path} can't be read: {error.strerror}.") from error
    if b'"sqlite"' not in wanted[archive.MANIFEST] or not wanted[archive.KEYS]:
        raise CannotStart(
            f"{path} is no backup of an installation by `make run`. One of PostgreSQL is restored by "
            "manage.py restore."
        )
    keys = values.parse(wanted[archive.KEYS].decode())
    folder.keep_secrets(options.data_dir, {"REDIS_PASSWORD": secrets.token_urlsafe(32), **keys})
    if wanted[archive.ANSWERS]:
        run_answers.keep(options.data_dir, values.parse(wanted[archive.ANSWERS].decode()))


def _key(options: Options) -> bytes | None:
    try:
        text = Path(options.key_file).read_text() if options.key_file else options.backup_key
        return key_of(text) if text else None
    except ValueError as error:
        raise CannotStart("The key must be 32 bytes in base64.") from error


@contextmanager
def _at_hand(options: Options) -> Iterator[dict[str, str]]:
    """The settings of the installation, with its Valkey running: its own if it runs, else one for now."""
    known = folder.secrets_of(options.data_dir)
    answers = folder.read_values(options.data_dir / run_answers.FILE)
    answers.setdefault("PUBLIC_URL", f"http://localhost:{options.port}")
    place = options.data_dir / "valkey"
    port = valkey.port_in(place)
    if port and valkey.wait_until_it_answers(valkey.url_of(port, known["REDIS_PASSWORD"]), timeout_s=0.2):
        yield environment(options, secrets=known, valkey_port=port, answers=answers)
        return
    port = free_port()
    env = environment(options, secrets=known, valkey_port=port, answers=answers)
    store = Child(
        valkey.prepare(place, port, known["REDIS_PASSWORD"]),
        env,
        options.data_dir / "logs" / "valkey.log",
        BASE_DIR,
    )
    store.start()
    try:
        if not valkey.wait_until_it_answers(env["REDIS_URL"]):
            raise CannotStart("\n".join(["Valkey does not answer. Its last lines:", *store.last_lines()]))
        yield env
    finally:
        stop_all([store], STOP_S)


def _run(env: dict[str, str], command: list[str]) -> int:
    return subprocess.run([sys.executable, "manage.py", *command], cwd=BASE_DIR, env=env).returncode
