"""What went wrong with a file or a row: stored by its code, told in the language of whoever asks."""

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation

from imports import running, taking
from imports.models import Import, Piece
from tests.imports.doors import csv_of, started, uploaded
from tests.imports.test_running import PATH
from tests.languages import made_up
from tests.portal import text_of

pytestmark = pytest.mark.django_db
ROWS = "Name,Mobile\nAda,+1415555012\n,+14155550124\n"
IMPOSSIBLE = "+1415555012 can't be a phone number: check the country code and count the digits."


@pytest.fixture(autouse=True)
def dutch(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(monkeypatch, "nl")


@pytest.fixture
def import_(admin_page: Client, monkeypatch: pytest.MonkeyPatch) -> Import:
    """Of a file that a worker reads, whose language is another one."""
    monkeypatch.setattr(taking, "AT_ONCE_BYTES", 0)
    uploaded(admin_page, PATH, ROWS)
    work()
    started(admin_page, admin_page.get(page_of(Import.objects.get())))
    work()
    return Import.objects.get()


def work() -> None:
    with translation.override("nl"):
        running.run_due()


def page_of(import_: Import) -> str:
    return f"/imports/{import_.pk}/"


def shown(browser: Client) -> str:
    return text_of(browser.get(page_of(Import.objects.get())).content.decode())


def test_faulty_rows_are_told_in_any_language(admin_page: Client, import_: Import) -> None:
    assert import_.faulty == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT faults FROM imports_piece")
        stored = str(cursor.fetchone()[0])
    assert ("number-impossible" in stored, IMPOSSIBLE in stored) == (True, False)
    assert IMPOSSIBLE in shown(admin_page)
    with translation.override("nl"):
        assert f"[{IMPOSSIBLE}]" in shown(admin_page)
        assert "[The name is missing.]" in shown(admin_page)
        rows = csv_of(admin_page.get(f"{page_of(import_)}faulty-rows/"))
    assert [row[-1] for row in rows] == ["Reason", f"[{IMPOSSIBLE}]", "[The name is missing.]"]


def test_file_that_the_worker_can_t_read_is_told_in_any_language(
    admin_page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "AT_ONCE_BYTES", 0)
    uploaded(admin_page, PATH, "Name,Mobile\n")
    work()
    words = "There are no rows. Write them as in the example file."
    assert Import.objects.get().notes == [words]
    assert words in shown(admin_page)
    with translation.override("nl"):
        assert f"[{words}]" in shown(admin_page)


def test_what_was_stored_before_is_shown_as_it_was(admin_page: Client, import_: Import) -> None:
    Piece.objects.update(faults=[[2, ["Ada", "12"], ["Said long ago."]]])
    Import.objects.update(notes=["Noted long ago."])
    with translation.override("nl"):
        page = shown(admin_page)
    assert ("Said long ago." in page, "Noted long ago." in page) == (True, True)


def test_cells_that_look_like_a_code_stay_as_they_are(admin_page: Client, import_: Import) -> None:
    cell = '{"said":"import-pdf"}'
    Piece.objects.update(faults=[[2, [cell], ["Said long ago."]]])
    assert cell in shown(admin_page)
