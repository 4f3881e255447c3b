"""Extensions from a spreadsheet, and into one that can be read again."""

import csv
import io
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts import tasks
from accounts.models import Invitation, Role, User
from routing.models import Extension, MessageQueue
from sessions.ending.archiving import archive_extension
from tests.factories import make_agent, make_queue
from tests.imports.doors import figures_of, imported, said_of, started, uploaded
from tests.portal import make_user, rows_of

pytestmark = pytest.mark.django_db
PATH = "/extensions/import/"
HEADING = "Extension number,Name,Username,E-mail,Active,Message queues"


@pytest.fixture
def support() -> MessageQueue:
    """Ada's."""
    return make_queue(make_agent("1001", "Ada"))


def said(answer: Any) -> list[tuple[str, ...]]:
    """Number and what happens, by row of the preview."""
    return said_of(answer, 1, 7)


def table(*rows: str) -> str:
    return "\n".join([HEADING, *rows])


def apply(page: Client, text: str) -> Any:
    return imported(page, PATH, text)


def stored() -> list[tuple[str, str, str, str, bool, list[str]]]:
    found = Extension.objects.live().select_related("user").order_by("number")
    return [
        (one.number, one.name, one.user.username, one.user.email, one.user.is_active, queues_of(one))
        for one in found
    ]


def queues_of(extension: Extension) -> list[str]:
    return [queue.name for queue in extension.queues.live()]


def exported(page: Client) -> str:
    answer: Any = page.get("/extensions/export/")
    return b"".join(answer.streaming_content).decode()


def test_rows_are_shown_first_and_stored_then(
    admin_page: Client, support: MessageQueue, settings: Settings
) -> None:
    make_queue(name="Sales")
    text = table(
        "1001,Ada Lovelace,agent1001,ada@example.com,yes,sales",
        "1002,Ben,ben,ben@example.com,,Support | Sales",
        "1003,Cleo,cleo,,no,",
    )
    preview = uploaded(admin_page, PATH, text)
    assert said(preview) == [
        ("1001", "Change: Name, E-mail, Message Queues"),
        ("1002", "Add"),
        ("1003", "Add"),
    ]
    assert said_of(preview, 3) == [("agent1001",), ("ben new, invited by a link",), ("cleo new, inactive",)]
    assert [one.number for one in Extension.objects.all()] == ["1001"]
    settings.EMAIL_IS_SET = False
    answer = started(admin_page, preview)
    assert figures_of(answer) == {"added": 2, "changed": 1}
    assert "1 new login needs its link" in answer.content.decode()
    assert stored() == [
        ("1001", "Ada Lovelace", "agent1001", "ada@example.com", True, ["Sales"]),
        ("1002", "Ben", "ben", "ben@example.com", True, ["Sales", "Support"]),
        ("1003", "Cleo", "cleo", "", False, []),
    ]
    assert Client().login(username="agent1001", password="secret-of-the-agent")
    assert [one.user.username for one in Invitation.objects.all()] == ["ben"]
    assert User.objects.get(username="ben").role == Role.AGENT
    assert said(uploaded(admin_page, PATH, text)) == [(n, "Unchanged") for n in ("1001", "1002", "1003")]


def test_each_error_says_what_to_do_and_the_valid_rows_are_stored(
    admin_page: Client, support: MessageQueue
) -> None:
    make_agent("1009", "Ivan")
    off = make_user("off")
    User.objects.filter(pk=off.pk).update(is_active=False)
    text = table(
        "1002,Ben,ben,,yes,Support",
        "1002,Ben,ben2,,yes,",
        "1003,Cleo,ben,,yes,",
        "1E+05,Dan,dan,,yes,",
        "10a,Eve,eve,,yes,",
        ",,,nonsense,perhaps,Nowhere",
        "1004,Finn,agent1009,,yes,",
        "1005,Gil,off,,yes,",
        "1001,Ada,agent1009,,yes,",
        "1009,Ivan,agent1009,,no,",
        "1006,Hal,a b,,yes,",
    )
    username = (
        "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."
    )
    assert said(uploaded(admin_page, PATH, text)) == [
        ("1002", "Add"),
        ("1002", "The extension stands in line 2 already. Remove one of the two."),
        ("1003", "The username stands in line 2 already. Use another one."),
        (
            "1E+05",
            "The spreadsheet has shortened “1E+05”. Format the column as text and enter it again.",
        ),
        ("10a", "Extension number: Enter digits only, for example 1001."),
        (
            "–",
            "Extension number: This field cannot be blank. Name: This field cannot be blank. "
            "Username: This field cannot be blank. E-mail: Enter a valid email address. "
            "Write “yes” or “no” in the column Active. "
            "There is no message queue “Nowhere”. Write the names of queues, with | between them.",
        ),
        ("1004", "“agent1009” is the login of extension 1009 already."),
        (
            "1005",
            "The login “off” is switched off. Make the user active first, or use another one.",
        ),
        (
            "1001",
            "“agent1009” is the login of somebody else. "
            "The username stands in line 8 already. Use another one.",
        ),
        (
            "1009",
            "Deactivate it on its own page, which asks where its open sessions go. "
            "The username stands in line 8 already. Use another one.",
        ),
        ("1006", f"Username: {username}"),
    ]
    apply(admin_page, text)
    assert [row[:3] for row in stored()] == [
        ("1001", "Ada", "agent1001"),
        ("1002", "Ben", "ben"),
        ("1009", "Ivan", "agent1009"),
    ]


def test_export_is_imported_again_as_it_is(admin_page: Client, support: MessageQueue) -> None:
    """Whatever people call themselves and their queues, and no cell is a formula."""
    odd = make_agent("999", "=HYPERLINK(1)")
    make_agent("12", "Ann, of “Sales; North”")
    make_queue(odd, name="A|B")
    make_queue(odd, name="@home")
    User.objects.filter(pk=odd.user.pk).update(is_active=False, email="o@example.com")
    text = exported(admin_page)
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert rows == [
        HEADING.split(","),
        ["12", "Ann, of “Sales; North”", "agent12", "", "yes", ""],
        ["999", "'=HYPERLINK(1)", "agent999", "o@example.com", "no", r"'@home | A\|B"],
        ["1001", "Ada", "agent1001", "", "yes", "Support"],
    ]
    assert said(uploaded(admin_page, PATH, text.encode())) == [
        (n, "Unchanged") for n in ("12", "999", "1001")
    ]
    before = stored()
    User.objects.filter(pk=odd.user.pk).update(is_active=True)
    archive_extension(odd)
    Extension.objects.filter(number="12").update(name="Anna")
    User.objects.filter(pk=odd.user.pk).update(is_active=True)
    answer = uploaded(admin_page, PATH, text)
    assert said(answer) == [("12", "Change: Name"), ("999", "Add"), ("1001", "Unchanged")]
    started(admin_page, answer)
    assert stored() == before


def test_columns_that_are_missing_leave_what_there_is(admin_page: Client, support: MessageQueue) -> None:
    User.objects.filter(username="agent1001").update(email="ada@example.com", is_active=False)
    text = "Number;Name;Login\n1001;Ada L.;ada\n"
    assert said(uploaded(admin_page, PATH, text)) == [("1001", "Change: Name, Username")]
    apply(admin_page, text)
    assert stored() == [("1001", "Ada L.", "ada", "ada@example.com", False, ["Support"])]


def test_user_without_an_extension_gets_one_and_an_inactive_extension_is_activated(
    admin_page: Client, support: MessageQueue
) -> None:
    free = make_user("vera", Role.SUPERVISOR, email="vera@example.com")
    User.objects.filter(username="agent1001").update(is_active=False)
    text = table("1001,Ada,agent1001,,yes,Support", "1002,Vera,vera,vera@example.com,yes,")
    preview = uploaded(admin_page, PATH, text)
    assert said(preview) == [("1001", "Change: Active"), ("1002", "Add")]
    answer = apply(admin_page, text)
    assert figures_of(answer) == {"added": 1, "changed": 1}
    assert [row[:5] for row in stored()] == [
        ("1001", "Ada", "agent1001", "", True),
        ("1002", "Vera", "vera", "vera@example.com", True),
    ]
    free.refresh_from_db()
    assert (free.role, free.extension.number) == (Role.SUPERVISOR, "1002")


def test_new_logins_links_are_mailed_to_who_has_an_address(admin_page: Client, settings: Settings) -> None:
    settings.EMAIL_IS_SET = True
    answer = apply(admin_page, table("1001,Ada,ada,ada@example.com,yes,", "1002,Ben,ben,,yes,"))
    assert "1 new login needs its link" in answer.content.decode()
    ids = sorted(Invitation.objects.values_list("pk", flat=True))
    tasks.mail_invitations(ids[0], ids[-1])
    assert [letter.to for letter in mail.outbox] == [["ada@example.com"]]


def test_import_is_in_the_audit_log(admin_page: Client, support: MessageQueue) -> None:
    apply(admin_page, table("1001,Ada L.,agent1001,,yes,", "1002,Ben,ben,,yes,Support"))
    entries = [" ".join(row) for row in rows_of(admin_page.get("/audit/"))]
    assert sum("1001 Ada L." in one and "Ada → Ada L." in one for one in entries) == 1
    assert sum("Message Queues" in one and "removed Support" in one for one in entries) == 1
    assert sum("Rows added" in one and "Rows changed" in one for one in entries) == 1
    assert not any("ben" in one for one in entries)  # what is new is in the import's line


def test_preview_and_export_cost_the_same_with_many_rows(admin_page: Client, support: MessageQueue) -> None:
    def queries(count: int) -> tuple[int, int]:
        rows = [f"{number},Name,name{number},,yes,Support" for number in range(2000, 2000 + count)]
        with CaptureQueriesContext(connection) as reading:
            uploaded(admin_page, PATH, table(*rows))
        with CaptureQueriesContext(connection) as writing:
            exported(admin_page)
        return len(reading), len(writing)

    make_queue(make_agent("2000"), name="Q")
    queries(1)
    few = queries(1)
    for number in range(1, 20):
        make_queue(make_agent(f"20{number:02}"), name=f"Q{number}")
    assert queries(100) == few


def test_example_file_is_read_by_the_import(admin_page: Client, support: MessageQueue) -> None:
    make_queue(name="Sales")
    answer: Any = admin_page.get("/extensions/import/example/")
    assert said(uploaded(admin_page, PATH, b"".join(answer.streaming_content))) == [
        ("1001", "Change: Name, Username, E-mail, Message Queues"),
        ("1002", "Add"),
    ]
