"""Numbers with their rules from a spreadsheet: what is read, what is shown, what is stored."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from channels.models import Number
from routing.models import Extension, MessageQueue
from tests.factories import Road, make_agent, make_queue, make_road
from tests.imports.doors import faults_of, figures_of, imported, meanings_of, said_of, started, uploaded

pytestmark = pytest.mark.django_db
HEADING = "Number,Destination type,Destination,Extensions allowed"


@pytest.fixture
def road(ada: Extension) -> Road:
    return make_road(ada, ada)


@pytest.fixture
def path(road: Road, support: MessageQueue) -> str:
    make_agent("1002", "Ben")
    return f"/channels/{road.channel.pk}/import/"


def said(answer: Any) -> list[tuple[str, ...]]:
    """Number and what happens, by row of the preview."""
    return said_of(answer, 1, 4)


def stored() -> dict[str, tuple[str, list[str]]]:
    numbers = Number.objects.live().order_by("address").prefetch_related("initiators")
    return {one.address: (str(one.destination), [i.number for i in one.initiators.all()]) for one in numbers}


def test_rows_are_shown_first_and_stored_then(admin_page: Client, path: str) -> None:
    text = f"{HEADING}\n+12015550123,Message Queue,support,1001 1002\n+25402161183,extension,1002,1001\n"
    preview = uploaded(admin_page, path, text)
    assert said(preview) == [("+12015550123", "Add"), ("+25402161183", "Change")]
    assert list(stored()) == ["+25402161183"]
    assert figures_of(started(admin_page, preview)) == {"added": 1, "changed": 1}
    assert stored() == {
        "+12015550123": ("Support", ["1001", "1002"]),
        "+25402161183": ("1002 Ben", ["1001"]),
    }
    assert said(uploaded(admin_page, path, text)) == [
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
    assert said(uploaded(admin_page, path, text)) == [
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
    result = imported(admin_page, path, text)
    assert (figures_of(result), len(faults_of(result))) == ({"added": 1, "faulty": 8}, 8)
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
    preview = uploaded(admin_page, path, content)
    assert [(row.number, str(row.destination), row.outcome) for row in preview.context["rows"]] == [
        ("+12015550123", "Büro", "add")
    ]
    started(admin_page, preview)
    assert stored()["+12015550123"] == ("Büro", [])


def test_extensions_stay_where_the_file_has_no_such_column(admin_page: Client, path: str) -> None:
    text = "Number,Destination type,Destination\n+25402161183,Message Queue,Support\n"
    assert said(uploaded(admin_page, path, text)) == [("+25402161183", "Change")]
    imported(admin_page, path, text)
    assert stored() == {"+25402161183": ("Support", ["1001"])}


def test_missing_column_is_said_before_anything_starts(admin_page: Client, path: str) -> None:
    answer = uploaded(admin_page, path, "Number,Destination\n+12015550123,1001")
    assert meanings_of(answer) == {"Number": "number", "Destination": "destination"}
    refused = started(admin_page, answer)
    assert (refused.status_code, refused.context["form"].non_field_errors()) == (
        422,
        ["No column is “Destination type”. Choose the column in which it stands."],
    )
    assert list(stored()) == ["+25402161183"]


def test_preview_costs_the_same_with_many_rows(admin_page: Client, path: str) -> None:
    def queries(count: int) -> int:
        rows = [f"+1201555{number:04},Message Queue,Support,1001" for number in range(count)]
        with CaptureQueriesContext(connection) as captured:
            uploaded(admin_page, path, "\n".join(rows))
        return len(captured)

    queries(1)
    assert queries(1) == queries(10)


def test_storing_costs_the_same_with_many_rows(admin_page: Client, path: str) -> None:
    """So does what the audit log says of each."""

    def queries(first: int, count: int, rest: str) -> int:
        rows = [f"+1201555{number:04},{rest}" for number in range(first, first + count)]
        answer = uploaded(admin_page, path, "\n".join([HEADING, *rows]))
        with CaptureQueriesContext(connection) as captured:
            started(admin_page, answer)
        return len(captured)

    added, changed = "Message Queue,Support,1001", "Extension,1001,1001 1002"
    assert queries(0, 1, added) == queries(1, 40, added)
    assert queries(0, 1, changed) == queries(1, 40, changed)
    numbers = Number.objects.filter(address__startswith="+1201")
    assert set(numbers.values_list("extension__number", flat=True)) == {"1001"}
    entries = AuditEntry.objects.filter(name__startswith="+12015550040").order_by("pk")
    assert [(entry.action, sorted(entry.changes)) for entry in entries] == [
        ("created", ["address", "channel", "initiators", "queue"]),
        ("changed", ["extension", "initiators", "queue"]),
    ]
    assert entries[1].changes["extension"] == {"old": "", "new": "1001 Ada"}
    assert entries[1].changes["initiators"] == {"added": ["1002 Ben"]}


def test_example_file_is_read_by_the_import(admin_page: Client, path: str) -> None:
    answer: Any = admin_page.get("/channels/import/example/")
    assert said(uploaded(admin_page, path, b"".join(answer.streaming_content))) == [
        ("+25402161183", "Change"),
        ("+14155550100", "Add"),
    ]
