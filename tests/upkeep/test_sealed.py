"""The file of a backup: what is cut, changed, put together anew or opened by another key is refused."""

import io
import os
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest

from pbx_messaging.archives import archive
from pbx_messaging.archives.sealed import CHUNK, MAGIC, SALT_BYTES, TAG, Damaged, SealedReader, SealedWriter

pytestmark = pytest.mark.once

KEY, HEAD, PART = bytes(range(32)), len(MAGIC) + SALT_BYTES, CHUNK + TAG


def sealed(content: bytes) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, KEY)
    for start in range(0, len(content), 300_000):
        writer.write(content[start : start + 300_000])
    writer.close()
    return file.getvalue()


def opened(file: bytes, key: bytes = KEY) -> bytes:
    reader, parts = SealedReader(io.BytesIO(file), key), []
    while part := reader.read(100_000):
        parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 5])
def test_what_was_sealed_is_opened(size: int) -> None:
    content = os.urandom(size)
    assert opened(sealed(content)) == content


def _swapped(file: bytes) -> bytes:
    return (
        file[:HEAD] + file[HEAD + PART : HEAD + 2 * PART] + file[HEAD : HEAD + PART] + file[HEAD + 2 * PART :]
    )


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "a bit": lambda file: file[: HEAD + 7] + bytes([file[HEAD + 7] ^ 1]) + file[HEAD + 8 :],
    "a bit at the end": lambda file: file[:-1] + bytes([file[-1] ^ 1]),
    "the salt": lambda file: file[: len(MAGIC)] + secrets.token_bytes(SALT_BYTES) + file[HEAD:],
    "the last part cut off": lambda file: file[: HEAD + 2 * PART],
    "a byte cut off": lambda file: file[:-1],
    "all but the head cut off": lambda file: file[:HEAD],
    "a part left out": lambda file: file[:HEAD] + file[HEAD + PART :],
    "two parts swapped": _swapped,
    "a part twice": lambda file: file[: HEAD + PART] + file[HEAD:],
    "something behind it": lambda file: file + b"\0",
    "another file's end": lambda file: file[: HEAD + PART] + sealed(os.urandom(2 * CHUNK))[HEAD + PART :],
    "nothing": lambda file: b"",
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
def test_what_was_spoilt_is_refused(spoil: Callable[[bytes], bytes]) -> None:
    with pytest.raises(Damaged):
        opened(spoil(sealed(os.urandom(2 * CHUNK + 5))))


def test_another_key_is_refused_in_words() -> None:
    with pytest.raises(Damaged, match="the key does not fit"):
        opened(sealed(b"texts"), bytes(32))


def test_files_of_one_key_have_nothing_in_common() -> None:
    one, other = sealed(b"the same"), sealed(b"the same")
    assert one[HEAD:] != other[HEAD:]


def _archive(path: Path, key: bytes | None) -> Path:
    with archive.written(path, key) as members:
        members.add_bytes("manifest.json", b"{}")
        members.add_bytes("media/one", os.urandom(50_000))
    return path


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "sealed"])
def test_archive_that_is_cut_or_changed_anywhere_is_refused(tmp_path: Path, key: bytes | None) -> None:
    path = _archive(tmp_path / "one", key)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [name for name, _content in archive.members(path, key)] == ["manifest.json", "media/one"]
    whole, held = path.read_bytes(), _read(path, key)
    for place in range(0, len(whole) - 1, len(whole) // 20):
        path.write_bytes(whole[:place])
        assert _read(path, key) is None
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        # A few bits of gzip mean nothing: some of its head, and what fills a block's last byte.
        assert _read(path, key) in ([None, held] if key is None else [None])


def _read(path: Path, key: bytes | None) -> list[tuple[str, bytes]] | None:
    """What the archive holds; None where it is refused."""
    try:
        return [(name, content.read()) for name, content in archive.members(path, key)]
    except Damaged:
        return None


def test_sealed_archive_asks_for_its_key(tmp_path: Path) -> None:
    with pytest.raises(Damaged, match="no key was given"):
        list(archive.members(_archive(tmp_path / "one", KEY), None))


@pytest.mark.parametrize("name", ["../out", "/etc/out", "media/../../out", "media//out"])
def test_archive_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    with archive.written(tmp_path / "one", None) as members:
        members.add_bytes(name, b"")
    with pytest.raises(Damaged, match="what no backup holds"):
        list(archive.members(tmp_path / "one", None))
