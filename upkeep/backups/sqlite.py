"""SQLite's own way to copy a database that others write into."""

import sqlite3
from pathlib import Path

from django.db import connection

from upkeep.backups.mark import Mark
from upkeep.backups.problems import CannotBackUp, CannotRestore

MEMBER = "database.sqlite3"
WAIT_S = 60.0  # for whoever writes


def dump(folder: Path) -> Path:
    """One moment of the database; writers go on meanwhile. Raises `CannotBackUp`."""
    copied = folder / MEMBER
    source, target = sqlite3.connect(_path(), timeout=WAIT_S), sqlite3.connect(copied)
    try:
        source.backup(target)  # in one step, or each write of others would begin it anew
        found = target.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise CannotBackUp(f"SQLite can't copy {_path()}: {error}.") from error
    finally:
        target.close()
        source.close()
    if found != "ok":
        raise CannotBackUp(f"The database {_path()} is damaged ({found}). Restore an earlier backup.")
    return copied


def take_for(dumped: Path, mark: Mark) -> Path:
    """Has Django work on the unpacked copy, which bears the mark. Returns the place that it is for.

    Raises `CannotRestore`.
    """
    place = _path()
    connection.close()
    try:
        with sqlite3.connect(dumped) as copied:
            copied.execute(*mark)
        copied.close()
    except sqlite3.Error as error:
        raise CannotRestore(f"The backup's database can't be opened: {error}.") from error
    connection.settings_dict["NAME"] = str(dumped)
    return place


def put_in_place(dumped: Path, place: Path) -> None:
    """All at once: who is killed before has nothing, who is killed after has all."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    connection.settings_dict["NAME"] = str(place)
    for left in ("-wal", "-shm"):
        place.with_name(place.name + left).unlink(missing_ok=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    dumped.replace(place)


def work_folder() -> Path:
    """Where a copy can be put in place from."""
    return _path().parent


def size() -> int:
    """In bytes."""
    return _path().stat().st_size


def _path() -> Path:
    return Path(connection.settings_dict["NAME"])
