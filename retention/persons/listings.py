"""What lists all texts of an archive: a page, JSON, and CSV. Each grows in a file, some texts at a time."""

import csv
import io
import json
import secrets
import shutil
import tempfile
import textwrap
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import TracebackType
from typing import Any, ClassVar

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.csv_export import harmless

IN_MEMORY_BYTES = 256 * 1024
Texts = Sequence[dict[str, Any]]


class Listing(ABC):
    """`known`: what there is of the contact beside the texts."""

    name: ClassVar[str]

    def __init__(self, known: dict[str, Any]) -> None:
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES, dir=str(settings.DATA_DIR))  # noqa: SIM115
        begin, self._end = self._around(known)
        self._write(begin)

    def __enter__(self) -> "Listing":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, texts: Texts) -> None:
        self._write(self._lines(texts))

    def put_into(self, archive: zipfile.ZipFile) -> None:
        self._write(self._end)
        self._file.seek(0)
        with archive.open(self.name, "w", force_zip64=True) as entry:
            shutil.copyfileobj(self._file, entry)

    def _write(self, text: str) -> None:
        self._file.write(text.encode())

    @abstractmethod
    def _around(self, known: dict[str, Any]) -> tuple[str, str]:
        """What stands before the texts and after them."""

    @abstractmethod
    def _lines(self, texts: Texts) -> str: ...


class Page(Listing):
    name = "index.html"

    def _around(self, known: dict[str, Any]) -> tuple[str, str]:
        place = secrets.token_hex()
        context = {"known": known, "texts": place, "now": timezone.now()}
        begin, _place, end = render_to_string("retention/archive.html", context).partition(place)
        return begin, end

    def _lines(self, texts: Texts) -> str:
        return render_to_string("retention/_archive_texts.html", {"texts": texts})


class Data(Listing):
    name = "data.json"
    _between = ""

    def _around(self, known: dict[str, Any]) -> tuple[str, str]:
        place = secrets.token_hex()
        begin, _place, end = _json(known | {"texts": [place]}).partition(f'"{place}"')
        return begin, end

    def _lines(self, texts: Texts) -> str:
        between, self._between = self._between, ",\n    "
        return between + ",\n    ".join(textwrap.indent(_json(text), "    ").lstrip() for text in texts)


class Rows(Listing):
    name = "texts.csv"

    def _around(self, known: dict[str, Any]) -> tuple[str, str]:
        heads = [_("Time"), _("Our number"), _("Kind"), _("By"), _("Text"), _("Status"), _("Files")]
        return "\ufeff" + _csv([heads]), ""

    def _lines(self, texts: Texts) -> str:
        return _csv([harmless(cell) for cell in _cells(text)] for text in texts)


LISTINGS = (Page, Data, Rows)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _csv(rows: Any) -> str:
    lines = io.StringIO()
    csv.writer(lines).writerows(rows)
    return lines.getvalue()


def _cells(text: dict[str, Any]) -> list[str]:
    files = " ".join(file["file"] for file in text["files"] if file["file"])
    return [text[name] for name in ("at", "our_number", "kind", "by", "text", "status")] + [files]
