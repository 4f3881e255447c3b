"""Contact fields: how administrators define them, and what becomes of their values at every door."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Role, User
from routing.models import Extension
from sessions import actions
from sessions.models import CannedReply, Contact, ContactField, ContactLink, ContactValue, MessagingSession
from sessions.search import finding
from tests.factories import CONTACT, Road
from tests.imports.doors import figures_of, said_of, started, uploaded
from tests.portal import errors_of, logged_in, make_user, messages_of, rows_of
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db
OTHER = "+14155550124"
KINDS = ("text", "long_text", "number", "date", "yes_no", "choice", "email", "web")


def make(name: str, kind: str = "text", **values: Any) -> ContactField:
    position = ContactField.objects.count()
    return ContactField.objects.create(name=name, key=name.casefold(), kind=kind, position=position, **values)


def add(page: Client, **data: Any) -> Any:
    return page.post("/contact-settings/fields/add/", {"kind": "text", "in_pane": "on", **data})


def names() -> list[str]:
    return [field.name for field in ContactField.objects.live()]


def values() -> dict[str, str]:
    return dict(ContactValue.objects.order_by("pk").values_list("field__name", "value"))


def lines_of(answer: Any) -> list[str]:
    text: str = b"".join(answer.streaming_content).decode("utf-8-sig")
    return text.splitlines()


@pytest.fixture
def contact() -> Contact:
    return Contact.objects.create(address=CONTACT, name="Ada Lovelace")


@pytest.fixture
def agent_page(agents: list[Extension]) -> Client:
    return logged_in(agents[0].user)


@pytest.fixture
def session(post_inbound: Post, agents: list[Extension]) -> MessagingSession:
    """Ada's, of the queue Support."""
    post_inbound(1, "Hello")
    session = MessagingSession.objects.get()
    actions.pick_up(session, agent=agents[0])
    return session


def test_administrator_adds_changes_and_orders_fields(admin_page: Client) -> None:
    shown = add(admin_page, name="  Customer\u200b\u00a0 no ")
    assert shown.status_code == 302
    add(admin_page, name="Plan", kind="choice", choices="Gold\r\n\r\n Silver \ngold", in_pane="")
    plan = ContactField.objects.get(name="Plan")
    assert (names(), plan.options, plan.in_pane) == (["Customer no", "Plan"], ["Gold", "Silver"], False)
    admin_page.post(f"/contact-settings/fields/{plan.pk}/move/", {"to": "up"})
    admin_page.post(f"/contact-settings/fields/{plan.pk}/move/", {"to": "up"})
    assert names() == ["Plan", "Customer no"]
    card = admin_page.post(
        f"/contact-settings/fields/{plan.pk}/move/", {"to": "down"}, headers={"HX-Request": "true"}
    )
    assert (names(), [row[0] for row in rows_of(card)]) == (["Customer no", "Plan"],) * 2
    assert admin_page.post(f"/contact-settings/fields/{plan.pk}/move/", {"to": "x"}).status_code == 400
    admin_page.post(f"/contact-settings/fields/{plan.pk}/", {"name": "Plan", "kind": "text"})
    plan.refresh_from_db()
    assert (plan.kind, plan.options) == ("text", [])
    told = AuditEntry.objects.filter(kind="messaging_sessions.contactfield", name="Plan").order_by("pk")
    first, *_others, last = told
    assert (first.username, first.action) == ("root", "created")
    assert last.changes["kind"] == {"old": "One of a list", "new": "Text"}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"name": " \u200b "}, {"name": ["Give the field a name."]}),
        ({"name": "x" * 41}, {"name": ["Ensure this value has at most 40 characters (it has 41)."]}),
        ({"name": "CUSTOMER NO"}, {"name": ["Another field is called so. Choose another name."]}),
        (
            {"name": "Phone number"},
            {"name": ["“Phone number” is what each contact has anyway. Choose another name."]},
        ),
        (
            {"name": "a{b}"},
            {"name": ["Leave out { and }: canned replies and links name fields between them."]},
        ),
        ({"name": "Plan", "kind": "choice"}, {"choices": ["Write the choices, one on each line."]}),
        (
            {"name": "Plan", "kind": "choice", "choices": "x" * 101},
            {"choices": ["At most 100 characters on a line."]},
        ),
        (
            {"name": "Plan", "kind": "choice", "choices": "\n".join(map(str, range(51)))},
            {"choices": ["At most 50 choices."]},
        ),
    ],
)
def test_what_is_wrong_with_a_field_is_said_and_kept(
    admin_page: Client, data: dict[str, str], why: dict[str, list[str]]
) -> None:
    make("Customer no")
    answer = add(admin_page, **data)
    assert (answer.status_code, errors_of(answer.context["form"]), len(names())) == (422, why, 1)
    assert answer.context["form"]["name"].value() == data["name"]


def test_thirty_fields_are_enough(admin_page: Client) -> None:
    for number in range(30):
        make(f"Field {number}")
    archived = make("Old", archived_at="2026-01-01T00:00:00Z")
    reason = "There are 30 fields already. Archive one first."
    assert errors_of(add(admin_page, name="One more").context["form"]) == {"name": [reason]}
    back = admin_page.post(f"/contact-settings/fields/{archived.pk}/bring-back/", follow=True)
    assert (messages_of(back), len(names())) == ([reason], 30)


def test_field_with_values_is_archived_and_comes_back(
    admin_page: Client, agent_page: Client, contact: Contact
) -> None:
    field, empty = make("Customer no"), make("Empty")
    agent_page.post(f"/contacts/{contact.pk}/edit/", {"name": "Ada", f"field_{field.pk}": "4711"})
    assert values() == {"Customer no": "4711"}
    question = admin_page.get(f"/contact-settings/fields/{field.pk}/remove/").content.decode()
    assert "1 contact has a value in it." in question
    said = admin_page.post(f"/contact-settings/fields/{field.pk}/remove/", follow=True)
    assert messages_of(said) == ["The field “Customer no” was archived."]
    said = admin_page.post(f"/contact-settings/fields/{empty.pk}/remove/", follow=True)
    assert messages_of(said) == ["The field “Empty” was deleted."]
    assert (names(), values()) == ([], {"Customer no": "4711"})
    for path in (f"/contacts/{contact.pk}/", f"/contacts/{contact.pk}/edit/"):
        assert "4711" not in agent_page.get(path).content.decode()
    assert list(finding.contacts_matching(Contact.objects.all(), "4711")) == []
    said = admin_page.post(f"/contact-settings/fields/{field.pk}/bring-back/", follow=True)
    assert messages_of(said) == ["The field “Customer no” is back, with its values."]
    assert "4711" in agent_page.get(f"/contacts/{contact.pk}/").content.decode()
    assert list(finding.contacts_matching(Contact.objects.all(), "4711")) == [contact]
    make_again = make("Other")
    ContactField.objects.filter(pk=make_again.pk).update(
        archived_at="2026-01-01T00:00:00Z", key="customer no"
    )
    ContactField.objects.filter(pk=make_again.pk).update(name="Customer no")
    said = admin_page.post(f"/contact-settings/fields/{make_again.pk}/bring-back/", follow=True)
    assert messages_of(said) == ["Another field is called so. Choose another name."]


def test_kind_stays_while_values_are_of_it(admin_page: Client, contact: Contact) -> None:
    field = make("Since", "date")
    ContactValue.objects.create(contact=contact, field=field, value="2026-01-01")
    path = f"/contact-settings/fields/{field.pk}/"
    refused = admin_page.post(path, {"name": "Since", "kind": "number"})
    assert errors_of(refused.context["form"]) == {
        "kind": ["Contacts have values of the kind it is. Leave it, or add another field."]
    }
    assert admin_page.post(path, {"name": "Since", "kind": "text"}).status_code == 302


def test_renamed_field_is_followed_by_replies_and_links(admin_page: Client) -> None:
    field = make("Customer no")
    reply = CannedReply.objects.create(shortcut="no", body="No. {field:customer  NO}, {field:other} {x}")
    link = ContactLink.objects.create(label="CRM", pattern="https://crm.example.com/{field:Customer no}")
    admin_page.post(f"/contact-settings/fields/{field.pk}/", {"name": "Client", "kind": "text"})
    reply.refresh_from_db()
    link.refresh_from_db()
    assert (reply.body, link.pattern) == (
        "No. {field:Client}, {field:other} {x}",
        "https://crm.example.com/{field:Client}",
    )


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("text", " a\u200b\u00a0 b\r\nc\u202e ", "a b c"),
        ("text", "שלום 👩\u200d🔧", "שלום 👩\u200d🔧"),
        ("long_text", " a \r\n\r\n b\u200b\r\n", "a\n\nb"),
        ("number", "+007.50", "7.5"),
        ("number", "-0.0", "0"),
        ("number", "-.5", "-0.5"),
        ("number", "12345678901234567890", "12345678901234567890"),
        ("date", " 2026-12-24 ", "2026-12-24"),
        ("yes_no", "Yes", "yes"),
        ("yes_no", "0", "no"),
        ("choice", "SILVER", "Silver"),
        ("email", "ada@example.com ", "ada@example.com"),
        ("web", "example.com/a?b=1", "https://example.com/a?b=1"),
        ("web", "example.com:8080/", "https://example.com:8080/"),
        ("web", "http://example.com", "http://example.com"),
        ("text", "  ", None),
    ],
)
def test_values_are_read_as_they_are_meant(
    agent_page: Client, contact: Contact, kind: str, typed: str, stored: str | None
) -> None:
    field = make("X", kind, options=["Gold", "Silver"])
    answer = agent_page.post(f"/contacts/{contact.pk}/edit/", {"name": "Ada", f"field_{field.pk}": typed})
    assert (answer.status_code, values().get("X")) == (302, stored)


@pytest.mark.parametrize(
    ("kind", "typed", "why"),
    [
        ("text", "x" * 201, "At most 200 characters."),
        ("long_text", "x" * 2001, "At most 2000 characters."),
        ("number", "1,5", "“1,5” is not a number. Write digits, with a point before decimals."),
        ("number", "1e5", "“1e5” is not a number. Write digits, with a point before decimals."),
        ("number", "١٢", "“١٢” is not a number. Write digits, with a point before decimals."),
        ("number", "1" * 31, "At most 30 characters."),
        ("date", "24.12.2026", "“24.12.2026” is not a date. Write it as 2026-12-24."),
        ("date", "2026-02-30", "“2026-02-30” is not a date. Write it as 2026-12-24."),
        ("yes_no", "maybe", "“maybe” is neither yes nor no."),
        ("choice", "Lead", "“Lead” is not one of: Gold, Silver."),
        ("email", "ada@", "“ada@” is not an e-mail address."),
        (
            "web",
            "javascript:alert(1)",
            "“javascript:alert(1)” is not a web address, such as https://example.com/.",
        ),
        ("web", "https://[", "“https://[” is not a web address, such as https://example.com/."),
        ("web", "https://a:b@example.com", "Leave user name and password out of the address."),
    ],
)
def test_values_that_are_none_are_refused_in_words_and_kept(
    agent_page: Client, contact: Contact, kind: str, typed: str, why: str
) -> None:
    field = make("X", kind, options=["Gold", "Silver"])
    name = f"field_{field.pk}"
    answer = agent_page.post(f"/contacts/{contact.pk}/edit/", {"name": "Ada", name: typed})
    assert (answer.status_code, errors_of(answer.context["form"])) == (422, {name: [why]})
    assert (answer.context["form"][name].value(), values()) == (typed, {})


def test_choice_that_is_gone_can_stay(agent_page: Client, contact: Contact) -> None:
    field = make("Plan", "choice", options=["Gold"])
    ContactValue.objects.create(contact=contact, field=field, value="Bronze")
    path, name = f"/contacts/{contact.pk}/edit/", f"field_{field.pk}"
    assert '<option value="Bronze" selected' in agent_page.get(path).content.decode()
    assert agent_page.post(path, {"name": "Ada", name: "Bronze"}).status_code == 302
    assert agent_page.post(path, {"name": "Ada", name: "Gold"}).status_code == 302
    assert agent_page.post(path, {"name": "Ada", name: "Bronze"}).status_code == 422


def test_agent_writes_values_beside_the_thread(session: MessagingSession, agent_page: Client) -> None:
    number, hidden = make("Customer no"), make("Score", "number", in_pane=False)
    path = f"/inbox/{session.pk}/contact/"
    form = agent_page.get(f"{path}?edit").content.decode()
    assert (f"field_{number.pk}" in form, f"field_{hidden.pk}" in form) == (True, False)
    card = agent_page.post(path, {"name": "", "notes": "", f"field_{number.pk}": "47<b>11"})
    assert "47&lt;b&gt;11" in card.content.decode()
    contact = Contact.objects.get()
    ContactValue.objects.create(contact=contact, field=hidden, value="99")
    assert (">Score<" in agent_page.get(path).content.decode()) is False
    assert "99" in agent_page.get(f"/contacts/{contact.pk}/").content.decode()
    agent_page.post(path, {"name": "Ada", "notes": "", f"field_{number.pk}": ""})
    assert values() == {"Score": "99"}
    told = AuditEntry.objects.filter(kind="messaging_sessions.contact").order_by("pk")
    assert [entry.changes.get("“Customer no”") for entry in told] == [
        {"old": "", "new": "47<b>11"},
        {"old": "47<b>11", "new": ""},
    ]


def test_who_saves_a_contact_that_was_deleted_meanwhile_is_asked(
    session: MessagingSession, agent_page: Client
) -> None:
    number, path = make("Customer no"), f"/inbox/{session.pk}/contact/"
    Contact.objects.create(address=session.contact, name="Ada")
    said = {"name": "Ada L.", "notes": "Calls on Mondays", f"field_{number.pk}": "4711"}
    opened = agent_page.get(f"{path}?edit").content.decode()
    known = re.findall(r'name="known" value="(.*?)"', opened)
    Contact.objects.get().delete()
    asked = agent_page.post(path, {**said, "known": known})
    page = asked.content.decode()
    assert (asked.status_code, Contact.objects.count()) == (422, 0)
    assert "Somebody deleted this contact meanwhile. Save it once more to add it anew." in page
    assert ("Calls on Mondays" in page, "4711" in page, 'name="known" value=""' in page) == (True,) * 3
    assert agent_page.post(path, {**said, "known": ""}).status_code == 200
    assert (Contact.objects.get().name, values()) == ("Ada L.", {"Customer no": "4711"})


@pytest.mark.parametrize("known", ["", "x", "²", "9" * 40])
def test_form_of_a_contact_that_nobody_knew_adds_it(
    session: MessagingSession, agent_page: Client, known: str
) -> None:
    answer = agent_page.post(f"/inbox/{session.pk}/contact/", {"name": "Ada", "known": known})
    assert (answer.status_code, Contact.objects.get().name) == (200, "Ada")


def test_values_find_contacts_and_sessions(session: MessagingSession) -> None:
    contact = Contact.objects.create(address=session.contact, name="Ada")
    ContactValue.objects.create(contact=contact, field=make("Customer no"), value="C-4711 Überlingen")
    for text in ("4711", "c-4711", "überl"):
        assert list(finding.contacts_matching(Contact.objects.all(), text)) == [contact], text
        assert list(finding.matching(MessagingSession.objects.all(), text)) == [session], text
    ContactValue.objects.update(value="Elsewhere")
    assert list(finding.contacts_matching(Contact.objects.all(), "4711")) == []
    contact.delete()
    assert list(finding.matching(MessagingSession.objects.all(), "elsewhere")) == []


def test_list_asks_nothing_of_fields(agent_page: Client, contact: Contact) -> None:
    agent_page.get("/contacts/")
    with CaptureQueriesContext(connection) as before:
        agent_page.get("/contacts/")
    for number in range(30):
        ContactValue.objects.create(contact=contact, field=make(f"F{number}"), value="x")
    with CaptureQueriesContext(connection) as after:
        agent_page.get("/contacts/")
    assert len(after) == len(before)


def test_export_is_imported_again_and_bad_values_are_faults_of_the_row(contact: Contact) -> None:
    vera = logged_in(make_user("vera", Role.SUPERVISOR))
    number, plan, notes = (
        make("Customer no"),
        make("Plan", "choice", options=["Gold"]),
        make("Story", "long_text"),
    )
    make("Old", archived_at="2026-01-01T00:00:00Z")
    for field, value in ((number, "=47"), (plan, "Bronze"), (notes, 'a\n"b"')):
        ContactValue.objects.create(contact=contact, field=field, value=value)
    answer: Any = vera.get("/contacts/export/")
    lines = lines_of(answer)
    assert lines[0] == "Number,Name,Notes,Customer no,Plan,Story"
    again = uploaded(vera, "/contacts/import/", "\n".join(lines).encode())
    assert [str(row.outcome) for row in again.context["rows"]] == ["unchanged"]

    text = "\n".join(
        [
            "number;name;PLAN;customer  NO",
            f"{CONTACT};Ada Lovelace;gold;",
            f"{OTHER};Ben;Lead;{'x' * 201}",
            "+14155550125;Cleo;;12",
        ]
    )
    preview = uploaded(vera, "/contacts/import/", text)
    assert said_of(preview, -1) == [
        ("Change: Customer no: =47 → –, Plan: Bronze → Gold",),
        ("Customer no: At most 200 characters. Plan: “Lead” is not one of: Gold.",),
        ("Add: Customer no: – → 12",),
    ]
    assert figures_of(started(vera, preview)) == {"added": 1, "changed": 1, "faulty": 1}
    found = ContactValue.objects.order_by("contact__address", "field").values_list(
        "contact__name", "field__name", "value"
    )
    assert list(found) == [
        ("Ada Lovelace", "Plan", "Gold"),
        ("Ada Lovelace", "Story", 'a\n"b"'),
        ("Cleo", "Customer no", "12"),
    ]
    example: Any = vera.get("/contacts/import/example/")
    assert lines_of(example)[0] == "Number,Name,Notes,Customer no,Plan,Story"


@pytest.mark.parametrize(
    ("body", "known", "unknown"),
    [
        ("Your number is {field:Customer no}.", "Your number is 4711.", "Your number is."),
        ("Hello {contact}, { field:x} {FIELD: customer no}", "Hello, { field:x} 4711", "Hello, { field:x}"),
        ("Contract ({field:customer NO}) ends.", "Contract (4711) ends.", "Contract ends."),
        ("{field:Customer no}: we are open.", "4711: we are open.", "We are open."),
        ("Till {field:Ends}!", "Till 24 Dec 2026!", "Till!"),
        ("{field:Gone} {agent}", "Ada", "Ada"),
    ],
)
def test_canned_replies_use_fields_and_leave_out_what_is_not_known(
    session: MessagingSession, agent_page: Client, body: str, known: str, unknown: str
) -> None:
    number, ends = make("Customer no"), make("Ends", "date")
    CannedReply.objects.create(shortcut="x", body=body)
    said = []
    for noted in ({number.pk: "4711", ends.pk: "2026-12-24"}, {number.pk: "", ends.pk: ""}):
        actions.save_contact(address=session.contact, values=noted)
        answer = agent_page.get(f"/inbox/{session.pk}/canned-replies/")
        said += [reply["body"] for reply in answer.json()["replies"]]
    assert said == [known, unknown]


def test_canned_reply_names_only_fields_that_there_are(admin_page: Client) -> None:
    make("Customer no")
    assert "{field:Customer no}" in admin_page.get("/canned-replies/add/").content.decode()
    data = {"shortcut": "x", "body": "{field:customer no} {field:Plan}", "owner": "all"}
    answer = admin_page.post("/canned-replies/add/", data)
    assert errors_of(answer.context["form"]) == {
        "body": [
            "There is no variable {field:Plan}. Those that there are: "
            "{contact}, {agent}, {number}, {queue}, {field:Customer no}."
        ]
    }
    assert admin_page.post("/canned-replies/add/", data | {"body": "{field:CUSTOMER no}"}).status_code == 302


def test_new_contact_is_added_with_its_fields(agent_page: Client, road: Road) -> None:
    field = make("Customer no")
    data = {"contact": CONTACT, "name": "Ada", "notes": "", f"field_{field.pk}": "4711"}
    assert agent_page.post("/contacts/add/", data).status_code == 302
    assert values() == {"Customer no": "4711"}


def test_only_administrators_remove_and_bring_back(agent_page: Client, contact: Contact) -> None:
    field, archived = make("Customer no"), make("Old", archived_at="2026-01-01T00:00:00Z")
    link = ContactLink.objects.create(label="CRM", pattern="https://crm.example.com/")
    vera = logged_in(make_user("vera", Role.SUPERVISOR))
    for path in (
        f"fields/{field.pk}/remove/",
        f"fields/{archived.pk}/bring-back/",
        f"links/{link.pk}/delete/",
    ):
        found = [page.post(f"/contact-settings/{path}").status_code for page in (Client(), agent_page, vera)]
        assert found == [302, 404, 404]
    assert (names(), ContactLink.objects.count()) == (["Customer no"], 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_fields_of_one_name_at_once_one_is_refused(administrator: User) -> None:
    pages = [logged_in(administrator) for _ in range(4)]

    def post(page: Client) -> int:
        try:
            return int(add(page, name="Customer no").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(pages)) as pool:
        found = sorted(pool.map(post, pages))
    assert (found, names()) == ([302, 422, 422, 422], ["Customer no"])
