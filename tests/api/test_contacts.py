"""The address book by programs: read, searched, written, with the fields that an administrator defines."""

from typing import Any

import pytest

from accounts.models import AuditEntry, Role
from routing.models import Extension
from sessions.models import Contact, ContactField, ContactValue
from tests.api.conftest import Caller, code_of
from tests.factories import CONTACT, Road
from tests.portal import make_user

pytestmark = pytest.mark.django_db
OTHER = "+14155550124"


@pytest.fixture(autouse=True)
def fields() -> list[ContactField]:
    named: tuple[tuple[str, str, list[str]], ...] = (
        ("Customer no", "text", []),
        ("Plan", "choice", ["Gold", "Silver"]),
        ("Old", "text", []),
    )
    made = [
        ContactField.objects.create(name=name, key=name.casefold(), kind=kind, options=options, position=n)
        for n, (name, kind, options) in enumerate(named)
    ]
    ContactField.objects.filter(name="Old").update(archived_at="2026-01-01T00:00:00Z")
    return made


def errors_of(answer: Any) -> Any:
    assert code_of(answer) == (422, "invalid")
    return answer.json()["errors"]


def test_fields_that_there_are(ada: Caller) -> None:
    assert ada.get("contact-fields").json() == {
        "items": [
            {"name": "Customer no", "kind": "text", "options": []},
            {"name": "Plan", "kind": "choice", "options": ["Gold", "Silver"]},
        ]
    }


def test_contact_is_added_changed_and_read(ada: Caller, ben: Caller, fields: list[ContactField]) -> None:
    said = {"name": " Grace\u200b ", "fields": {"CUSTOMER no": " 4711 ", "Plan": "gold"}}
    added = ada.put(f"contacts/{CONTACT}", said)
    assert added.status_code == 200
    shown = added.json()
    assert {name: shown[name] for name in ("number", "name", "notes", "fields")} == {
        "number": CONTACT,
        "name": "Grace",
        "notes": "",
        "fields": {"Customer no": "4711", "Plan": "Gold"},
    }
    old = ContactValue.objects.create(contact=Contact.objects.get(), field=fields[2], value="kept")
    changed = ben.put(f"contacts/{CONTACT}", {"notes": "Countess", "fields": {"Plan": None}})
    assert changed.json()["fields"] == {"Customer no": "4711"}
    assert ben.get(f"contacts/{CONTACT}").json() == changed.json()
    contact = Contact.objects.get()
    assert (contact.name, contact.notes) == ("Grace", "Countess")
    assert ContactValue.objects.filter(pk=old.pk).exists()
    told = AuditEntry.objects.filter(kind="messaging_sessions.contact").order_by("pk")
    assert [(entry.username, "“Plan”" in entry.changes) for entry in told] == [
        ("agent1001", True),
        ("agent1002", True),
    ]


def test_where_a_contact_lives_is_set_kept_and_left_to_the_number(ada: Caller) -> None:
    added = ada.put(f"contacts/{CONTACT}", {"name": "Grace", "time_zone": "America/Lima"})
    assert added.json()["time_zone"] == "America/Lima"
    assert ada.put(f"contacts/{CONTACT}", {"notes": "Pilot"}).json()["time_zone"] == "America/Lima"
    assert ada.put(f"contacts/{CONTACT}", {"time_zone": ""}).json()["time_zone"] == ""
    wrong = errors_of(ada.put(f"contacts/{CONTACT}", {"time_zone": "Lima"}))
    assert wrong == {"time_zone": ["There is no such time zone. Write one as Africa/Nairobi."]}


def test_what_is_wrong_is_said_by_field_and_nothing_is_stored(ada: Caller) -> None:
    assert errors_of(ada.put(f"contacts/{CONTACT}", {"fields": {"Plan": "Lead", "Old": "x"}})) == {
        "fields.Plan": ["“Lead” is not one of: Gold, Silver."],
        "fields.Old": ["There is no such field. Those that there are: Customer no, Plan."],
    }
    assert errors_of(ada.put(f"contacts/{CONTACT}", {"notes": "x"})) == {
        "name": ["A new contact needs a name."]
    }
    assert errors_of(ada.put("contacts/(415) 555-0123", {"name": "x"})) == {
        "number": ["Write it as +14155550123, if that is the number."]
    }
    assert list(errors_of(ada.put("contacts/ACME", {"name": "x"}))) == ["number"]
    for name in ("x" * 128, "\u200b", "a\x00"):
        assert list(errors_of(ada.put(f"contacts/{CONTACT}", {"name": name}))) == ["name"]
    assert Contact.objects.count() == 0
    assert code_of(ada.get(f"contacts/{CONTACT}")) == (404, "not_found")


def test_list_is_searched_and_paged(ada: Caller) -> None:
    for number in range(3):
        Contact.objects.create(address=f"+1201555000{number}", name=f"Name {number}")
    ada.put(f"contacts/{OTHER}", {"name": "Ben", "fields": {"Customer no": "C-4711"}})

    def found(**query: Any) -> list[str]:
        return [one["name"] for one in ada.get("contacts", **query).json()["items"]]

    assert found() == ["Ben", "Name 2", "Name 1", "Name 0"]
    assert (found(q="4711"), found(q="name"), found(q=OTHER)) == (
        ["Ben"],
        ["Name 2", "Name 1", "Name 0"],
        ["Ben"],
    )
    first = ada.get("contacts", limit=3).json()
    rest = ada.get("contacts", limit=3, cursor=first["next_cursor"]).json()
    assert ([one["name"] for one in rest["items"]], rest["next_cursor"]) == (["Name 0"], None)


def test_supervisor_without_an_extension_writes_too(road: Road, agents: list[Extension]) -> None:
    vera = Caller(make_user("vera", Role.SUPERVISOR))
    assert vera.put(f"contacts/{CONTACT}", {"name": "Grace"}).status_code == 200
