"""Of a contact with much, the worker makes the archive: with its progress on the page, kept for a while."""

import gc
import json
import tempfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, Role, User
from retention.models import HandOut
from retention.persons import archives, gathered, handing_out, holds
from retention.tasks import clear_leftovers, erase_due, make_archives
from sessions.models import Contact, Message, MessagingSession
from sessions.tasks import remove_files
from tests.factories import CONTACT
from tests.portal import logged_in, make_user, text_of
from tests.retention.conftest import PNG, Past

pytestmark = pytest.mark.django_db(transaction=True)
TEXTS = 450


class Killed(BaseException):
    """As by a signal: nobody catches it."""


def add_notes(session: MessagingSession, bodies: Iterable[str]) -> None:
    told = {"session": session, "kind": "note", "created_at": timezone.now()}
    Message.objects.bulk_create(Message(body=body, **told) for body in bodies)


@pytest.fixture
def contact(past: Past, settings: Any, tmp_path: Path) -> Contact:
    settings.MEDIA_ROOT, settings.DATA_DIR = tmp_path / "media", tmp_path
    session = past.session(40, file=True)
    add_notes(session, (f"Note {n}" for n in range(TEXTS - 2)))
    return Contact.objects.create(address=CONTACT, name="Nadia")


@pytest.fixture
def path(contact: Contact) -> str:
    return f"/contacts/{contact.pk}/person/archive/"


def shown(page: Client, path: str) -> str:
    return text_of(page.get(path, headers={"HX-Request": "true"}).content.decode())


def stored() -> list[str]:
    folder = "personal-data"
    return default_storage.listdir(folder)[1] if default_storage.exists(folder) else []


def during(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """`act` is done once, when some of the texts are in the archive."""
    original = gathered.texts_of

    def texts_of(address: str) -> Iterator[Any]:
        for number, texts in enumerate(original(address)):
            if number == 1:
                monkeypatch.setattr(handing_out, "texts_of", original)
                monkeypatch.setattr(archives, "SAYS_EVERY_S", 0.0)
                act()
            yield texts

    monkeypatch.setattr(handing_out, "texts_of", texts_of)


def killed() -> None:
    raise Killed


def test_large_archive_is_made_by_the_worker_and_downloaded_later(
    contact: Contact, admin_page: Client, administrator: User, path: str, settings: Any
) -> None:
    settings.EMAIL_IS_SET, administrator.email = True, "root@example.com"
    administrator.save()
    asked = admin_page.post(path)
    assert (asked.status_code, asked["Location"]) == (302, f"/contacts/{contact.pk}/person/")
    assert f"Texts and notes: 0 of {TEXTS}" in shown(admin_page, path)
    admin_page.post(path)  # twice is once
    assert AuditEntry.objects.filter(action="handed_out").count() == 0
    make_archives()
    assert "It is ready" in shown(admin_page, path)
    (told,) = mail.outbox
    assert (told.to, told.subject) == (["root@example.com"], "An archive that you asked for is ready")
    assert f"{settings.PUBLIC_URL}/contacts/{contact.pk}/person/" in told.body
    answer: Any = admin_page.post(path)
    archive = zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content)))
    data = json.loads(archive.read("data.json"))
    assert [text["text"] for text in data["texts"]] == [
        *("Zebra 1", "Okapi 1"),
        *(f"Note {n}" for n in range(TEXTS - 2)),
    ]
    assert archive.read(data["texts"][0]["files"][0]["file"]) == PNG
    assert len(archive.read("texts.csv").decode().splitlines()) == TEXTS + 1
    assert archive.read("index.html").decode().count("<li>") >= TEXTS
    entry = AuditEntry.objects.get(action="handed_out")
    assert (entry.name, entry.user) == ("…0123", administrator)


def test_others_neither_ask_nor_download(contact: Contact, admin_page: Client, path: str) -> None:
    admin_page.post(path)
    make_archives()
    agent = logged_in(make_user("vera", Role.AGENT))
    assert [agent.post(path).status_code, agent.get(path).status_code] == [404, 404]


def test_killed_worker_s_archive_is_begun_anew_and_leaves_no_file(
    contact: Contact, admin_page: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin_page.post(path)
    save = default_storage.save

    def dies_after(name: str, content: Any) -> str:
        save(name, content)
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(default_storage, "save", dies_after)
        make_archives()
    assert len(stored()) == 1
    make_archives()
    assert HandOut.objects.get().state == "waiting"  # it may live still
    HandOut.objects.update(held_until=timezone.now())
    make_archives()
    remove_files()
    row = HandOut.objects.get()
    assert (row.state, row.tries, [f"personal-data/{name}" for name in stored()]) == ("ready", 2, [row.file])


def test_whoever_has_lost_it_makes_nothing_of_it(
    contact: Contact, admin_page: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin_page.post(path)
    during(monkeypatch, lambda: HandOut.objects.update(holder="other"))
    make_archives()
    assert (HandOut.objects.get().state, stored(), mail.outbox) == ("waiting", [], [])


def test_what_can_not_be_made_is_given_up_and_said(
    contact: Contact, admin_page: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin_page.post(path)
    with monkeypatch.context() as patch:
        patch.setattr(handing_out, "person", lambda _address: 1 / 0)
        for _try in range(archives.TRIES_MOST):
            HandOut.objects.update(held_until=None)
            make_archives()
    assert "The archive could not be made" in shown(admin_page, path)
    admin_page.post(path)
    make_archives()
    assert HandOut.objects.get().state == "ready"


def test_archive_is_made_anew_on_demand_and_expires(
    contact: Contact, admin_page: Client, path: str, later: Callable[[float], None], settings: Any
) -> None:
    admin_page.post(path)
    make_archives()
    first = HandOut.objects.get().file
    admin_page.post(path, {"anew": "1"})
    make_archives()
    assert HandOut.objects.get().file != first
    clear_leftovers()
    remove_files()
    assert len(stored()) == 1
    later(settings.HAND_OUT_H / 24 + 0.01)
    assert "It is ready" not in shown(admin_page, path)
    clear_leftovers()
    remove_files()
    assert (HandOut.objects.count(), stored()) == (0, [])


def test_erasure_takes_the_archive_along(contact: Contact, admin_page: Client, path: str) -> None:
    admin_page.post(path)
    make_archives()
    assert len(stored()) == 1
    call_command("erase_contact", CONTACT, stdout=StringIO())
    assert (HandOut.objects.count(), stored()) == (0, [])


def test_erasure_waits_until_a_worker_has_given_the_archive_up(
    contact: Contact, admin_page: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin_page.post(path)

    def erased() -> None:
        with pytest.raises(CommandError, match="is still being made: it is given up"):
            call_command("erase_contact", CONTACT, "--wait=0", stdout=StringIO())

    during(monkeypatch, erased)
    make_archives()
    assert (HandOut.objects.get().state, stored()) == ("cancelled", [])
    erase_due()
    assert (HandOut.objects.count(), Contact.objects.count()) == (0, 0)


def test_erasure_that_was_given_up_leaves_the_archive_to_be_asked_for(
    contact: Contact, admin_page: Client, path: str
) -> None:
    admin_page.post(path)
    HandOut.objects.update(state="cancelled", held_until=timezone.now() - timedelta(seconds=1))
    holds.put(CONTACT, reason="")
    admin_page.post(path)
    make_archives()
    assert HandOut.objects.get().state == "ready"


@pytest.mark.long
def test_memory_does_not_grow_with_the_texts(contact: Contact, past: Past) -> None:
    session = MessagingSession.objects.get()
    most = []
    for texts in (300, 1_200):
        add_notes(session, ("x" * 10_000 for _text in range(texts)))
        most.append(_memory_of(CONTACT))
    assert most[1] < 1.5 * most[0]


def _memory_of(address: str) -> int:
    """The most that was held at once while its archive was made."""
    tracemalloc.start()
    try:
        with tempfile.TemporaryFile() as file:
            handing_out.write_archive(address, file, reach=lambda count: count % 50 or gc.collect())
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
