"""Administrators say how long what is kept, are told first what goes, and find it in the audit log."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry
from retention.models import Kind, LegalHold, Rule, Way
from retention.tasks import sweep
from sessions.models import Contact, Message, MessagingSession
from tests.factories import CONTACT
from tests.portal import errors_of, messages_of
from tests.retention.conftest import Past

pytestmark = pytest.mark.django_db
DAYS = {"journal_days": "30", "imports_days": "30", "audit_days": "730"}  # as the settings have them
WAYS = {f"{kind}_way": "delete" for kind in Kind}


def save(page: Client, path: str = "/retention/", **values: str) -> Any:
    house = DAYS | WAYS if path == "/retention/" else {}
    return page.post(path, house | values, follow=True)


def test_rules_of_the_settings_are_shown_and_all_else_is_kept_for_ever(admin_page: Client) -> None:
    form = admin_page.get("/retention/").context["form"]
    assert {
        str(kind): form.initial.get(f"{kind}_days", form.fields[f"{kind}_days"].initial) for kind in Kind
    } == {
        "messages": None,
        "sessions": None,
        "journal": 30,
        "drafts": None,
        "imports": 30,
        "audit": 730,
    }
    assert messages_of(save(admin_page)) == ["The rules were saved."]
    assert Rule.objects.count() == 0


def test_rule_that_removes_nothing_is_saved_at_once_and_audited(admin_page: Client, past: Past) -> None:
    past.session(10)
    answer = save(admin_page, messages_days="90", messages_way="anonymise")
    assert messages_of(answer) == ["The rules were saved."]
    assert Rule.objects.values_list("kind", "days", "way").get() == ("messages", 90, "anonymise")
    entry = AuditEntry.objects.get(kind="retention.rule")
    assert (entry.name, entry.changes["days"]["new"]) == ("Messages and their files", "90")
    save(admin_page)
    assert Rule.objects.count() == 0
    assert [one.action for one in AuditEntry.objects.filter(kind="retention.rule")] == ["created", "deleted"]


def test_what_would_go_is_said_before_it_is_saved(admin_page: Client, past: Past) -> None:
    past.session(100, texts=2)
    past.session(100, contact="+14155550177")
    LegalHold.objects.create(address="+14155550177")
    values = {"messages_days": "90", "sessions_days": "95", "sessions_way": "anonymise"}
    answer = save(admin_page, **values)
    form = answer.context["form"]
    assert form.sentences == [
        "Messages and their files: 4 are deleted.",
        "Closed sessions: 1 is anonymised.",
    ]
    assert (answer.status_code, Rule.objects.count()) == (200, 0)
    changed = save(admin_page, **values | {"messages_days": "80"}, shown=form.mark)
    assert changed.context["form"].sentences
    assert messages_of(save(admin_page, **values, shown=form.mark)) == ["The rules were saved."]
    sweep()
    assert MessagingSession.objects.get(kept=2).contact == "?anonymous"


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("messages_days", "7", "At least 8 days: what is younger may still come from the ITSP."),
        ("sessions_days", "0", "At least 8 days: what is younger may still come from the ITSP."),
        ("drafts_days", "0", "Ensure this value is greater than or equal to 1."),
        ("audit_days", "99999999", "Ensure this value is less than or equal to 36500."),
        ("audit_days", "x", "Enter a whole number."),
    ],
)
def test_wrong_rule_is_told_on_its_field(admin_page: Client, name: str, value: str, error: str) -> None:
    answer = save(admin_page, **{name: value})
    assert (answer.status_code, errors_of(answer.context["form"])) == (422, {name: [error]})
    assert Rule.objects.count() == 0


def test_channel_leaves_it_to_all_or_has_its_own(admin_page: Client, past: Past) -> None:
    past.session(100)
    channel = past.number.channel
    path = f"/retention/channels/{channel.pk}/"
    assert admin_page.get(path).context["form"].fields["messages_way"].initial == ""
    answer = save(admin_page, path, sessions_days="90", sessions_way="delete", messages_way="")
    assert answer.context["form"].sentences == ["Closed sessions: 1 is deleted."]
    mark = answer.context["form"].mark
    save(admin_page, path, sessions_days="90", sessions_way="delete", messages_way="", shown=mark)
    rule = Rule.objects.get()
    assert (rule.kind, rule.channel, rule.days) == (Kind.SESSIONS, channel, 90)
    assert AuditEntry.objects.get(kind="retention.rule").name == "Closed sessions – Main"
    assert "Closed sessions: 90 days, Delete" in " ".join(
        admin_page.get("/retention/").content.decode().split()
    )
    wrong = save(admin_page, path, sessions_days="90", sessions_way="", messages_way="")
    assert wrong.status_code == 422
    save(admin_page, path, sessions_way="", messages_way="")
    assert Rule.objects.count() == 0


def test_channel_that_keeps_for_ever_is_left_out_of_what_would_go(admin_page: Client, past: Past) -> None:
    past.session(100)
    Rule.objects.create(kind=Kind.MESSAGES, channel=past.number.channel, days=None, way=Way.DELETE)
    answer = save(admin_page, messages_days="90")
    assert messages_of(answer) == ["The rules were saved."]
    sweep()
    assert Message.objects.count() == 2


def test_request_begins_with_any_number(admin_page: Client, past: Past) -> None:
    past.session(10)
    answer = admin_page.post("/retention/person/", {"number": "+1 (415) 555-0123"}, follow=True)
    assert answer.context["contact"] == Contact.objects.get(address=CONTACT)
    page = " ".join(answer.content.decode().split())
    assert "1 session, 2 texts and notes." in page
    wrong = admin_page.post("/retention/person/", {"number": "abc"})
    assert wrong.status_code == 422
    assert "is not a phone number" in errors_of(wrong.context["person"])["number"][0]


def test_only_administrators_are_led_to_a_contact_s_data(admin_page: Client, past: Past) -> None:
    contact = Contact.objects.create(address=CONTACT, name="Nadia")
    agent = Client()
    agent.force_login(past.agent.user)
    assert "Personal data" in admin_page.get(f"/contacts/{contact.pk}/").content.decode()
    assert "Personal data" not in agent.get(f"/contacts/{contact.pk}/").content.decode()
    assert timezone.now()
