"""Attachments, where they are files of this machine. Those in a bucket are the bucket's keeper's."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings


def are_here() -> bool:
    backend = settings.STORAGES["default"]["BACKEND"]
    return bool(backend == "django.core.files.storage.FileSystemStorage")


def files() -> Iterator[tuple[str, Path]]:
    """Names below the media folder, and where they are."""
    root = Path(settings.MEDIA_ROOT)
    for path in sorted(root.rglob("*")) if are_here() else ():
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(root).as_posix(), path


def size() -> int:
    return sum(path.stat().st_size for _name, path in files() if path.exists())
