"""Nothing is left of a contact that is erased: in the database, its raw files, the media, and Valkey."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import redis
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, User
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.texts import InboundSms
from imports.models import Piece
from retention.models import Erasure, ending_of
from retention.persons import erasing, holds, journal
from retention.persons.mentions import has_cell
from retention.tasks import erase_due
from routing.models import Extension
from sessions import actions, events
from sessions.models import (
    Attempt,
    Contact,
    ContactField,
    Draft,
    ErasedText,
    Lane,
    Message,
    MessagingSession,
    OptOutEntry,
    SavedView,
    WebhookRequest,
)
from sessions.opened import open_session
from sessions.opt_outs import ledger
from sessions.receiving import intake, spool
from sessions.receiving.fetched import Fetched, arrival_of
from stats import counting
from stats.queries import counts_by_channel
from tests.factories import CONTACT, Road
from tests.imports.doors import uploaded
from tests.portal import messages_of
from tests.retention.conftest import Past
from tests.retention.test_sweeping import counts_are_right
from tests.sessions.conftest import Post, sid_of

pytestmark = pytest.mark.django_db(transaction=True)
NAME, WORD = "Zebulon Quagga", "xylographer"
OTHER = "+14155550199"
TRACES = (CONTACT.removeprefix("+"), "Zebulon", "zebulon", WORD)


@pytest.fixture
def known(
    past: Past,
    road: Road,
    agents: list[Extension],
    post_inbound: Post,
    admin_page: Client,
    settings: Any,
    tmp_path: Path,
    redis_client: "redis.Redis",
) -> Contact:
    """A contact of whom there is something everywhere, and another one."""
    settings.MEDIA_ROOT = tmp_path
    past.session(40, texts=2, file=True)
    past.session(30, contact=OTHER, texts=2)
    post_inbound(901, f"Hello {WORD}")
    post_inbound(902, "Hello", From=OTHER)
    session = MessagingSession.objects.get(contact=CONTACT, closed_at=None)
    actions.pick_up(session, agent=agents[0])
    actions.add_note(session, agent=agents[0], body=f"A {WORD}, says {NAME}")
    actions.save_draft(session, agent=agents[0], body=WORD)
    field = ContactField.objects.create(name="Trade", key="trade")
    admin_page.post("/contacts/add/", {"contact": CONTACT, "name": NAME, "notes": WORD})
    contact = Contact.objects.get()
    admin_page.post(
        f"/contacts/{contact.pk}/edit/", {"name": NAME, "notes": "New", f"field_{field.pk}": WORD}
    )
    WebhookRequest.objects.create(
        channel=road.channel,
        outcome="failed",
        received_at=timezone.now(),
        contact=CONTACT,
        body=WORD.encode(),
    )
    WebhookRequest.objects.create(
        channel=road.channel,
        kind="status",
        outcome="processed",
        received_at=timezone.now(),
        body=b"To=%2B14155550123&MessageStatus=delivered",
    )
    WebhookRequest.objects.create(
        channel=road.channel,
        kind="text",
        outcome="held",
        received_at=timezone.now(),
        contact=OTHER,
        body=b"1",
    )
    uploaded(admin_page, "/contacts/import/", f"Number,Name\n{CONTACT},{NAME}\n{OTHER},Olga\n")
    Message.objects.filter(session__contact=OTHER).update(others=f"{CONTACT}\n+14155550177")
    SavedView.objects.create(user=agents[0].user, name="Mine", query="q=%2B14155550123")
    counting.fold()
    return contact


def traces() -> list[str]:
    """Where something of the contact stands, in any column of any table."""
    found = []
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for table in tables:
            if table.endswith(("_words_data", "_words_idx", "_words_docsize", "_words_config")):
                continue
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            for row in cursor.fetchall():
                text = " ".join(
                    bytes(cell).decode("utf-8", "replace")
                    if isinstance(cell, bytes | memoryview)
                    else str(cell)
                    for cell in row
                )
                found += [f"{table}: {trace}" for trace in TRACES if trace in text]
    return found


def traces_on_disk(folder: Path) -> list[str]:
    """In the raw files of SQLite and in the folder of files; PostgreSQL's tables are read instead."""
    files = [one for one in folder.rglob("*") if one.is_file()]
    if connection.vendor == "sqlite":
        name = Path(str(connection.settings_dict["NAME"]))
        files += [one for one in name.parent.glob(f"{name.name}*") if one.is_file()]
    return [f"{one.name}: {trace}" for one in files for trace in TRACES if trace.encode() in one.read_bytes()]


def ask(page: Client, contact: Contact) -> Any:
    return page.post(f"/contacts/{contact.pk}/person/erase/", follow=True)


def test_erased_contact_leaves_nothing(
    known: Contact, admin_page: Client, administrator: User, tmp_path: Path, redis_client: "redis.Redis"
) -> None:
    assert {one.partition(":")[0] for one in traces()} >= {
        "accounts_auditentry",
        "imports_piece",
        "messaging_sessions_webhookrequest",
        "messaging_sessions_savedview",
        "messaging_sessions_draft",
        "messaging_sessions_contactvalue",
    }
    counts = counts_by_channel(None, None)
    mine = set(MessagingSession.objects.filter(contact=CONTACT).values_list("pk", flat=True))
    answer = ask(admin_page, known)
    assert messages_of(answer) == ["The data are being erased. The list below says when that is done."]
    erase_due()
    assert traces() == []
    assert traces_on_disk(tmp_path) == []
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []
    assert counts_by_channel(None, None) == counts
    assert counts_are_right()
    entries: Any = redis_client.xrange(events.STREAM)
    stream = [json.loads(fields["event"])["session"] for _id, fields in entries]
    assert not mine & {*stream}
    assert set(MessagingSession.objects.values_list("contact", flat=True)) == {OTHER}
    assert set(Message.objects.values_list("others", flat=True)) == {"+14155550177"}
    assert WebhookRequest.objects.filter(contact=OTHER, outcome="held").exists()
    assert [[cells[1] for _line, cells in piece.rows] for piece in Piece.objects.all()] == [["Name", "Olga"]]
    entry = AuditEntry.objects.get(action="erased")
    assert (entry.name, entry.user, entry.kind) == ("…0123", administrator, "retention.erasure")
    erasure = Erasure.objects.get()
    assert (erasure.address, erasure.ending, erasure.done_at is not None) == ("", "…0123", True)
    assert "…0123" in admin_page.get("/retention/").content.decode()


def test_command_erases_at_once_and_writes_the_database_anew(known: Contact, tmp_path: Path) -> None:
    said = StringIO()
    call_command("erase_contact", CONTACT, "--vacuum", stdout=said)
    assert said.getvalue() == "All data of …0123 are erased.\n"
    assert (traces(), traces_on_disk(tmp_path)) == ([], [])
    call_command("erase_contact", CONTACT, stdout=said)  # twice is harmless


def test_opt_out_stays_and_is_obeyed(
    known: Contact, road: Road, agents: list[Extension], post_inbound: Post, admin_page: Client
) -> None:
    post_inbound(903, "START")
    post_inbound(904, "STOP")
    page = admin_page.get(f"/contacts/{known.pk}/person/")
    assert "The contact has opted out." in page.content.decode()
    ask(admin_page, known)
    erase_due()
    entry = OptOutEntry.objects.get()
    assert (entry.contact, entry.opted_out, entry.itsp_message_id) == (CONTACT, True, "")
    assert {one.partition(":")[0] for one in traces()} == {"messaging_sessions_optoutentry"}
    with pytest.raises(actions.OptedOut):
        actions.start_session(agent=agents[0], number=road.number, contact=CONTACT, body="Hi")


def test_opt_in_is_forgotten(known: Contact, road: Road, administrator: User) -> None:
    ledger.opt_out(road.number, CONTACT, by=administrator)
    ledger.reopen(OptOutEntry.objects.get(), by=administrator)
    call_command("erase_contact", CONTACT, stdout=StringIO())
    assert OptOutEntry.objects.count() == 0


def test_text_that_comes_later_begins_anew(known: Contact, post_inbound: Post) -> None:
    call_command("erase_contact", CONTACT, stdout=StringIO())
    post_inbound(950, "Me again")
    session = MessagingSession.objects.get(contact=CONTACT)
    assert [message.body for message in session.messages.all()] == ["Me again"]


def test_text_that_the_itsp_still_lists_does_not_come_back(
    known: Contact, road: Road, post_inbound: Post
) -> None:
    call_command("erase_contact", CONTACT, stdout=StringIO())
    assert ErasedText.objects.filter(itsp_message_id=sid_of(901)).exists()
    for number, body in ((901, f"Hello {WORD}"), (951, "New")):
        sms = InboundSms(
            account_id=road.channel.credentials["account_sid"],
            itsp_message_id=sid_of(number),
            sender=CONTACT,
            recipient=road.number.address,
            body=body,
        )
        at = timezone.now() - timedelta(hours=1)
        intake.take_in_fetched([arrival_of(road.channel, Fetched(sms, at), now=timezone.now())])
    assert [message.body for message in Message.objects.filter(session__contact=CONTACT)] == ["New"]


def test_what_is_reported_later_is_swept_up(known: Contact, road: Road) -> None:
    call_command("erase_contact", CONTACT, stdout=StringIO())
    WebhookRequest.objects.create(
        channel=road.channel,
        itsp_message_id=sid_of(901),
        outcome="ignored",
        received_at=timezone.now(),
        body=b"x",
    )
    erase_due()
    assert not WebhookRequest.objects.filter(itsp_message_id=sid_of(901)).exists()


@pytest.mark.parametrize("status", ["sending", "unknown", "accepted"])
@pytest.mark.long
def test_erasure_waits_for_what_is_on_its_way(
    known: Contact, road: Road, agents: list[Extension], admin_page: Client, status: str
) -> None:
    session = MessagingSession.objects.get(contact=CONTACT, closed_at=None)
    waiting = actions.reply(session, agent=agents[0], body=WORD)
    sent = actions.reply(session, agent=agents[0], body=WORD)
    Attempt.objects.filter(message=sent).update(status=status)
    Lane.objects.filter(contact=CONTACT).update(in_flight=sent.attempts.get(), head=waiting.attempts.get())
    ask(admin_page, known)
    erase_due()
    assert waiting.attempts.get().status == DeliveryStatus.CANCELLED
    page = admin_page.get(f"/contacts/{known.pk}/person/").content.decode()
    assert "That waits for 1 text that is on its way: PBX asks the ITSP what became of it." in page
    with pytest.raises(CommandError, match="on their way still: 1"):
        call_command("erase_contact", CONTACT, "--wait=0")
    Attempt.objects.filter(message=sent).update(status="failed")
    erase_due()
    assert traces() == []


def test_hold_keeps_everything_until_it_is_lifted(known: Contact, admin_page: Client) -> None:
    path = f"/contacts/{known.pk}/person"
    admin_page.post(f"{path}/hold/", {"reason": "Lawsuit"})
    assert ask(admin_page, known).status_code == 409
    with pytest.raises(CommandError, match="on legal hold"):
        call_command("erase_contact", CONTACT)
    with pytest.raises(erasing.OnHold):
        erasing.ask(CONTACT, by=None)
    assert Contact.objects.count() == 1
    assert "Lawsuit" in admin_page.get(f"{path}/").content.decode()
    admin_page.post(f"{path}/lift/")
    entries = AuditEntry.objects.filter(kind="retention.legalhold").order_by("pk")
    assert [(entry.action, entry.name) for entry in entries] == [("created", "…0123"), ("deleted", "…0123")]
    ask(admin_page, known)
    erase_due()
    assert traces() == []


def test_hold_that_is_put_while_an_erasure_waits_stops_it(known: Contact, admin_page: Client) -> None:
    ask(admin_page, known)
    holds.put(CONTACT, reason="")
    erase_due()
    assert Contact.objects.count() == 1
    admin_page.post(f"/retention/erasures/{Erasure.objects.get().pk}/withdraw/")
    assert Erasure.objects.count() == 0


def test_spooled_text_goes_too(
    known: Contact, post_inbound: Post, monkeypatch: pytest.MonkeyPatch, redis_client: "redis.Redis"
) -> None:
    def away(_arrivals: Any) -> None:
        raise OperationalError("away")

    with monkeypatch.context() as patched:
        patched.setattr(intake, "take_in", away)
        post_inbound(960, WORD)
    assert redis_client.xlen(spool.TEXTS) + redis_client.xlen(spool.UNVERIFIED) == 1
    call_command("erase_contact", CONTACT, stdout=StringIO())
    assert traces() == []
    assert redis_client.xlen(spool.TEXTS) + redis_client.xlen(spool.UNVERIFIED) == 0


@pytest.mark.parametrize("contact", ["24273", "ACME", "+4512345"])
def test_short_numbers_and_names_are_erased_and_nobody_who_is_like_them(
    past: Past, road: Road, post_inbound: Post, contact: str
) -> None:
    past.session(40, contact=contact, status=DeliveryStatus.UNDELIVERED)
    post_inbound(970, "Hello", From=contact)
    post_inbound(971, f"My code is {contact}", From=OTHER)
    post_inbound(972, "Hello", From=f"{contact}9")
    counting.fold()
    call_command("erase_contact", contact, stdout=StringIO())
    assert set(MessagingSession.objects.values_list("contact", flat=True)) == {OTHER, f"{contact}9"}
    assert set(WebhookRequest.objects.values_list("contact", flat=True)) == {OTHER, f"{contact}9"}
    assert counts_are_right()


def test_two_at_once_are_one(past: Past) -> None:
    first = erasing.ask(CONTACT, by=None)
    assert erasing.ask(CONTACT, by=None) == first
    assert journal.ids_of(CONTACT) == set()
    assert open_session(past.number, OTHER, at=timezone.now()).pk
    assert Draft.objects.count() == 0
    assert django_settings.FETCH_MOST_DAYS == 7


@pytest.mark.parametrize("address", ["Info", "24273", "Büro", "+14155550123"])
def test_what_only_contains_the_address_stays(agents: list[Extension], address: str) -> None:
    agent = agents[0]
    near, mine = f"x{address}9", address
    for said in (near, mine):
        SavedView.objects.create(user=agent.user, name=said, query="?" + urlencode({"q": said}))
        AuditEntry.objects.create(
            action="changed", kind="accounts.user", name=said, changes={"a": ["", said]}
        )
    call_command("erase_contact", address, stdout=StringIO())
    assert list(SavedView.objects.values_list("name", flat=True)) == [near]
    kept = AuditEntry.objects.filter(kind="accounts.user", action="changed").values_list("name", "changes")
    assert sorted(kept) == sorted([(near, {"a": ["", near]}), (ending_of(address), {})])


@pytest.mark.parametrize("cell", ["5550123", "99014155550123", "0123", "1 415 555 01234"])
def test_row_with_other_digits_is_nobody_s_that_is_erased(cell: str) -> None:
    assert not has_cell(CONTACT, [cell])


@pytest.mark.parametrize("cell", ["(415) 555-0123", "+1 415 555 0123", "0014155550123", CONTACT])
def test_row_of_the_number_is_known_however_it_is_written(cell: str) -> None:
    assert has_cell(CONTACT, [cell])
