"""An import as somebody does it in the browser: the file, what its columns are, what became of it."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from imports.models import Import
from tests.portal import text_of


def uploaded(page: Client, path: str, content: str | bytes, *, name: str = "") -> Any:
    """The page that asks what the columns are; or the form again, with what is wrong."""
    if isinstance(content, str) and not name:
        return page.post(path, {"text": content}, follow=True)
    content = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(name or "rows.csv", content, "text/csv")
    return page.post(path, {"file": file}, follow=True)


def meanings_of(answer: Any) -> dict[str, str]:
    """By the heading of each column that is asked about."""
    return {one.heading: str(one.field.value()) for one in answer.context["form"].asked}


def started(page: Client, answer: Any, chosen: Mapping[str, str] | None = None) -> Any:
    """What became of it; `chosen` is what a column is, by its heading, where that isn't as it is shown."""
    form = answer.context["form"]
    values = {one.field.name: (chosen or {}).get(one.heading, str(one.field.value())) for one in form.asked}
    if form["has_headings"].value():
        values["has_headings"] = "on"
    here = f"/imports/{form.import_.pk}/"
    return page.post(here, {**values, "start": "1"}, follow=True)


def imported(page: Client, path: str, content: str | bytes) -> Any:
    return started(page, uploaded(page, path, content))


def figures_of(answer: Any) -> dict[str, int]:
    import_: Import = answer.context["import"]
    figures = {name: getattr(import_, name) for name in ("added", "changed", "unchanged", "faulty")}
    return {name: count for name, count in figures.items() if count}


def notes_of(answer: Any) -> list[str]:
    return list(answer.context["import"].notes)


def faults_of(answer: Any) -> list[str]:
    return [" ".join(one.reasons) for one in answer.context["faults"]]


def said_of(answer: Any, *cells: int) -> list[tuple[str, ...]]:
    """Cells of the preview's rows, as they are read."""
    body = answer.content.decode().partition('id="rows-heading"')[2]
    rows = body.partition("<tbody")[2].partition("</tbody>")[0].split("<tr>")[1:]
    texts = [[text_of(cell.partition(">")[2]) for cell in row.split("<td")[1:]] for row in rows]
    return [tuple(row[place] for place in cells) for row in texts]


def csv_of(answer: Any) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode().lstrip("\ufeff")
    return list(csv.reader(io.StringIO(text, newline="")))
