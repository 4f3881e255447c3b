"""Files as people's tools write them, through the page that takes them."""

from typing import Any

import pytest
from django.test import Client

from imports import storing, taking
from imports.models import Import, Piece
from sessions.models import Contact
from tests.imports.doors import imported, meanings_of, started, uploaded
from tests.portal import errors_of

pytestmark = pytest.mark.django_db
PATH = "/contacts/import/"
TABLE = (
    'Name{0}Mobile{0}Notes\r\nZoë Müller{0}+14155550123{0}"first\r\nsecond{0}line"\r\n'
    '"Sean, O’Neil"{0}+14155550124{0}\r\n'
)


def book() -> list[tuple[str, str, str]]:
    return list(Contact.objects.order_by("address").values_list("address", "name", "notes"))


@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"], ids=str
)
def test_encoding_separator_and_line_breaks_are_found(
    admin_page: Client, encoding: str, separator: str
) -> None:
    imported(admin_page, PATH, TABLE.format(separator).encode(encoding))
    assert book() == [
        ("+14155550123", "Zoë Müller", f"first\r\nsecond{separator}line"),
        ("+14155550124", "Sean, O’Neil", ""),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04\x14\x00[Content_Types].xml", "This is a workbook (such as .xlsx or .ods)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "This is a workbook of an older Excel (.xls)."),
        (b"%PDF-1.7 \xe2\xe3", "This is a PDF."),
        (b"\xef\xbb\xbfBEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n", "There are no rows."),
        (b"<!DOCTYPE html><html></html>", "This is a web page or XML."),
        (b"\x89PNG\r\n\x1a\n\x00\x01\x02\x03", "This is no text."),
        (b"", "The submitted file is empty."),
        (b"Number,Name\n", "There are no rows."),
        (b'Number,Name\n+14155550123,"Ada\n' + b"x" * 140_000, "It can\u2019t be read as CSV beyond line"),
        (
            b'Number,Name\n+14155550123,"' + b"y" * 30_000 + b'"\n',
            "A cell of line 2 is longer than any text.",
        ),
        (b"," * 300 + b"x\n" * 2, "has more than 250 columns"),
    ],
    ids=["xlsx", "xls", "pdf", "vcard", "html", "png", "empty", "headings", "quote", "cell", "columns"],
)
def test_what_cannot_be_read_is_said_with_what_to_do(admin_page: Client, content: bytes, words: str) -> None:
    answer = uploaded(admin_page, PATH, content, name="x.csv")
    errors = errors_of(answer.context["form"])["file"]
    assert answer.status_code == 422
    assert [error for error in errors if words in error] == errors
    assert (Import.objects.count(), Piece.objects.count()) == (0, 0)


def test_bounds_on_rows_and_bytes_are_said(admin_page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "ROWS_MOST", 7)
    monkeypatch.setattr(taking, "BYTES_MOST", 1024 * 1024)
    rows = [f"+1415555{number:04},Ada" for number in range(9)]
    seven = uploaded(admin_page, PATH, "\n".join(["Number,Name", *rows[:7]]).encode())
    assert seven.context["import"].count == 7
    eight = uploaded(admin_page, PATH, "\n".join(["Number,Name", *rows[:8]]).encode())
    assert errors_of(eight.context["form"]) == {
        "file": ["These are more than 7 rows. Split the file, and import the parts one after the other."]
    }
    large = uploaded(admin_page, PATH, b"Number,Name\n" + b"x" * 1024 * 1024)
    assert errors_of(large.context["form"]) == {
        "file": ["The file is larger than 1 MB. Split it, and import the parts one after the other."]
    }


def test_pasted_text_stays_in_the_field_when_it_is_refused(admin_page: Client) -> None:
    answer = uploaded(admin_page, PATH, "Number,Name")
    assert errors_of(answer.context["form"]) == {
        "text": ["There are no rows. Write them as in the example file."]
    }
    assert answer.context["form"]["text"].value() == "Number,Name"
    nothing = uploaded(admin_page, PATH, "  \n")
    assert errors_of(nothing.context["form"]) == {"file": ["Choose a file, or paste the rows."]}


def test_first_row_that_looks_like_data_is_one_unless_somebody_says_otherwise(admin_page: Client) -> None:
    answer = uploaded(admin_page, PATH, "+14155550123,Ada\n+14155550124,Ben\n")
    assert meanings_of(answer) == {"Column 1": "number", "Column 2": "name"}
    form = answer.context["form"]
    here = f"/imports/{form.import_.pk}/"
    values = {"column_0": "number", "column_1": "name"}
    named = admin_page.post(here, {**values, "has_headings": "on"})
    assert meanings_of(named) == {"+14155550123": "", "Ada": ""}
    back = admin_page.post(here, {})
    assert meanings_of(back) == {"Column 1": "number", "Column 2": "name"}
    started(admin_page, back)
    assert [row[1] for row in book()] == ["Ada", "Ben"]


def test_row_with_more_cells_than_headings_is_faulty_and_stores_nothing(admin_page: Client) -> None:
    text = "Number,Name\n+14155550123,Lovelace, Ada\n+14155550124,Ben\n"
    answer: Any = imported(admin_page, PATH, text)
    assert [(one.line, one.reasons) for one in answer.context["faults"]] == [
        (
            2,
            ["The row has more cells than there are columns. Put texts with separators between quotes."],
        )
    ]
    assert [row[1] for row in book()] == ["Ben"]


def test_unstarted_files_of_one_user_are_few(admin_page: Client) -> None:
    for number in range(8):
        uploaded(admin_page, PATH, f"Number,Name\n+1415555012{number},Ada\n")
    assert Import.objects.count() == taking.WAITING_MOST
