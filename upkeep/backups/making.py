"""Makes a backup of database, media, keys, and what waits in Valkey; then reads all of it again.

What waits in Valkey is read before the database: a request that moves over in between is in both, never in
none. Media come last: what the database names is there by then.
"""

import fcntl
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from health.models import note_fact
from pbx_messaging import version
from pbx_messaging.archives import archive
from pbx_messaging.archives.sealed import Damaged, key_of
from upkeep.backups import media, postgres, spooled, sqlite
from upkeep.backups.problems import CannotBackUp

FORMAT = 1
BEGINNING, SEALED, PLAIN, UNFINISHED = "pbx-messaging-", ".backup", ".tar.gz", ".part"
WORK = "backup-work-"  # folders in DATA_DIR
SPARED = 200 * 2**20  # bytes of a disk that are left to those who take texts in meanwhile
STORES = {"sqlite": sqlite, "postgresql": postgres}


@dataclass(frozen=True)
class Made:
    """`at`: the moment from which on nothing is in it. `removed`: older ones that made room."""

    path: Path
    at: datetime
    is_sealed: bool
    removed: int = 0


def make(folder: Path, *, kept: int = 0) -> Made:
    """Into a new file of `folder`, of which the `kept` newest stay (0: all). Raises `CannotBackUp`."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone():
            made = _make(folder)
            removed = _rotate(folder, kept)
    except OSError as error:
        raise CannotBackUp(
            f"{error.filename or folder} can't be written or read: {error.strerror}. Make room, or name "
            "another folder."
        ) from error
    except Damaged as error:
        raise CannotBackUp(
            f"What was written can't be read again: {error}. The disk may be broken."
        ) from error
    except DatabaseError as error:
        raise CannotBackUp(f"The database does not answer: {error}") from error
    note_fact("backup", made.at, file=made.path.name, is_sealed=made.is_sealed)
    return Made(made.path, made.at, made.is_sealed, removed)


def _make(folder: Path) -> Made:
    at, key = timezone.now(), key_of(settings.BACKUP_KEY) if settings.BACKUP_KEY else None
    place = folder / f"{BEGINNING}{at:%Y%m%dT%H%M%S}Z{SEALED if key else PLAIN}"
    draft = place.with_name(place.name + UNFINISHED)
    for left in folder.glob(f"{BEGINNING}*{UNFINISHED}"):  # by one that was killed
        left.unlink()
    store = STORES[connection.vendor]
    _look_for_room(folder, store.size(), media.size())
    try:
        _write(draft, key, at)
        for _name, _content in archive.members(draft, key):
            pass  # it is proven once it was read
    except BaseException:
        draft.unlink(missing_ok=True)  # or it may be what fills the disk
        raise
    draft.replace(place)
    _sync(folder)
    return Made(place, at, key is not None)


def _write(draft: Path, key: bytes | None, at: datetime) -> None:
    store, waiting = STORES[connection.vendor], spooled.read()
    with tempfile.TemporaryDirectory(prefix=WORK, dir=settings.DATA_DIR) as work:
        dumped = store.dump(Path(work))
        with archive.written(draft, key) as members:
            members.add_bytes(archive.MANIFEST, json.dumps(_manifest(at)).encode())
            members.add_bytes(archive.KEYS, _keys())
            if (answers := settings.DATA_DIR / archive.ANSWERS).exists():
                members.add_file(archive.ANSWERS, answers)
            members.add_bytes(archive.SPOOL, waiting)
            members.add_file(store.MEMBER, dumped)
            for name, path in media.files():
                _add_medium(members, name, path)


def _add_medium(members: archive.ArchiveWriter, name: str, path: Path) -> None:
    try:
        members.add_file(f"{archive.MEDIA}{name}", path)
    except FileNotFoundError:
        return  # it was removed since the folder was read


def _manifest(at: datetime) -> dict[str, object]:
    return {
        "format": FORMAT,
        "at": at.isoformat(),
        "database": connection.vendor,
        "version": version.VERSION,
        "public_url": settings.PUBLIC_URL,
        "has_media": media.are_here(),
    }


def _keys() -> bytes:
    """Without them nobody reads the stored credentials, and links that were given out are void."""
    values = {
        "SECRET_KEY": settings.SECRET_KEY,
        "SECRET_KEY_FALLBACKS": ",".join(settings.SECRET_KEY_FALLBACKS),
        "CREDENTIALS_KEYS": ",".join(settings.CREDENTIALS_KEYS),
    }
    return "".join(f"{name}={value}\n" for name, value in values.items() if value).encode()


def _look_for_room(folder: Path, database: int, files: int) -> None:
    """In bytes. A copy of the database lies in DATA_DIR until the backup is written."""
    wanted = Counter[int]()
    for place, size in ((Path(settings.DATA_DIR), database), (folder, database + files)):
        disk, free = place.stat().st_dev, shutil.disk_usage(place).free - SPARED
        wanted[disk] += size
        if free < wanted[disk]:
            raise CannotBackUp(
                f"{place} has room for {max(0, free) // 2**20} MB, and a backup may take "
                f"{wanted[disk] // 2**20} MB. Make room, or name another folder."
            )


@contextmanager
def _alone() -> Iterator[None]:
    """The lock ends with the process, even a killed one. What such a one has left is removed."""
    with (settings.DATA_DIR / "backup.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotBackUp("Another backup is being made now. Wait until it is done.") from None
        for left in Path(settings.DATA_DIR).glob(f"{WORK}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


def _rotate(folder: Path, kept: int) -> int:
    """Removes the oldest; only what has the name of a backup."""
    made = sorted(path for end in (SEALED, PLAIN) for path in folder.glob(f"{BEGINNING}*Z{end}"))
    old = sorted(made, key=lambda path: path.name)[:-kept] if kept else []
    for path in old:
        path.unlink()
    return len(old)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
