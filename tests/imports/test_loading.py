"""A large file is read by the worker: the request only keeps it, whatever is in it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from imports import running, storing, taking
from imports.models import Import, Piece, Source
from sessions.models import Contact
from tests.imports.doors import figures_of, meanings_of, started, uploaded
from tests.imports.test_running import PATH, table
from tests.portal import errors_of

pytestmark = pytest.mark.django_db
ROWS = 1_234  # thirteen pieces


class Killed(BaseException):
    """As by a signal: nobody catches it."""


@pytest.fixture
def keeps_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is a large one."""
    monkeypatch.setattr(taking, "AT_ONCE_BYTES", 0)


def cards(count: int) -> str:
    one = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Contact {0}\r\nTEL;TYPE=CELL:+1415{1}\r\nEND:VCARD\r\n"
    return "".join(one.format(row, 2_000_000 + row) for row in range(count))


def what_is_left() -> tuple[int, int]:
    return Source.objects.count(), Piece.objects.count()


def during(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """`act` is done once, when some of the rows are stored."""
    original: Any = storing.pieces_of

    def pieces_of(*args: Any) -> Iterator[list[Piece]]:
        for number, pieces in enumerate(original(*args)):
            if number == 1:
                monkeypatch.setattr(storing, "pieces_of", original)
                act()
            yield pieces

    monkeypatch.setattr(storing, "pieces_of", pieces_of)


@pytest.mark.parametrize(("content", "name"), [(table(12_000), "x.csv"), (cards(3_500), "x.vcf")])
def test_large_file_is_kept_and_read_by_the_worker(admin_page: Client, content: str, name: str) -> None:
    answer = uploaded(admin_page, PATH, content, name=name)
    import_ = answer.context["import"]
    here = f"/imports/{import_.pk}/"
    assert (import_.state, what_is_left()) == ("loading", (1, 0))
    waiting = admin_page.get(here, headers={"HX-Request": "true"}).content.decode()
    assert ("The file is being read" in waiting, 'hx-trigger="every 1s"' in waiting) == (True, True)
    assert f'href="{here}"' in admin_page.get(PATH).content.decode()

    assert running.run_due() is False
    read = admin_page.get(here)
    assert list(meanings_of(read).values()) == ["number", "name"]
    rows = content.count("Contact ")
    assert read.context["import"].count == rows
    assert what_is_left() == (0, (rows + 100) // 100)
    assert Contact.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"Number,Name\n" + b"+14155550123,Ada\n" * 8, "These are more than 7 rows."),
        (b"Number,Name\n" + b"," * 300 + b"x\n", "Line 2 has more than 250 columns."),
        (b"Number,Name\n", "There are no rows."),
        (b'Number,Name\n1,"' + b"x" * 25_000, "A cell of line 2 is longer than any text."),
    ],
    ids=["rows", "columns", "headings", "cell"],
)
def test_large_file_that_cannot_be_read_says_why_on_its_page(
    admin_page: Client, monkeypatch: pytest.MonkeyPatch, keeps_all: None, content: bytes, words: str
) -> None:
    monkeypatch.setattr(storing, "ROWS_MOST", 7)
    import_ = uploaded(admin_page, PATH, content, name="x.csv").context["import"]
    running.run_due()
    page = admin_page.get(f"/imports/{import_.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert ("The file can’t be imported" in page, words in page, "hx-trigger" in page) == (True, True, False)
    import_.refresh_from_db()
    assert (import_.state, what_is_left(), bool(import_.ended_at)) == ("refused", (0, 0), True)
    assert running.run_due() is False


@pytest.mark.parametrize(
    ("path", "content", "words"),
    [
        (PATH, b"PK\x03\x04" + b"x" * 400_000, "This is a workbook"),
        ("/extensions/import/", cards(3_500).encode(), "These are vCards"),
        (PATH, b"<html>" + b"x" * 400_000, "This is a web page"),
    ],
)
def test_what_its_beginning_tells_is_refused_at_once(
    admin_page: Client, path: str, content: bytes, words: str
) -> None:
    answer = uploaded(admin_page, path, content, name="x.csv")
    assert (answer.status_code, words in errors_of(answer.context["form"])["file"][0]) == (422, True)
    assert Import.objects.count() == 0


def test_killed_reader_loses_no_row_and_stores_none_twice(
    admin_page: Client, keeps_all: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_ = uploaded(admin_page, PATH, table(ROWS), name="x.csv").context["import"]

    def dies() -> None:
        raise Killed

    during(monkeypatch, dies)
    with pytest.raises(Killed):
        running.run_due()
    assert what_is_left() == (1, storing.PIECES_AT_ONCE)
    Import.objects.update(held_until=timezone.now())  # as a killed one's is, when it is over
    running.run_due()
    read = admin_page.get(f"/imports/{import_.pk}/")
    started(admin_page, read)
    running.run_due()
    assert figures_of(admin_page.get(f"/imports/{import_.pk}/")) == {"added": ROWS}


def test_whoever_has_lost_the_file_stores_nothing_more(
    admin_page: Client, keeps_all: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It hung, another has read all of it meanwhile."""
    import_ = uploaded(admin_page, PATH, table(ROWS), name="x.csv").context["import"]

    def other() -> None:
        Import.objects.update(held_until=timezone.now())
        assert running.run(Import.objects.get())

    during(monkeypatch, other)
    running.run_due()
    import_.refresh_from_db()
    assert (import_.state, import_.count, what_is_left()) == ("mapping", ROWS, (0, 13))
    assert sum(len(piece.rows) for piece in Piece.objects.all()) == ROWS + 1


def test_file_is_discarded_while_it_is_read(
    admin_page: Client, keeps_all: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_ = uploaded(admin_page, PATH, table(ROWS), name="x.csv").context["import"]
    here = f"/imports/{import_.pk}/cancel/"
    during(monkeypatch, lambda: admin_page.post(here))
    assert running.run_due() is False
    assert (Import.objects.count(), what_is_left()) == (0, (0, 0))


def test_long_paste_is_read_by_the_worker_too(admin_page: Client, keeps_all: None) -> None:
    import_ = uploaded(admin_page, PATH, table(ROWS)).context["import"]
    running.run_due()
    assert admin_page.get(f"/imports/{import_.pk}/").context["import"].count == ROWS
