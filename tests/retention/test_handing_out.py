"""Whoever asks gets all that is kept of them: as a page, as JSON, as CSV, with the files."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import AuditEntry, User
from routing.models import Extension
from sessions import actions
from sessions.models import Attachment, Contact, ContactField, ContactValue, MessagingSession
from sessions.opt_outs import ledger
from tests.factories import CONTACT, Road
from tests.retention.conftest import PNG, Past

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact(
    past: Past, road: Road, agents: list[Extension], administrator: User, settings: Any, tmp_path: Path
) -> Contact:
    settings.MEDIA_ROOT = tmp_path / "media"
    past.session(40, file=True)
    past.session(30, contact="+14155550199")
    contact = Contact.objects.create(address=CONTACT, name="Nadia <b>Okafor", notes="=1+1")
    field = ContactField.objects.create(name="Plan", key="plan")
    ContactValue.objects.create(contact=contact, field=field, value="Gold")
    actions.add_note(MessagingSession.objects.get(contact=CONTACT), agent=agents[0], body="=Knows the door")
    ledger.opt_out(road.number, CONTACT, by=administrator)
    return contact


def opened(archive: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(archive))


def test_archive_has_every_text_status_opt_out_note_and_file(
    contact: Contact, admin_page: Client, administrator: User
) -> None:
    answer: Any = admin_page.post(f"/contacts/{contact.pk}/person/archive/")
    archive = opened(b"".join(answer.streaming_content))
    assert answer["Content-Disposition"] == 'attachment; filename="personal-data.zip"'
    data = json.loads(archive.read("data.json"))
    assert (data["number"], data["address_book"]["fields"]) == (CONTACT, {"Plan": "Gold"})
    assert [entry["opted_out"] for entry in data["opt_outs"]] == [True]
    told = [(text["kind"], text["text"], text["status"], text["by"]) for text in data["texts"]]
    assert told == [
        ("Inbound", "Zebra 1", "", ""),
        ("Outbound", "Okapi 1", "Delivered", "Ada"),
        ("Internal note", "=Knows the door", "", "Ada"),
    ]
    assert data["texts"][1]["attempts"][0]["reported"][0]["status"] == "Delivered"
    (file,) = data["texts"][0]["files"]
    assert archive.read(file["file"]) == PNG
    rows = list(csv.reader(io.StringIO(archive.read("texts.csv").decode("utf-8-sig"))))
    assert [row[4] for row in rows] == ["Text", "Zebra 1", "Okapi 1", "'=Knows the door"]
    page = archive.read("index.html").decode()
    assert "Nadia &lt;b&gt;Okafor" in page
    assert file["file"] in page
    entry = AuditEntry.objects.get(action="handed_out")
    assert (entry.name, entry.user) == ("…0123", administrator)


def test_file_that_the_storage_has_lost_costs_nothing_else(contact: Contact, tmp_path: Path) -> None:
    Path(Attachment.objects.get().file.path).unlink()
    to = tmp_path / "archive.zip"
    call_command("export_contact", CONTACT, str(to), stdout=io.StringIO())
    archive = opened(to.read_bytes())
    assert json.loads(archive.read("data.json"))["texts"][0]["files"][0]["file"] == "missing"
    assert "the file is missing" in archive.read("index.html").decode()


def test_number_that_nobody_knows_has_an_archive_that_says_so(db: None, tmp_path: Path) -> None:
    said, to = io.StringIO(), tmp_path / "archive.zip"
    call_command("export_contact", "+14155550142", str(to), stdout=said)
    assert said.getvalue() == f"{to}. Texts and notes in it: 0.\n"
    assert json.loads(opened(to.read_bytes()).read("data.json"))["texts"] == []
