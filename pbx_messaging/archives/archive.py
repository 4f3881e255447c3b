"""A backup as one file: a compressed tar, sealed where there is a key. Its last member proves all others."""

import gzip
import hashlib
import io
import json
import os
import tarfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from pbx_messaging.archives.sealed import MAGIC, Damaged, SealedReader, SealedWriter

MANIFEST, KEYS, ANSWERS, SPOOL, MEDIA, END = (
    "manifest.json",
    "keys.env",
    "run.env",
    "spool.jsonl",
    "media/",
    "end.json",
)
PART = 1024 * 1024
LEVEL = 1  # of compression: media are compressed, and the machine has texts to send


class ArchiveWriter:
    """Adds members one after the other."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar, self._digests = tar, dict[str, str]()

    def add_bytes(self, name: str, content: bytes) -> None:
        self._add(name, len(content), io.BytesIO(content))

    def add_file(self, name: str, path: Path) -> None:
        """Raises `OSError`. A file that is cut meanwhile is refused, one that grows is taken as it was."""
        with path.open("rb") as file:
            self._add(name, os.fstat(file.fileno()).st_size, file)

    def _add(self, name: str, size: int, file: IO[bytes]) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, int(time.time())
        reader = _Hashing(file)
        self._tar.addfile(info, reader)
        self._digests[name] = reader.digest.hexdigest()

    def end(self) -> None:
        self.add_bytes(END, json.dumps(self._digests).encode())


class _Hashing:
    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


class _Proving(_Hashing):
    """Of an archive that is read: whoever reads a member hears as `Damaged` what is wrong with it."""

    def read(self, size: int = -1) -> bytes:
        with _told_as_damaged():
            return super().read(size)


@contextmanager
def _told_as_damaged() -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Damaged(f"it is damaged: {error}") from error


@contextmanager
def written(path: Path, key: bytes | None) -> Iterator[ArchiveWriter]:
    """A new file that only its user may read, on disk once the block ends. Without `key` it is not sealed."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "wb") as file:  # noqa: PTH123  it is open
        below: Any = SealedWriter(file, key) if key else file
        with (
            gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=below) as zipped,
            tarfile.open(fileobj=zipped, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
            archive = ArchiveWriter(tar)
            yield archive
            archive.end()
        if key:
            below.close()
        file.flush()
        os.fsync(file.fileno())


def is_sealed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def members(path: Path, key: bytes | None) -> Iterator[tuple[str, IO[bytes]]]:
    """The members and their contents, each to be read before the next one. Proves all once it is at its end.

    Raises `Damaged`.
    """
    with path.open("rb") as file:
        if not is_sealed(path):
            below: Any = file
        elif key is None:
            raise Damaged("it is sealed, and no key was given")
        else:
            below = SealedReader(file, key)
        with _told_as_damaged():
            yield from _members(below)


def _members(below: Any) -> Iterator[tuple[str, IO[bytes]]]:
    digests: dict[str, str] = {}
    end: dict[str, str] | None = None
    with gzip.GzipFile(fileobj=below) as zipped, tarfile.open(fileobj=zipped, mode="r|") as tar:
        for info in tar:
            content = tar.extractfile(info)
            if content is None or not _is_plain(info.name):
                raise Damaged(f"it holds what no backup holds: {info.name}")
            if info.name == END:
                end = json.loads(content.read())
                continue
            reader = _Proving(content)
            yield info.name, reader  # type: ignore[misc]  # it is asked for `read` alone
            while reader.read(PART):
                pass
            digests[info.name] = reader.digest.hexdigest()
        while zipped.read(PART):  # to the end, which gzip and the seal prove
            pass
    if end is None:
        raise Damaged("its end is missing")
    if end != digests:
        raise Damaged("what it holds is not what was written")


def _is_plain(name: str) -> bool:
    """No path that leads out of the folder it is unpacked into."""
    parts = name.split("/")
    return not name.startswith("/") and all(part not in {"", ".", ".."} for part in parts)


def copy(content: IO[bytes], path: Path) -> None:
    """Unpacks a member into a new file that only its user may read."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(handle, "wb") as file:  # noqa: PTH123  it is open
        while part := content.read(PART):
            file.write(part)
