"""The company's address book: who sees, adds, changes, deletes, imports and exports."""

from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry, Role, User
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.contacts.lookup import contact_names, contacts_like
from sessions.models import Contact, MessagingSession
from sessions.opened import open_session
from tests.factories import CONTACT, Road
from tests.imports.doors import figures_of, said_of, started, uploaded
from tests.portal import errors_of, logged_in, make_user, messages_of
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db
OTHER = "+14155550124"


@pytest.fixture
def contact() -> Contact:
    return Contact.objects.create(address=CONTACT, name="Ada Lovelace", notes="Countess")


@pytest.fixture
def agent_page(agents: list[Extension]) -> Client:
    return logged_in(agents[0].user)


@pytest.fixture
def supervisor_page(queue: MessageQueue) -> Client:
    vera = make_user("vera", Role.SUPERVISOR)
    vera.supervised_queues.add(queue)
    return logged_in(vera)


def book() -> list[tuple[str, str, str]]:
    return list(Contact.objects.order_by("address").values_list("address", "name", "notes"))


def lines_of(answer: Any) -> list[str]:
    text: str = b"".join(answer.streaming_content).decode("utf-8-sig")
    return text.splitlines()


def test_names_of_addresses(contact: Contact) -> None:
    Contact.objects.create(address=OTHER)
    assert contact_names([CONTACT, OTHER, "+14155550125"]) == {CONTACT: "Ada Lovelace"}


def test_contacts_are_suggested_by_name_and_number(contact: Contact) -> None:
    found = [contacts_like(text) for text in ("lovel", "(415) 555-01", "0123", "", "nobody")]
    assert found == [[contact], [contact], [contact], [], []]


def test_list_is_searched_sorted_and_paged(agent_page: Client, contact: Contact) -> None:
    for number in range(30):
        Contact.objects.create(address=f"+1201555{number:04}", name=f"Name {number:02}")

    def names(query: str) -> list[str]:
        return [contact.name for contact in agent_page.get(f"/contacts/{query}").context["listing"].page]

    assert names("")[:2] == ["Ada Lovelace", "Name 00"]
    assert names("?sort=-name")[0] == "Name 29"
    assert names("?sort=-number")[0] == "Ada Lovelace"
    assert names("?page=2") == [f"Name {number}" for number in range(24, 30)]
    assert names("?q=love") == ["Ada Lovelace"]
    assert names("?q=(415) 555-0123") == ["Ada Lovelace"]
    assert names("?q=%00'") == []


def test_list_costs_the_same_with_thirty_contacts(agent_page: Client, contact: Contact) -> None:
    agent_page.get("/contacts/")
    with CaptureQueriesContext(connection) as one:
        agent_page.get("/contacts/")
    Contact.objects.bulk_create(Contact(address=f"+1201555{n:04}", name=f"Name {n}") for n in range(30))
    with CaptureQueriesContext(connection) as many:
        agent_page.get("/contacts/")
    assert len(many) == len(one)


def test_agent_adds_and_changes_a_contact(agent_page: Client, agents: list[Extension]) -> None:
    shown = agent_page.post("/contacts/add/", {"contact": "(415) 555-0123", "name": "Ada", "notes": "x"})
    assert (shown.status_code, shown.context["form"]["contact"].value(), book()) == (422, CONTACT, [])
    agent_page.post("/contacts/add/", {"contact": CONTACT, "name": "Ada", "notes": "x"})
    assert book() == [(CONTACT, "Ada", "x")]
    pk = Contact.objects.get().pk
    assert errors_of(agent_page.post(f"/contacts/{pk}/edit/", {"name": ""}).context["form"]) == {
        "name": ["Enter a name."]
    }
    agent_page.post(f"/contacts/{pk}/edit/", {"name": "Ada King", "notes": "", "address": "+1"})
    assert book() == [(CONTACT, "Ada King", "")]
    told = AuditEntry.objects.filter(kind="messaging_sessions.contact").order_by("pk")
    username = agents[0].user.username
    assert list(told.values_list("username", "action")) == [(username, "created"), (username, "changed")]


def test_sender_with_a_name_can_be_a_contact_once_it_has_texted(agent_page: Client, road: Road) -> None:
    refused = agent_page.post("/contacts/add/", {"contact": "ACME", "name": "The bank"})
    assert errors_of(refused.context["form"]) == {
        "contact": ["“ACME” is no phone number, and nobody of this name has texted you."]
    }
    open_session(road.number, "ACME", at=timezone.now())
    agent_page.post("/contacts/add/", {"contact": "ACME", "name": "The bank"})
    assert book() == [("ACME", "The bank", "")]


def test_number_that_is_known_is_not_overwritten(agent_page: Client, contact: Contact) -> None:
    answer = agent_page.post("/contacts/add/", {"contact": CONTACT, "name": "Ben"})
    assert errors_of(answer.context["form"]) == {
        "contact": [
            "The address book has this number already: "
            f'<a href="/contacts/{contact.pk}/">Ada Lovelace</a>. Change it there.'
        ]
    }
    assert book() == [(CONTACT, "Ada Lovelace", "Countess")]


def test_page_shows_only_the_sessions_that_one_may_see(
    contact: Contact, road: Road, agents: list[Extension], supervisor_page: Client, admin_page: Client
) -> None:
    session = open_session(road.number, CONTACT, at=timezone.now())
    actions.pick_up(session, agent=agents[0])
    path = f"/contacts/{contact.pk}/"
    pages = [logged_in(agent.user) for agent in agents[:2]] + [supervisor_page, admin_page]
    seen = [page.get(path).context["listing"].rows for page in pages]
    assert seen == [[session], [], [session], [session]]
    links = [f'href="/inbox/{session.pk}/"' in page.get(path).content.decode() for page in pages]
    assert links == [True, False, True, False]
    assert f'href="/logs/{session.pk}/"' in admin_page.get(path).content.decode()


def test_page_costs_the_same_with_many_sessions(
    contact: Contact, post_inbound: Post, agents: list[Extension], agent_page: Client
) -> None:
    ids = count()

    def queries(sessions: int) -> int:
        for _ in range(sessions):
            post_inbound(next(ids), "Hello")
            session = MessagingSession.objects.open().get()
            actions.pick_up(session, agent=agents[0])
            actions.close(session, agent=agents[0])
        with CaptureQueriesContext(connection) as captured:
            agent_page.get(f"/contacts/{contact.pk}/")
        return len(captured)

    queries(1)
    assert queries(1) == queries(10)


def test_only_who_leads_deletes(contact: Contact, agent_page: Client, supervisor_page: Client) -> None:
    path = f"/contacts/{contact.pk}/delete/"
    assert [page.post(path).status_code for page in (Client(), agent_page)] == [302, 404]
    assert [path in page.get("/contacts/").content.decode() for page in (agent_page, supervisor_page)] == [
        False,
        True,
    ]
    answer = supervisor_page.post(path, follow=True)
    assert (messages_of(answer), book()) == (["“Ada Lovelace” was deleted."], [])


def test_import_shows_rows_first_and_stores_them_then(
    supervisor_page: Client, contact: Contact, road: Road
) -> None:
    open_session(road.number, "ACME", at=timezone.now())
    rows = [
        "Name;Phone number",
        "Ada King;+14155550123",
        "Ben;'(415) 555-0124",
        "Ben;+14155550124",
        ";+14155550125",
        "Cleo;1,41556E+10",
        "ACME;ACME",
        "Dora;notanumber",
        "Eve;to follow",
        "Flo;+1415",
    ]
    text = "\n".join(rows)
    preview = uploaded(supervisor_page, "/contacts/import/", text)
    assert said_of(preview, 1, -1) == [
        (CONTACT, "Change"),
        (f"{OTHER} “(415) 555-0124” was read so.", "Add"),
        (OTHER, "The number stands in line 3 already. Remove one of the two."),
        ("+14155550125", "The name is missing."),
        (
            "1,41556E+10",
            "The spreadsheet has shortened “1,41556E+10”. "
            "Format the column as text and enter the number again.",
        ),
        ("ACME", "Add"),
        ("notanumber", "“notanumber” is no phone number, and nobody of this name has texted you."),
        ("to follow", "“to follow” is no phone number, and nobody of this name has texted you."),
        (
            "+1415",
            "Enter the number as +, country code and number, digits only: for example +25402161183.",
        ),
    ]
    assert len(book()) == 1
    assert figures_of(started(supervisor_page, preview)) == {"added": 2, "changed": 1, "faulty": 6}
    assert book() == [(CONTACT, "Ada King", "Countess"), (OTHER, "Ben", ""), ("ACME", "ACME", "")]


def test_export_is_what_the_list_shows_and_the_import_reads_it(
    supervisor_page: Client, contact: Contact
) -> None:
    Contact.objects.create(address=OTHER, name="=Ben", notes="a, b")
    answer: Any = supervisor_page.get("/contacts/export/?sort=-number")
    lines = lines_of(answer)
    assert lines == ["Number,Name,Notes", f"'{OTHER},'=Ben,\"a, b\"", f"'{CONTACT},Ada Lovelace,Countess"]
    assert lines_of(supervisor_page.get("/contacts/export/?q=ada"))[1:] == [
        f"'{CONTACT},Ada Lovelace,Countess"
    ]
    rows = uploaded(supervisor_page, "/contacts/import/", "\n".join(lines).encode()).context["rows"]
    assert [str(row.outcome) for row in rows] == ["unchanged", "unchanged"]


def test_example_file_is_read_by_the_import(supervisor_page: Client) -> None:
    answer: Any = supervisor_page.get("/contacts/import/example/")
    preview = uploaded(supervisor_page, "/contacts/import/", b"".join(answer.streaming_content))
    assert said_of(preview, -1) == [("Add",), ("Add",)]


def test_user_without_work_here_has_no_address_book(contact: Contact) -> None:
    idle = logged_in(make_user("ivan"))
    for path in ("/contacts/", f"/contacts/{contact.pk}/", "/contacts/add/"):
        assert idle.get(path).status_code == 404
    assert User.objects.get(username="ivan").role == "agent"
