"""Saying what columns are, in a real browser: from the file to the mended rows, on desktop and phone."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Role
from imports import taking, tasks
from sessions.models import Contact, ContactField
from tests.portal import PASSWORD, make_user
from tests.walking import log_in

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROWS = [
    "Contact,Vorname,Nachname,Mobiltelefon,Telefon privat,Kundenart,Fax,Empfehlung",
    "K-1,Zoë,Müller,+14155550123,(415) 555-0124,Gold,,Messe",
    "K-2,Ada,Lovelace,+14155550125,,Silber,,",
    "K-3,Ben,,12,,Gold,,Web",
]


def complaints_of(page: Page) -> list[str]:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 900)], ids=["phone", "desktop"])
@pytest.mark.long
def test_columns_are_said_rows_are_mended_and_imported(
    live_server: LiveServer, page: Page, tmp_path: Path, width: int, height: int
) -> None:
    make_user("root", Role.ADMINISTRATOR)
    ContactField.objects.create(name="Plan", key="plan", kind="choice", options=["Gold", "Silber"])
    complaints = complaints_of(page)
    page.set_viewport_size({"width": width, "height": height})
    log_in(page, live_server.url, "root", PASSWORD)
    file = tmp_path / "kontakte.csv"
    file.write_bytes("\r\n".join(ROWS).encode("cp1252"))
    page.goto(f"{live_server.url}/contacts/import/")
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_text("3 to be chosen")).to_be_visible()
    expect(page.get_by_label("Vorname")).to_have_value("first")
    expect(page.get_by_text("1 column is empty")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Import 3 rows").click()
    expect(page.get_by_text("Choose what this column is, or leave it out.")).to_have_count(3)

    page.get_by_label("Kundenart").focus()
    page.get_by_label("Kundenart").select_option("Plan")
    expect(page.get_by_text("2 to be chosen")).to_be_visible()
    expect(page.get_by_label("Kundenart")).to_be_focused()  # the page has changed below it
    expect(page.get_by_text("Plan: – → Silber")).to_be_visible()
    page.get_by_role("button", name="Leave all 2 out").click()
    expect(page.get_by_text("to be chosen")).to_have_count(0)
    page.get_by_role("button", name="Import 3 rows").click()

    expect(page.get_by_role("heading", name="The import is done")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert sorted(Contact.objects.values_list("address", flat=True)) == [
        "+14155550123",
        "+14155550124",
        "+14155550125",
    ]
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the faulty rows").click()
    mended = tmp_path / "mended.csv"
    mended.write_text(download.value.path().read_text("utf-8-sig").replace(",12,", ",+14155550126,"))
    page.get_by_role("link", name="Import another file").click()
    page.get_by_label("CSV file").set_input_files(mended)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Reason")).to_have_value("-")
    page.get_by_role("button", name="Leave all").click()
    page.get_by_role("button", name="Import 1 row").click()
    expect(page.get_by_role("heading", name="The import is done")).to_be_visible()
    assert Contact.objects.get(address="+14155550126").name == "Ben"
    assert complaints == [
        "Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"
    ]


def test_progress_is_shown_until_the_result_is_there(
    live_server: LiveServer, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "AT_ONCE_BYTES", 0)  # it is a large one
    make_user("root", Role.ADMINISTRATOR)
    complaints = complaints_of(page)
    log_in(page, live_server.url, "root", PASSWORD)
    page.goto(f"{live_server.url}/contacts/import/")
    rows = [f"+1415{2_000_000 + row},Contact {row}" for row in range(250)]
    page.get_by_label("Or paste the rows").fill("\n".join(["Number,Name", *rows]))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="The file is being read")).to_be_visible()
    tasks.run_due()
    expect(page.get_by_role("heading", name="The first 20 of 250 rows")).to_be_visible()
    page.get_by_role("button", name="Import 250 rows").click()
    expect(page.get_by_text("Rows: 0 of 251")).to_be_visible()
    tasks.run_due()
    expect(page.get_by_role("heading", name="The import is done")).to_be_visible()
    page.goto(f"{live_server.url}/contacts/import/")
    page.get_by_role("link", name="Pasted rows 250 rows").click()
    expect(page.get_by_role("heading", name="The import is done")).to_be_visible()
    assert complaints == []
