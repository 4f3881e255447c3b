"""A file that is encrypted and authenticated in chunks: order, end and each byte are proven while it is read.

MAGIC, a salt of 32 bytes, then chunks of `CHUNK` bytes and a tag of 16 each, the last one shorter. The cipher
is AES-256-GCM; each file has a key of its own, by HKDF-SHA256 from ours and the salt. A nonce is the chunk's
number (11 bytes, big-endian) and 1 for the last chunk, else 0; MAGIC and salt are authenticated with each. It
is the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár.
"""

import base64
import io
import secrets
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"PBX Messaging backup, sealed 1\n"
CHUNK, TAG = 1024 * 1024, 16
SALT_BYTES, KEY_BYTES = 32, 32


class Damaged(Exception):
    """The file can't be read, in words that say why."""


def key_of(text: str) -> bytes:
    """A key as it is written in BACKUP_KEY: 32 bytes in base64. Raises `ValueError`."""
    key = base64.urlsafe_b64decode(text.strip().encode())
    if len(key) != KEY_BYTES:
        raise ValueError("it is not of 32 bytes")
    return key


class _Cipher:
    """Numbers the chunks of one file."""

    def __init__(self, key: bytes, salt: bytes) -> None:
        own = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=MAGIC).derive(key)
        self._aes, self._head, self._number = AESGCM(own), MAGIC + salt, 0

    def seal(self, chunk: bytes, *, is_last: bool) -> bytes:
        return self._aes.encrypt(self._nonce(is_last), chunk, self._head)

    def open(self, chunk: bytes, *, is_last: bool) -> bytes:
        return self._aes.decrypt(self._nonce(is_last), chunk, self._head)

    def _nonce(self, is_last: bool) -> bytes:
        self._number += 1
        return self._number.to_bytes(11, "big") + bytes([is_last])


class SealedWriter:
    """Seals what is written into `file`, which `close` completes and leaves open."""

    def __init__(self, file: IO[bytes], key: bytes) -> None:
        salt = secrets.token_bytes(SALT_BYTES)
        self._file, self._cipher, self._rest = file, _Cipher(key, salt), bytearray()
        file.write(MAGIC + salt)

    def write(self, data: bytes) -> int:
        self._rest += data
        while len(self._rest) > CHUNK:
            self._file.write(self._cipher.seal(bytes(self._rest[:CHUNK]), is_last=False))
            del self._rest[:CHUNK]
        return len(data)

    def flush(self) -> None:
        """Only whole chunks are written."""

    def close(self) -> None:
        self._file.write(self._cipher.seal(bytes(self._rest), is_last=True))


class SealedReader:
    """Reads what a `SealedWriter` wrote. Raises `Damaged` for what is not exactly that."""

    def __init__(self, file: IO[bytes], key: bytes) -> None:
        head = file.read(len(MAGIC) + SALT_BYTES)
        if not head.startswith(MAGIC) or len(head) != len(MAGIC) + SALT_BYTES:
            raise Damaged("it is no sealed backup")
        self._file, self._cipher = file, _Cipher(key, head[len(MAGIC) :])
        self._next = file.read(CHUNK + TAG)
        self._open, self._is_at_end, self._is_first = io.BytesIO(), False, True

    def read(self, size: int) -> bytes:
        """Up to so many bytes, of one chunk; b"" at the end."""
        while not (given := self._open.read(size)) and not self._is_at_end:
            self._open = io.BytesIO(self._chunk())
        return given

    def _chunk(self) -> bytes:
        chunk, self._next = self._next, self._file.read(CHUNK + TAG)
        self._is_at_end = not self._next
        try:
            opened = self._cipher.open(chunk, is_last=self._is_at_end)
        except InvalidTag:
            if self._is_first:
                raise Damaged("the key does not fit, or the file is damaged at its beginning") from None
            raise Damaged("it is damaged, or its end is missing") from None
        self._is_first = False
        return opened
