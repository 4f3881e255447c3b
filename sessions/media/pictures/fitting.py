"""Has pictures and recordings made to fit, each in a process of its own (see `__main__`), a few at once.

Whoever asks waits for it, for a second as a rule. Its thread then needs no processor, and the limits of the
child hold whatever the picture does: this process neither grows nor stands still.
"""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.directions import isolated

logger = logging.getLogger(__name__)

AT_ONCE = 2  # of this process
RECORDING_BYTES = 20 * 1024 * 1024  # of one that browsers don't play, as they are given it
PREVIEW_BYTES = 600 * 1024  # of a picture that browsers don't show, as they are shown it

# Why a picture can't be made to fit.
WORDS: dict[str, Promise | str] = {
    "unreadable": gettext_lazy("“%(name)s” can’t be read as a picture: it is broken, or something else."),
    "too_many_pixels": gettext_lazy(
        "“%(name)s” has too many pixels: %(millions)d million is the most. Make it smaller, or send a link."
    ),
    "animated": gettext_lazy(
        "“%(name)s” moves, and is too large: pictures that move can’t be made smaller here. "
        "Choose a shorter one, or send a link."
    ),
    "pages": gettext_lazy("“%(name)s” has several pages, of which only one would be sent. Send it as a PDF."),
    "too_large": gettext_lazy("“%(name)s” can’t be made small enough. Make it smaller, or send a link."),
    "too_hard": gettext_lazy(
        "“%(name)s” takes too much time or memory to be made smaller. Make it smaller, or send a link."
    ),
}

_turns = BoundedSemaphore(AT_ONCE)


class NotFitted(Exception):
    """`why`: a key of `WORDS`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def words(self, name: str) -> str:
        millions = settings.PICTURE_MOST_PIXELS // 1_000_000
        return str(WORDS[self.why]) % {"name": isolated(name), "millions": millions}


class Busy(Exception):
    """So many pictures are made to fit at this moment that one more would keep pages waiting."""


@dataclass(frozen=True)
class Picture:
    content: bytes
    content_type: str


def fitted(file: File[bytes], *, most_bytes: int) -> Picture:
    """As it can go out. Raises `NotFitted`, or `Busy` after a few seconds."""
    return _made("fit", file, most_bytes, wait_s=settings.PICTURE_WAIT_S)


def preview(file: File[bytes]) -> Picture:
    """A JPEG of one that browsers don't show, for a worker that has time. Raises `NotFitted` or `Busy`."""
    return _made("preview", file, PREVIEW_BYTES, wait_s=4 * settings.PICTURE_TOTAL_S)


def played(file: File[bytes]) -> Picture:
    """A recording that browsers don't play, as MP3 or MP4, for a worker. Raises `NotFitted` or `Busy`."""
    return _made("play", file, RECORDING_BYTES, wait_s=4 * settings.PICTURE_TOTAL_S)


def _made(purpose: str, file: File[bytes], most_bytes: int, *, wait_s: float) -> Picture:
    with turn(wait_s), TemporaryFile() as given:
        for chunk in file.chunks():
            given.write(chunk)
        given.seek(0)
        said, _line, content = _run(purpose, given, most_bytes).partition(b"\n")
    answer = json.loads(said)
    if why := answer.get("refused"):
        raise NotFitted(why)
    return Picture(content, answer["content_type"])


@contextmanager
def turn(wait_s: float) -> Iterator[None]:
    """Within it one picture is made to fit. Raises `Busy`."""
    if not _turns.acquire(timeout=wait_s):
        raise Busy
    try:
        yield
    finally:
        _turns.release()


def _run(purpose: str, given: IO[bytes], most_bytes: int) -> bytes:
    """It gets an empty environment: no secret is there to be found."""
    limits = (
        most_bytes,
        settings.PICTURE_MOST_PIXELS,
        settings.PICTURE_MEMORY_BYTES,
        settings.PICTURE_TOTAL_S,
    )
    command = [sys.executable, "-m", "sessions.media.pictures", purpose, *(str(int(one)) for one in limits)]
    try:
        done = subprocess.run(
            command,
            stdin=given,
            capture_output=True,
            cwd=settings.BASE_DIR,
            env={"PYTHONDONTWRITEBYTECODE": "1"},
            timeout=settings.PICTURE_TOTAL_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NotFitted("too_hard") from error
    if done.returncode:
        said = done.stderr[-2000:].decode()
        logger.warning("a picture can't be made to fit (%s): %s", done.returncode, said)
        raise NotFitted("too_hard" if done.returncode < 0 else "unreadable")
    return done.stdout
