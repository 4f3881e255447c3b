"""Numbers with their rules from a spreadsheet: what is read, what is shown, what is stored."""

from typing import Any

import pytest
from accounts.csv_import import ROWS_MOST
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from channels.models import Number
from routing.models import Extension, MessageQueue
from tests.factories import Road, make_agent, make_queue, make_road
from tests.portal import messages_of, rows_of

pytestmark = pytest.mark.django_db
HEADING = "Number,Destination type,Destination,Extensions allowed"


@pytest.fixture
def road(ada: Extension) -> Road:
    return make_road(ada, ada)


@pytest.fixture
def path(road: Road, support: MessageQueue) -> str:
    make_agent("1002", "Ben")
    return f"/channels/{road.channel.pk}/import/"


def said(answer: Any) -> list[tuple[str, str]]:
    """Number and what happens, by row of the preview."""
    return [(row[1], row[4]) for row in rows_of(answer)]


def stored() -> dict[str, tuple[str, list[str]]]:
    numbers = Number.objects.live().order_by("address").prefetch_related("initiators")
    return {one.address: (str(one.destination), [i.number for i in one.initiators.all()]) for one in numbers}


def test_rows_are_shown_first_and_stored_then(admin_page: Client, path: str) -> None:
    text = f"{HEADING}\n+12015550123,Message Queue,support,1001 1002\n+25402161183,extension,1002,1001\n"
    preview = admin_page.post(path, {"text": text})
    assert said(preview) == [("+12015550123", "Add"), ("+25402161183", "Change")]
    assert list(stored()) == ["+25402161183"]
    answer = admin_page.post(path, {"text": preview.context["text"], "apply": "1"}, follow=True)
    assert messages_of(answer) == ["Numbers added: 1, changed: 1."]
    assert stored() == {
        "+12015550123": ("Support", ["1001", "1002"]),
        "+25402161183": ("1002 Ben", ["1001"]),
    }
    assert said(admin_page.post(path, {"text": text})) == [
        ("+12015550123", "Unchanged"),
        ("+25402161183", "Unchanged"),
    ]


def test_each_error_says_what_to_do_and_the_valid_rows_are_stored(
    admin_page: Client, path: str, ada: Extension
) -> None:
    make_road(ada, address="+14155550100", name="Other")
    rows = [
        "+12015550123,Extension,1001,",
        "+12015550123,Extension,1001,",
        "2.54E+10,Extension,1001,",
        ",Extension,1001,",
        "+14155550100,Extension,1001,",
        "+12015550124,Phone,1001,",
        "+12015550125,Extension,1009,",
        "+12015550126,Queue,Sales,7 1001",
        "+1,Extension,,",
    ]
    text = "\n".join([HEADING, *rows])
    assert said(admin_page.post(path, {"text": text})) == [
        ("+12015550123", "Add"),
        ("+12015550123", "The number stands in line 2 already. Remove one of the two."),
        (
            "2.54E+10",
            "The spreadsheet has shortened “2.54E+10”. Format the column as text and enter the number again.",
        ),
        ("–", "The number is missing."),
        ("+14155550100", "The number belongs to the channel “Other”. Remove it there first."),
        ("+12015550124", "Write “Extension” or “Message Queue” as the destination type."),
        ("+12015550125", "There is no extension “1009”. Write the number of one that exists."),
        (
            "+12015550126",
            "There is no message queue “Sales”. Write the name of one that exists. "
            "There is no extension “7”. Write the numbers of extensions, separated by spaces.",
        ),
        (
            "+1",
            "Enter the number as +, country code and number, digits only: for example +25402161183. "
            "The destination is missing.",
        ),
    ]
    admin_page.post(path, {"text": text, "apply": "1"})
    assert sorted(stored()) == ["+12015550123", "+14155550100", "+25402161183"]


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffNumber;Destination type;Destination\r\n+12015550123;Message Queue;Büro\r\n".encode(),
        "Number;Destination type;Destination\r\n+12015550123;Message Queue;Büro\r\n".encode("latin-1"),
        "Number\tDestination type\tDestination\n+12015550123\tMessage Queue\tBüro\n".encode("utf-16"),
        'sep=;\r\n"Destination";"Number";"Destination for Inbound Messaging"\r\n'
        '"Büro";"+12015550123";"Message Queue"\r\n'.encode(),
        b"+12015550123,Message Queue,B\xc3\xbcro\n\n",
        "'(201) 555-0123,Queue,Büro".encode(),
    ],
    ids=["utf-8-bom-semicolons", "latin-1", "utf-16-tabs", "sep-and-order", "no-heading", "national"],
)
def test_files_are_read_as_spreadsheets_write_them(
    admin_page: Client, path: str, ada: Extension, content: bytes
) -> None:
    make_queue(ada, name="Büro")
    upload = SimpleUploadedFile("numbers.csv", content, "text/csv")
    preview = admin_page.post(path, {"file": upload})
    assert [(row.number, str(row.destination), row.outcome) for row in preview.context["rows"]] == [
        ("+12015550123", "Büro", "add")
    ]
    admin_page.post(path, {"text": preview.context["text"], "apply": "1"})
    assert stored()["+12015550123"] == ("Büro", [])


def test_extensions_stay_where_the_file_has_no_such_column(admin_page: Client, path: str) -> None:
    text = "Number,Destination type,Destination\n+25402161183,Message Queue,Support\n"
    assert said(admin_page.post(path, {"text": text})) == [("+25402161183", "Change")]
    admin_page.post(path, {"text": text, "apply": "1"})
    assert stored() == {"+25402161183": ("Support", ["1001"])}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "There are no rows. Write them as in the example file."),
        (HEADING, "There are no rows. Write them as in the example file."),
        (
            "Number,Destination\n+1,2",
            "Columns are missing: Destination type. Name them as in the example file.",
        ),
        ("1\n" * (ROWS_MOST + 1), "These are more than 1000 rows. Import them in parts."),
        ("1" * (1024 * 1024 + 1), "This is too large. Import at most 1,000 rows at once."),
    ],
)
def test_what_is_no_table_is_an_error_and_stays_in_the_field(
    admin_page: Client, path: str, text: str, error: str
) -> None:
    answer = admin_page.post(path, {"text": text})
    assert (answer.status_code, answer.context["form"].errors) == (422, {"text": [error]})
    assert answer.context["form"]["text"].value() == text


def test_preview_costs_the_same_with_many_rows(admin_page: Client, path: str) -> None:
    def queries(count: int) -> int:
        rows = [f"+1201555{number:04},Message Queue,Support,1001" for number in range(count)]
        with CaptureQueriesContext(connection) as captured:
            admin_page.post(path, {"text": "\n".join(rows)})
        return len(captured)

    queries(1)
    assert queries(1) == queries(100)


def test_example_file_is_read_by_the_import(admin_page: Client, path: str) -> None:
    answer: Any = admin_page.get("/channels/import/example/")
    upload = SimpleUploadedFile("example.csv", b"".join(answer.streaming_content), "text/csv")
    assert said(admin_page.post(path, {"file": upload})) == [
        ("+25402161183", "Change"),
        ("+14155550100", "Add"),
    ]
