"""A start that can't be ends with a sentence that says what to do, and not with a traceback."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

CODE = 1


@contextmanager
def said_in_a_sentence() -> Iterator[None]:
    """Ends the process, should settings turn out not to be usable."""
    try:
        _ = settings.INSTALLED_APPS
        yield
    except ImproperlyConfigured as error:
        sys.stderr.write(f"PBX Messaging can't start: {error}\n")
        sys.exit(CODE)


def check_data_dir() -> None:
    """Raises `ImproperlyConfigured` where nothing can be kept."""
    problem = problem_with(Path(settings.DATA_DIR))
    if problem:
        raise ImproperlyConfigured(f"DATA_DIR={settings.DATA_DIR} can't be used: {problem}")


def problem_with(folder: Path) -> str:
    """Why nothing can be written there, and what to do; "" if it can. Makes the folder if there is none."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"?")
        closed = [path.name for path in folder.iterdir() if not os.access(path, os.R_OK | os.W_OK)]
    except OSError as error:
        return f"{error.strerror}. {_advice(error)}"
    if closed:
        return (
            f"{', '.join(sorted(closed))} in it belongs to somebody else. Start it as the user who owns that."
        )
    return ""


def _advice(error: OSError) -> str:
    if isinstance(error, FileExistsError | NotADirectoryError):
        return "Name a folder, not a file."
    if isinstance(error, PermissionError):
        return "Give this user the right to write there, or name another folder."
    return "Make it writable and see that there is room, or name another folder."
