"""Nothing is left of a contact in files of imports, scheduled texts, tabs and group texts, of any script."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from imports import running, storing, taking, tasks
from imports.models import Import, Piece, Source
from retention.persons.mentions import has_cell
from retention.tasks import erase_due
from routing.models import Extension
from sessions import actions
from sessions.models import Contact, MessagingSession, SavedView, WebhookRequest
from tests.imports.doors import started, uploaded
from tests.sessions.conftest import Post, sid_of

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS, NAME, WORD = "+4915123456789", "Jörg Groß-Ångström", "Fußpilzsalbe"
WRITTEN = "+49 (0) 151 2345-6789"
OTHER = "+14155550199"
PATH = "/contacts/import/"
PARTS = (ADDRESS.removeprefix("+"), "151 2345-6789", "Jörg", "Ångström", WORD, "fußpilz")
TRACES = {form for part in PARTS for form in (part, part.lower(), json.dumps(part)[1:-1])}
CARD = f"BEGIN:VCARD\nVERSION:3.0\nFN:{NAME}\nTEL:{OTHER[:-1]}8\nTEL;TYPE=CELL:{WRITTEN}\nEND:VCARD\n"


def cells() -> Iterator[tuple[str, str]]:
    """Each cell of each table, as the database gives it."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if not table.endswith(("_words_data", "_words_idx", "_words_docsize", "_words_config")):
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
                yield from ((table, _text(cell)) for row in cursor.fetchall() for cell in row)


def _text(cell: Any) -> str:
    return bytes(cell).decode("utf-8", "replace") if isinstance(cell, bytes | memoryview) else str(cell)


def where() -> set[str]:
    """The tables that tell something of the contact."""
    return {table for table, text in cells() if any(trace in text for trace in TRACES)}


def on_disk() -> list[str]:
    if connection.vendor != "sqlite":
        return []  # its tables are read instead
    name = Path(str(connection.settings_dict["NAME"]))
    content = b"".join(one.read_bytes() for one in name.parent.glob(f"{name.name}*") if one.is_file())
    return [trace for trace in TRACES if trace.encode() in content]


@pytest.fixture
def contact(agents: list[Extension], post_inbound: Post, admin_page: Client) -> Contact:
    post_inbound(901, f"Where is my {WORD}?", From=ADDRESS)
    session = MessagingSession.objects.get(contact=ADDRESS)
    actions.pick_up(session, agent=agents[0])
    admin_page.post("/contacts/add/", {"contact": ADDRESS, "name": NAME, "notes": WORD})
    return Contact.objects.get()


def erase() -> None:
    call_command("erase_contact", ADDRESS, "--wait=0", stdout=StringIO())


def assert_nothing_is_left() -> None:
    assert (where(), on_disk()) == (set(), [])


@pytest.fixture
def keeps_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is a large one, which the worker reads."""
    monkeypatch.setattr(taking, "AT_ONCE_BYTES", 0)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("people.csv", f"Number,Name\n{OTHER},Olga\n{WRITTEN},{NAME}\n"),
        ("people.vcf", f"{CARD}BEGIN:VCARD\nVERSION:3.0\nFN:Olga\nTEL:{OTHER}\nEND:VCARD\n"),
    ],
)
def test_file_that_nobody_has_read_yet_loses_the_contact_and_keeps_the_others(
    contact: Contact, admin_page: Client, keeps_all: None, name: str, content: str
) -> None:
    uploaded(admin_page, PATH, content, name=name)
    assert (Source.objects.count(), "imports_source" in where()) == (1, True)
    erase()
    assert_nothing_is_left()
    import_ = Import.objects.get()
    assert (import_.state, import_.name, Source.objects.count()) == ("mapping", name, 0)
    (piece,) = Piece.objects.all()
    assert [[cell for cell in row if cell] for _line, row in piece.rows][1:] == [[OTHER, "Olga"]]


def test_erasure_waits_for_a_file_that_another_worker_reads(
    contact: Contact, admin_page: Client, keeps_all: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows come from the file that it holds until its end."""
    uploaded(admin_page, PATH, f"Number,Name\n{WRITTEN},{NAME}\n", name="people.csv")
    original: Any = storing.store

    def store(pieces: list[Piece]) -> None:
        with pytest.raises(CommandError, match="A file that is being imported is still read"):
            erase()
        original(pieces)

    with monkeypatch.context() as patch:
        patch.setattr(storing, "store", store)
        tasks.run_due()
    assert "imports_piece" in where()
    erase_due()
    assert_nothing_is_left()


def test_file_that_can_t_be_read_keeps_an_erasure_and_no_other(
    contact: Contact, admin_page: Client, keeps_all: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploaded(admin_page, PATH, f"Number,Name\n{WRITTEN},{NAME}\n", name="people.csv")
    with monkeypatch.context() as patch:
        patch.setattr(storing, "pieces_of", lambda *_args: 1 / 0)
        with pytest.raises(CommandError, match="still read"):
            erase()
        assert Source.objects.count() == 1
    erase_due()
    assert_nothing_is_left()


def test_row_that_is_being_stored_does_not_bring_the_contact_back(
    contact: Contact, admin_page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the reading of a piece and its transaction."""
    lines = [f"+1415{2_000_000 + row},Contact {row}" for row in range(150)]
    answer = uploaded(admin_page, PATH, "\n".join(["Number,Name", f"{WRITTEN},{NAME}", *lines]))
    started(admin_page, answer)
    original: Any = running._store

    def store(*args: Any, **options: Any) -> None:
        if Contact.objects.filter(address=ADDRESS).exists():
            erase()
        original(*args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(running, "_store", store)
        tasks.run_due()
    assert_nothing_is_left()
    assert (Contact.objects.count(), Import.objects.get().state) == (150, "done")


def test_file_that_is_called_by_the_name_is_called_so_no_more(contact: Contact, admin_page: Client) -> None:
    uploaded(admin_page, PATH, f"Number,Name\n{OTHER},Olga\n", name="Groß Olga.csv")
    card = CARD.replace(f"TEL:{OTHER[:-1]}8\n", "")
    started(admin_page, uploaded(admin_page, PATH, card, name="Jörg_Groß-Ångström.vcf"))
    assert {"accounts_auditentry", "imports_import"} <= where()
    erase()
    assert set(Import.objects.values_list("name", flat=True)) == {"Groß Olga.csv", "…6789.vcf"}
    assert_nothing_is_left()


def test_scheduled_texts_tabs_and_group_texts_go_or_lose_the_contact(
    contact: Contact, agents: list[Extension], post_inbound: Post
) -> None:
    session = MessagingSession.objects.get(contact=ADDRESS)
    later = timezone.now() + timedelta(days=2)
    actions.reply(session, agent=agents[0], body=f"Your {WORD} is here", due_at=later)
    actions.save_draft(session, agent=agents[0], body=f"More {WORD}")
    post_inbound(902, "To all of you", From=OTHER, OtherRecipients0=ADDRESS, OtherRecipients1="+14155550177")
    for name, query in (("A", f"?q={NAME}"), ("B", f"?q={ADDRESS.replace('+', '%2B')}"), ("C", "?q=Jo")):
        SavedView.objects.create(user=agents[0].user, name=name, query=query)
    assert {"messaging_sessions_webhookrequest", "messaging_sessions_savedview"} <= where()
    erase()
    assert_nothing_is_left()
    assert list(SavedView.objects.values_list("name", flat=True)) == ["C"]
    assert not WebhookRequest.objects.filter(itsp_message_id=sid_of(902)).exists()
    (message,) = MessagingSession.objects.get(contact=OTHER).messages.filter(kind="inbound")
    assert (message.body, message.others) == ("To all of you", "+14155550177")


@pytest.mark.parametrize("cell", [WRITTEN, f"{OTHER} ::: {WRITTEN}", "0151 23456789", "٠٠٤٩١٥١٢٣٤٥٦٧٨٩"])
def test_cell_is_read_as_an_import_reads_it(cell: str, settings: Any) -> None:
    settings.DEFAULT_REGION = "DE"
    assert has_cell(ADDRESS, [cell])
    assert not has_cell(ADDRESS, [cell.replace("6789", "6788").replace("٨٩", "٨٨")])
