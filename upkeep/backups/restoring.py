"""Restores a backup into an empty installation: proven before, in a standstill afterwards."""

import json
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from redis import RedisError

from accounts.models import User
from pbx_messaging.archives import archive, values
from pbx_messaging.archives.sealed import Damaged
from pbx_messaging.processes import life
from sessions.models import Restoration
from upkeep.backups import afterwards, making, postgres, spooled, sqlite
from upkeep.backups.mark import MARK_ID, mark_of
from upkeep.backups.problems import CannotRestore


@dataclass(frozen=True)
class Restored:
    """`at`: when the backup was begun."""

    at: datetime
    media: int
    spooled: int


@dataclass(frozen=True)
class Opened:
    """What a backup says of itself."""

    at: datetime
    database: str
    keys: dict[str, str]


def look_into(path: Path, key: bytes | None) -> Opened:
    """Reads it to its end, which proves it. Raises `CannotRestore`."""
    found: dict[str, bytes] = {}
    try:
        for name, content in archive.members(path, key):
            if name in {archive.MANIFEST, archive.KEYS}:
                found[name] = content.read()
        manifest = json.loads(found[archive.MANIFEST])
        known = values.parse(found[archive.KEYS].decode())
    except Damaged as error:
        raise CannotRestore(f"{path} can't be restored: {error}.") from error
    except OSError as error:
        raise CannotRestore(f"{path} can't be read: {error.strerror}.") from error
    except (KeyError, ValueError) as error:
        raise CannotRestore(f"{path} is no backup of PBX Messaging.") from error
    if manifest["format"] > making.FORMAT:
        raise CannotRestore(f"{path} was made by version {manifest['version']}. Install that or a newer one.")
    return Opened(datetime.fromisoformat(manifest["at"]), manifest["database"], known)


def restore(path: Path, key: bytes | None, *, replace: bool = False) -> Restored:
    """Where something is, only if `replace`. Raises `CannotRestore`."""
    opened = look_into(path, key)
    _look_at_keys(opened)
    if opened.database != connection.vendor:
        raise CannotRestore(
            f"The backup is one of {opened.database}, and DATABASE_URL names one of {connection.vendor}."
        )
    _look_for_life()
    if not replace and not _is_empty():
        raise CannotRestore(
            "There is an installation in this database already. Name an empty one by DATABASE_URL, or give "
            "--replace, by which all that is in it is lost."
        )
    try:
        folder = making.STORES[connection.vendor].work_folder()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(prefix=making.WORK, dir=folder) as work:
            return _restore(path, key, opened, Path(work))
    except OSError as error:
        raise CannotRestore(
            f"{error.filename or settings.DATA_DIR} can't be written: {error.strerror}."
        ) from error


def _restore(path: Path, key: bytes | None, opened: Opened, work: Path) -> Restored:
    """Media first: once the database is there, all is."""
    waiting, media = b"", 0
    member = making.STORES[connection.vendor].MEMBER
    for name, content in archive.members(path, key):
        if name == archive.SPOOL:
            waiting = content.read()
        elif name == member:
            archive.copy(content, work / member)
        elif name.startswith(archive.MEDIA):
            archive.copy(content, Path(settings.MEDIA_ROOT) / name.removeprefix(archive.MEDIA))
            media += 1
    count = spooled.put_back(waiting)
    dumped, mark = work / member, mark_of(opened.at)
    if connection.vendor == "sqlite":
        place = sqlite.take_for(dumped, mark)
        _bring_up_to_date()
        sqlite.put_in_place(dumped, place)
    else:
        postgres.restore(dumped, mark)
        _bring_up_to_date()
    return Restored(opened.at, media, count)


def _bring_up_to_date() -> None:
    """The backup may be of an earlier version."""
    call_command("migrate", interactive=False, verbosity=0)
    afterwards.settle(Restoration.objects.get(pk=MARK_ID))


def _look_at_keys(opened: Opened) -> None:
    """With other keys the stored credentials could not be read, and each channel would fail."""
    present = MultiFernet([Fernet(key) for key in settings.CREDENTIALS_KEYS])
    needed = opened.keys["CREDENTIALS_KEYS"].split(",")
    proofs = [Fernet(key).encrypt(b"") for key in needed]
    try:
        for proof in proofs:
            present.decrypt(proof)
    except Exception as error:
        raise CannotRestore(
            "CREDENTIALS_KEYS are not those of the backup. `restore FILE --keys-to NEW_FILE` writes its keys "
            "into a file: set SECRET_KEY and CREDENTIALS_KEYS to what is there, then try again."
        ) from error


def _look_for_life() -> None:
    try:
        alive = [kind for kind, sign in life.signs().items() if sign.count]
    except RedisError as error:
        raise CannotRestore(f"Valkey does not answer ({type(error).__name__}). Start it first.") from error
    if alive:
        raise CannotRestore(
            f"Processes run on this installation ({', '.join(alive)}). End them, and try again "
            "half a minute later."
        )


def _is_empty() -> bool:
    """Migrated tables without anybody in them are empty, too."""
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return True
    try:
        return not User.objects.exists()
    except DatabaseError:
        return not connection.introspection.table_names()
