"""Rows are stored by the worker, a piece at a time, and never twice; and what became of them is told."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import AuditEntry, Role, User
from imports import retention, running, tasks
from imports.models import Import, Piece
from retention.tasks import sweep
from routing.models import Extension
from sessions.contacts.importing import ContactImport
from sessions.models import Contact, Event
from sessions.opened import open_session
from tests.factories import make_agent, make_queue, make_road
from tests.imports.doors import csv_of, faults_of, figures_of, imported, started, uploaded
from tests.portal import logged_in, make_user, rows_of

pytestmark = pytest.mark.django_db
PATH = "/contacts/import/"
ROWS = 350  # four pieces


def table(rows: int = ROWS, *, more: str = "") -> str:
    lines = [f"+1415{2_000_000 + row},Contact {row}" for row in range(rows)]
    return "\n".join(["Number,Name", *lines, more])


def begun(page: Client, text: str) -> Import:
    answer = started(page, uploaded(page, PATH, text))
    assert answer.context["import"].state == "running"
    import_: Import = answer.context["import"]
    return import_


def test_large_file_is_stored_by_the_worker_with_its_progress_on_the_page(admin_page: Client) -> None:
    import_ = begun(admin_page, table())
    here = f"/imports/{import_.pk}/"
    assert Contact.objects.count() == 0
    waiting = admin_page.get(here, headers={"HX-Request": "true"}).content.decode()
    assert 'value="0"' in waiting
    assert 'hx-trigger="every 1s"' in waiting
    tasks.run_due()
    assert Contact.objects.count() == ROWS
    assert [piece.rows for piece in Piece.objects.all()] == [[]] * 4  # what is stored is not kept here, too
    done = admin_page.get(here, headers={"HX-Request": "true"})
    assert figures_of(done) == {"added": ROWS}
    assert "hx-trigger" not in done.content.decode()
    again = begun(admin_page, table())
    tasks.run_due()
    assert figures_of(admin_page.get(f"/imports/{again.pk}/")) == {"unchanged": ROWS}


def test_small_file_is_done_with_the_answer(admin_page: Client) -> None:
    assert figures_of(imported(admin_page, PATH, table(100))) == {"added": 100}


def test_twin_is_refused_however_far_apart_and_across_a_restart(admin_page: Client) -> None:
    """What was seen before is known to whoever goes on."""
    import_ = begun(admin_page, table(more="+14152000000,Somebody else"))
    original = running._run_piece

    def dies(reading: Any, piece: Piece, holder: str) -> None:
        if piece.position == 2:
            raise SystemExit
        original(reading, piece, holder)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(running, "_run_piece", dies)
        running.run_due()
    import_.refresh_from_db()
    assert (import_.state, import_.added) == ("running", 199)
    running.run_due()
    import_.refresh_from_db()
    assert (import_.state, import_.added, import_.faulty) == ("done", ROWS, 1)
    assert faults_of(admin_page.get(f"/imports/{import_.pk}/")) == [
        "The number stands in line 2 already. Remove one of the two."
    ]


def test_only_one_stores_an_import_and_another_goes_on_when_the_lease_is_over(admin_page: Client) -> None:
    import_ = begun(admin_page, table())
    Import.objects.update(holder="other", held_until=timezone.now() + timedelta(seconds=30))
    assert (running.run(import_), list(running.due())) == (False, [])
    Import.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    assert running.run(import_) is True
    assert Contact.objects.count() == ROWS


def test_whoever_has_lost_the_import_stores_nothing_more(admin_page: Client) -> None:
    """A worker that hung longer than its lease, while another one goes on."""
    import_ = begun(admin_page, table())
    original = running._store

    def slow(reading: Any, piece: Piece, *rest: Any, **options: Any) -> None:
        if piece.position == 1 and Import.objects.get().holder != "other":
            Import.objects.update(holder="other")
        original(reading, piece, *rest, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "_store", slow)
        assert running.run(import_) is True
    assert Contact.objects.count() == 99  # the first piece holds the headings
    assert Piece.objects.filter(done_at=None).count() == 3


def test_cancelling_keeps_what_is_stored_and_says_what_was_left(admin_page: Client) -> None:
    import_ = begun(admin_page, table())
    original = running._run_piece

    def stops_after_two(reading: Any, piece: Piece, holder: str) -> None:
        if piece.position == 2:
            admin_page.post(f"/imports/{import_.pk}/cancel/")
        original(reading, piece, holder)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "_run_piece", stops_after_two)
        running.run_due()
    answer = admin_page.get(f"/imports/{import_.pk}/")
    assert figures_of(answer) == {"added": 199}
    assert "151 rows were left out." in answer.content.decode()
    assert Contact.objects.count() == 199
    assert running.run_due() is False


def test_unstarted_import_is_discarded(admin_page: Client) -> None:
    answer = uploaded(admin_page, PATH, table(3))
    pk = answer.context["import"].pk
    assert admin_page.post(f"/imports/{pk}/cancel/", follow=True).redirect_chain == [(PATH, 302)]
    assert (Import.objects.count(), Piece.objects.count()) == (0, 0)


def test_import_is_one_line_of_the_audit_log(admin_page: Client) -> None:
    import_ = begun(admin_page, table(more=",Nobody"))
    tasks.run_due()
    entry = AuditEntry.objects.exclude(kind="accounts.user").get()
    assert (entry.username, entry.address, entry.kind, entry.object_id) == (
        "root",
        "127.0.0.1",
        "imports.import",
        import_.pk,
    )
    [row] = [row for row in rows_of(admin_page.get("/audit/")) if "Contacts: Pasted rows" in " ".join(row)]
    assert [words for words in row if "Rows added" in words and "350" in words and "→" not in words]


def test_faulty_rows_come_back_as_a_file_that_can_be_mended_and_imported(admin_page: Client) -> None:
    text = "\n".join(
        ["Name;Mobile;Notes", '=cmd|calc;12;"two\nlines"', "Ben;+14155550124;", ";+14155550125;-1+1"]
    )
    answer = imported(admin_page, PATH, text)
    assert figures_of(answer) == {"added": 1, "faulty": 2}
    rows = csv_of(admin_page.get(f"/imports/{answer.context['import'].pk}/faulty-rows/"))
    assert rows == [
        ["Name", "Mobile", "Notes", "Reason"],
        [
            "'=cmd|calc",
            "12",
            "two\nlines",
            "“12” is not a phone number of US. Enter it as + and country code, for example +25402161183.",
        ],
        ["", "'+14155550125", "'-1+1", "The name is missing."],
    ]
    rows[1][1], rows[2][0] = "+14155550123", "Cleo"
    mended = io.StringIO()
    csv.writer(mended).writerows(rows)
    again = uploaded(admin_page, PATH, mended.getvalue().encode("utf-8-sig"))
    assert again.context["form"].open_count == 0
    assert figures_of(started(admin_page, again)) == {"added": 2}
    assert list(Contact.objects.order_by("address").values_list("name", "notes")) == [
        ("=cmd|calc", "two\nlines"),
        ("Ben", ""),
        ("Cleo", "-1+1"),
    ]


def test_faulty_rows_of_a_file_without_headings_get_some(admin_page: Client) -> None:
    answer = imported(admin_page, PATH, "+14155550123,Ada,\n12,Ben,late\n")
    rows = csv_of(admin_page.get(f"/imports/{answer.context['import'].pk}/faulty-rows/"))
    assert [row[:3] for row in rows] == [["Number", "Name", "Notes"], ["12", "Ben", "late"]]
    mended = "\n".join(",".join(row[:3]) for row in rows).replace("12,", "+14155550124,")
    assert figures_of(imported(admin_page, PATH, mended)) == {"added": 1}


def test_row_that_cannot_be_stored_costs_those_beside_it_nothing(
    admin_page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else always is faster with one of them."""
    store = ContactImport.store

    def taken(self: ContactImport, rows: Any, *, by: User) -> Any:
        if any(row.name == "Contact 7" for row in rows):
            raise IntegrityError
        return store(self, rows, by=by)

    monkeypatch.setattr(ContactImport, "store", taken)
    answer = imported(admin_page, PATH, table(20))
    assert figures_of(answer) == {"added": 19, "faulty": 1}
    assert [one.line for one in answer.context["faults"]] == [9]
    assert Contact.objects.count() == 19


def test_piece_that_breaks_the_worker_each_time_ends_as_faulty_rows(
    admin_page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect of ours must not be tried for ever."""
    read = ContactImport.read

    def broken(self: ContactImport, cells: Any, seen: Any) -> Any:
        rows = read(self, cells, seen)
        if any(row.name == "Contact 150" for row in rows):
            raise RuntimeError
        return rows

    import_ = begun(admin_page, table())
    monkeypatch.setattr(ContactImport, "read", broken)
    for _nudge in range(3):
        with pytest.raises(RuntimeError):
            running.run_due()
        assert running.due().exists()  # nobody waits for a lease
    running.run_due()
    import_.refresh_from_db()
    assert (import_.state, import_.added, import_.faulty) == ("done", ROWS - 100, 100)


def test_new_names_are_told_to_open_sessions_and_others_are_not(admin_page: Client) -> None:
    agent = make_agent("1001")
    road = make_road(make_queue(agent), agent)
    for address in ("+14155550123", "+14155550124"):
        open_session(road.number, address, at=timezone.now())
    Contact.objects.create(address="+14155550124", name="Ben")
    Event.objects.all().delete()
    imported(admin_page, PATH, "Number,Name,Notes\n+14155550123,Ada,\n+14155550124,Ben,late\n")
    assert [event.session.contact for event in Event.objects.select_related("session")] == ["+14155550123"]


def test_piece_costs_the_same_statements_with_few_rows_and_many(admin_page: Client) -> None:
    def statements(path: str, text: str) -> int:
        answer = uploaded(admin_page, path, text)
        with CaptureQueriesContext(connection) as captured:
            started(admin_page, answer)
        return len(captured)

    make_queue(name="Support")
    people = "Extension,Name,Login,Queues\n"
    few = people + "".join(f"{row},Ada,a{row},Support\n" for row in range(100, 102))
    many = people + "".join(f"{row},Ada,a{row},Support\n" for row in range(200, 222))
    statements("/extensions/import/", people + "99,Ada,a99,Support\n")
    assert statements("/extensions/import/", few) == statements("/extensions/import/", many)
    changed = many.replace("Ada", "Eve").replace("Support", "")
    assert statements("/extensions/import/", few.replace("Ada", "Eve").replace("Support", "")) == statements(
        "/extensions/import/", changed
    )
    statements(PATH, table(1))
    assert statements(PATH, table(2)) == statements(PATH, table(90))


def test_links_of_new_logins_are_downloaded_once_and_work(admin_page: Client, settings: Settings) -> None:
    settings.EMAIL_IS_SET = True
    text = "Extension,Name,Login,E-mail\n1001,Ada,ada,ada@example.com\n1002,Ben,ben,\n1003,=Eve,eve,\n"
    answer = imported(admin_page, "/extensions/import/", text)
    assert "2 new logins need their links" in answer.content.decode()
    here = f"/imports/{answer.context['import'].pk}/links/"
    rows = csv_of(admin_page.post(here))
    assert [row[:3] for row in rows] == [
        ["Name", "Username", "E-mail"],
        ["Ben", "ben", ""],
        ["'=Eve", "eve", ""],
    ]
    path = "/" + rows[1][3].split("/", 3)[3]
    assert "ben" in Client().get(path).content.decode()
    assert [admin_page.get(here).status_code, admin_page.post(here).status_code] == [405, 302]
    page = admin_page.get(here.removesuffix("links/")).content.decode()
    assert "The links were downloaded on" in page
    assert "Download the links" not in page


def test_only_one_of_two_at_once_gets_the_links(admin_page: Client) -> None:
    answer = imported(admin_page, "/extensions/import/", "Extension,Name,Login\n1001,Ada,ada\n")
    here = f"/imports/{answer.context['import'].pk}/links/"
    assert [admin_page.post(here).status_code for _try in range(2)] == [200, 302]


def test_supervisor_sees_imports_of_contacts_and_no_others(admin_page: Client) -> None:
    contacts = imported(admin_page, PATH, table(1)).context["import"]
    people = imported(admin_page, "/extensions/import/", "Extension,Name,Login\n1001,Ada,ada\n").context[
        "import"
    ]
    vera = logged_in(make_user("vera", Role.SUPERVISOR))
    for part in ("", "faulty-rows/"):
        assert [vera.get(f"/imports/{one.pk}/{part}").status_code for one in (contacts, people)] == [200, 404]
    for part in ("cancel/", "links/"):
        assert vera.post(f"/imports/{people.pk}/{part}").status_code == 404
    agent = logged_in(Extension.objects.get().user)
    assert agent.get(f"/imports/{contacts.pk}/").status_code == 404


def test_old_imports_are_forgotten_and_running_ones_are_not(admin_page: Client, settings: Settings) -> None:
    for pk in range(3):
        uploaded(admin_page, PATH, table(pk + 1))
    old, unstarted, young = Import.objects.order_by("pk")
    long_ago = timezone.now() - timedelta(days=settings.IMPORT_DAYS, hours=1)
    Import.objects.filter(pk=old.pk).update(state="done", ended_at=long_ago)
    Import.objects.filter(pk=unstarted.pk).update(created_at=long_ago)
    running_one = begun(admin_page, table())
    Import.objects.filter(pk=running_one.pk).update(created_at=long_ago)
    sweep()
    assert list(Import.objects.order_by("pk")) == [young, running_one]
    assert set(Piece.objects.values_list("import_of", flat=True)) == {young.pk, running_one.pk}
    assert retention.UNSTARTED_H < 24 * settings.IMPORT_DAYS


def test_channel_that_is_deleted_meanwhile_ends_its_import(admin_page: Client) -> None:
    agent = make_agent("1001")
    road = make_road(agent, agent)
    rows = [f"+1415{3_000_000 + row},Extension,1001" for row in range(120)]
    path = f"/channels/{road.channel.pk}/import/"
    answer = uploaded(admin_page, path, "\n".join(["Number,Destination type,Destination", *rows]))
    started(admin_page, answer)
    road.channel.archived_at = timezone.now()
    road.channel.save()
    running.run_due()
    import_ = Import.objects.get()
    assert (import_.state, import_.notes) == (
        "cancelled",
        ["What it should be imported into was deleted."],
    )
    assert running.run_due() is False
