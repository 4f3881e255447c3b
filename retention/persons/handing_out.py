"""One contact's data as an archive that people and programs read: index.html, data.json, texts.csv, files.

However many texts there are, some are held at once: what lists them all grows in files of its own.
"""

import shutil
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import PurePosixPath
from typing import IO

from django.core.files.storage import default_storage

from retention.persons.gathered import person, texts_of
from retention.persons.listings import LISTINGS

MISSING = "missing"


def write_archive(
    address: str, to: IO[bytes], *, reach: Callable[[int], object] = lambda _count: None
) -> int:
    """Returns how many texts and notes there are. After each, `reach` is told how many are in it."""
    known, count = person(address), 0
    with ExitStack() as open_files, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        listings = [open_files.enter_context(listing(known)) for listing in LISTINGS]
        for texts in texts_of(address):
            for text in texts:
                count += 1
                for file in text["files"]:
                    file["file"] = _add_file(archive, file.pop("stored_as"), count)
                reach(count)
            for listing in listings:
                listing.add(texts)
        for listing in listings:
            listing.put_into(archive)
    return count


def _add_file(archive: zipfile.ZipFile, stored_as: str, place: int) -> str:
    """Its name in the archive; "" if there is none. What the storage has lost is said."""
    if not stored_as:
        return ""
    name = f"files/{place}-{PurePosixPath(stored_as).name}"
    try:
        with default_storage.open(stored_as, "rb") as stored, archive.open(name, "w") as entry:
            shutil.copyfileobj(stored, entry)
    except FileNotFoundError:
        return MISSING
    return name
