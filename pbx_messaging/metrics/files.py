"""The folder that all processes count into: a file a process and kind, mapped into its memory.

A process holds a lock on its mark while it lives. What a dead one has counted is added to what all the dead
have, so that nothing is lost and files don't pile up.
"""

import fcntl
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

from django.conf import settings

KINDS = ("counter", "histogram", "summary", "gauge_livesum")
FILE_BYTES = 1024 * 1024  # allotted at once: a write into a mapped file of a full disk would kill the process
GONE = "gone"  # in the place of a process's name
_MARK = ".alive"

_known: tuple[int, str] = (0, "")
_marks: dict[int, int] = {}  # by process, the open mark: it is locked until the process ends


def folder() -> Path:
    return settings.DATA_DIR / "metrics"


def process_name() -> str:
    """Of this process, on whatever machine that shares the folder. A new one begins its files."""
    global _known
    pid = os.getpid()
    if _known[0] != pid:
        name = f"{platform.node().replace('_', '-')}-{pid}-{os.urandom(3).hex()}"
        _begin(name, pid)
        _known = pid, name
    return _known[1]


def _begin(name: str, pid: int) -> None:
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    with _alone():
        mark = os.open(place / f"{name}{_MARK}", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(mark, fcntl.LOCK_EX)
        for inherited in _marks.values():
            os.close(inherited)
        _marks.clear()
        _marks[pid] = mark
        for kind in KINDS:
            file = os.open(place / f"{kind}_{name}.db", os.O_RDWR | os.O_CREAT, 0o600)
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file, 0, FILE_BYTES)
            os.close(file)


@contextmanager
def summed_up() -> Iterator[Path]:
    """The folder, in which only living processes and all the dead together have files. Nobody else looks."""
    folder().mkdir(parents=True, exist_ok=True)
    with _alone():
        for mark in folder().glob(f"*{_MARK}"):
            if _is_dead(mark):
                _bury(mark)
        yield folder()


@contextmanager
def _alone() -> Iterator[None]:
    lock = os.open(folder() / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _is_dead(mark: Path) -> bool:
    file = os.open(mark, os.O_RDWR)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(file)
    return True


def _bury(mark: Path) -> None:
    """Adds up what it counted; of how many streams a dead process has nothing is to be said."""
    maps = import_module("prometheus_client.mmap_dict")
    for kind in KINDS:
        file = mark.with_name(f"{kind}_{mark.name.removesuffix(_MARK)}.db")
        if file.exists() and not kind.startswith("gauge"):
            gone = maps.MmapedDict(str(mark.with_name(f"{kind}_{GONE}.db")))
            for key, value, _at, _place in maps.MmapedDict.read_all_values_from_file(str(file)):
                gone.write_value(key, gone.read_value(key)[0] + value, 0.0)
            gone.close()
        with suppress(FileNotFoundError):
            file.unlink()
    mark.unlink()
