"""The audit log: who changed what, when and from where, and no secrets."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.templatetags.auditing import label_of, words_of_kind
from channels import actions
from channels.actions import Verification
from channels.models import Channel
from retention.tasks import sweep
from routing import actions as routing_actions
from routing.models import Extension
from sessions.opt_outs import ledger
from tests.factories import AUTH_TOKEN, CONTACT, make_agent, make_queue, make_road
from tests.portal import PASSWORD, make_user, rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ada(administrator: User) -> Extension:
    """What was there before is not looked at."""
    extension = make_agent("1001", "Ada")
    AuditEntry.objects.all().delete()
    return extension


def shown(admin_page: Client, query: str = "") -> list[list[str]]:
    """User with address, what, and changes of each row."""
    return [row[1:] for row in rows_of(admin_page.get(f"/audit/?{query}"))]


@pytest.mark.long
def test_role_and_password_of_a_user_are_logged_without_the_password(admin_page: Client) -> None:
    user = make_user("mary", first_name="Mary")
    AuditEntry.objects.all().delete()
    data = {"username": "mary", "role": "supervisor", "is_active": "on", "password": "horse-staple-battery-9"}
    answer = admin_page.post(f"/users/{user.pk}/", {**data, "first_name": "Mary"})
    assert answer.status_code == 302
    (entry,) = AuditEntry.objects.all()
    assert (entry.username, entry.address, entry.action, entry.name) == (
        "root",
        "127.0.0.1",
        "changed",
        "mary",
    )
    assert entry.changes == {"role": {"old": "Agent", "new": "Supervisor"}, "password": {}}
    ((who, what, changes),) = shown(admin_page)
    assert (who, what) == ("root 127.0.0.1", "mary User: Changed")
    assert "Password: changed" in changes
    assert "Role: Agent → Supervisor" in changes


def test_login_and_own_password_change_are_logged_and_a_newer_hash_is_not(administrator: User) -> None:
    browser, old_hash = Client(), PBKDF2PasswordHasher().encode(PASSWORD, "0" * 22, iterations=2)
    User.objects.filter(pk=administrator.pk).update(password=old_hash)
    browser.post("/login/", {"username": "root", "password": PASSWORD})
    assert User.objects.get(pk=administrator.pk).password != old_hash  # it is stored by the present method
    (login,) = AuditEntry.objects.all()
    assert (login.action, login.username, login.name) == ("logged_in", "root", "root")
    assert (login.changes, login.address) == ({}, "127.0.0.1")
    new = "horse-staple-battery-9"
    data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert browser.post("/profile/password/", data).status_code == 302
    assert [entry.changes for entry in AuditEntry.objects.order_by("pk")] == [{}, {"password": {}}]


def test_queue_members_are_logged_as_one_entry(admin_page: Client, ada: Extension) -> None:
    ben = make_agent("1002", "Ben")
    queue = make_queue(ada)
    AuditEntry.objects.all().delete()
    data = {"name": "Sales", "pickup_mode": "manual", "agents": [ben.pk]}
    assert admin_page.post(f"/queues/{queue.pk}/", data).status_code == 302
    (entry,) = AuditEntry.objects.all()
    assert entry.changes == {
        "name": {"old": "Support", "new": "Sales"},
        "agents": {"removed": ["1001 Ada"], "added": ["1002 Ben"]},
    }


def test_channel_and_its_rules_are_logged_without_its_credentials(ada: Extension) -> None:
    road = make_road(ada)
    road.number.initiators.set([ada])
    gone = make_road(ada, address="+12015550123", name="Other").number
    gone.channel = road.channel
    gone.save()
    AuditEntry.objects.all().delete()
    support = make_queue(name="Support")
    rule: dict[str, Any] = {"number": road.number.address, "extension": None, "queue": support}
    actions.update_channel(
        Channel.objects.get(name="Main"),
        verification=Verification(Channel.Status.CONNECTED),
        rules=[rule | {"initiators": [], "number_rate": None}],
        credentials={"account_sid": "AC1", "auth_token": "a-new-secret"},
        sending_rate=20,
    )
    entries = AuditEntry.objects.exclude(name="Support").order_by("pk")
    routed = {"extension": {"old": "1001 Ada", "new": ""}, "queue": {"old": "", "new": "Support"}}
    assert list(entries.values_list("name", "action", "changes")) == [
        ("Main", "changed", {"credentials": {}, "sending_rate": {"old": "10", "new": "20"}}),
        ("+12015550123 (Main)", "deleted", {}),
        ("+25402161183 (Main)", "changed", routed | {"initiators": {"removed": ["1001 Ada"]}}),
    ]
    everything = str(list(AuditEntry.objects.values()))
    assert [secret for secret in (AUTH_TOKEN, "a-new-secret") if secret in everything] == []


def test_pause_delete_and_opt_out_are_logged(admin_page: Client, ada: Extension) -> None:
    road = make_road(ada)
    AuditEntry.objects.all().delete()
    path = f"/channels/{road.channel.pk}"
    admin_page.post(f"{path}/pause/")
    admin_page.post("/opt-outs/add/", {"number": road.number.pk, "contact": CONTACT})
    admin_page.post(f"{path}/delete/")
    found = AuditEntry.objects.order_by("pk").values_list("kind", "action", "name")
    assert list(found) == [
        ("channels.channel", "changed", "Main"),
        ("messaging_sessions.optoutentry", "created", f"{CONTACT} – {road.number.address}"),
        ("channels.channel", "deleted", "Main"),
    ]


def test_contacts_own_opt_out_and_the_channels_own_status_are_no_doing_of_anybody(ada: Extension) -> None:
    road = make_road(ada)
    AuditEntry.objects.all().delete()
    with transaction.atomic():
        source = ledger.Source.KEYWORD
        ledger.record(road.number, CONTACT, opted_out=True, source=source, at=timezone.now())
    road.channel.status = Channel.Status.FAILING
    road.channel.save()
    assert AuditEntry.objects.count() == 0


def test_deleted_extension_leaves_its_queues(admin_page: Client, ada: Extension) -> None:
    make_queue(ada)
    make_queue(name="Without her")
    AuditEntry.objects.all().delete()
    admin_page.post(f"/extensions/{ada.pk}/delete/")
    found = AuditEntry.objects.order_by("pk").values_list("action", "name", "changes")
    assert list(found) == [
        ("deleted", "1001 Ada", {}),
        ("changed", "Support", {"agents": {"removed": ["1001 Ada"]}}),
        ("changed", "agent1001", {"is_active": {"old": "Yes", "new": "No"}}),
    ]


def test_changes_of_one_request_are_joined(
    admin_page: Client, ada: Extension, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rename(extension: Extension, **_values: Any) -> None:
        for name in ("Bea", "Cleo"):
            extension.name = name
            extension.save()
        with suppress(RuntimeError), transaction.atomic():
            extension.number = "9"
            extension.save()
            raise RuntimeError
        Extension.objects.get(pk=extension.pk).queues.set([make_queue(name="Sales")])

    monkeypatch.setattr(routing_actions, "update_extension", rename)
    data = {"number": "1001", "name": "Bea", "username": "agent1001"}
    assert admin_page.post(f"/extensions/{ada.pk}/", data).status_code == 302
    found = AuditEntry.objects.order_by("pk").values_list("action", "name", "changes")
    joined = {"name": {"old": "Ada", "new": "Cleo"}}
    assert [one for one in found if "Ada" in str(one)] == [("changed", "1001 Bea", joined)]
    assert [one[2].get("agents") for one in found if one[1] == "Sales"] == [{"added": ["1001 Cleo"]}]


def test_what_was_rolled_back_is_not_logged(ada: Extension) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        ada.name = "Bob"
        ada.save()
        raise RuntimeError
    assert AuditEntry.objects.count() == 0


def test_address_is_the_proxys_word_only_where_the_proxy_is_trusted(
    admin_page: Client, ada: Extension, settings: Settings
) -> None:
    headers = {"X-Forwarded-For": "198.51.100.66, 203.0.113.7"}
    for trusted in (False, True):
        settings.TRUST_PROXY_HEADERS = trusted
        data = {"name": f"Queue {trusted}", "pickup_mode": "manual"}
        admin_page.post("/queues/add/", data, headers=headers)
    found = AuditEntry.objects.order_by("pk").values_list("name", "address")
    assert list(found) == [("Queue False", "127.0.0.1"), ("Queue True", "203.0.113.7")]


def test_log_is_narrowed_searched_and_exported(
    admin_page: Client, administrator: User, ada: Extension
) -> None:
    admin_page.post("/queues/add/", {"name": "=SUM(1)", "pickup_mode": "manual"})
    ada.name = "Ada L."
    ada.save()
    AuditEntry.objects.filter(name="1001 Ada L.").update(at=timezone.now() - timedelta(days=2))

    def found(query: str) -> list[str]:
        return [row[1].split(":")[0] for row in shown(admin_page, query)]

    queue, extension = "=SUM(1) Message queue", "1001 Ada L. Extension"
    assert found("") == [queue, extension]
    assert found(f"user={administrator.pk}") == found("action=created") == found("since=24h") == [queue]
    assert found("kind=routing.extension") == found("q=ada") == [extension]
    assert found("q=nobody") == found("kind=x") == []
    answer: Any = admin_page.get("/audit/export/?since=24h")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "Time,User,Address,Action,Kind,Name,Changes"
    (line,) = lines[1:]
    _time, *said, changes = line.split(",")
    assert said == ["root", "127.0.0.1", "Added", "Message queue", "'=SUM(1)"]
    named = {
        "Name: =SUM(1)",
        "Pickup mode: Manual pickup",
        "Next session goes to: Whose turn it is",
        "Close idle sessions: As their channel has it",
    }
    assert set(changes.split("; ")) == named


def test_log_of_many_costs_as_many_queries_as_of_one(admin_page: Client, ada: Extension) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            admin_page.get("/audit/")
        return len(captured)

    make_queue(ada, name="1")
    with_one = queries()
    for number in range(2, 30):
        make_queue(ada, name=str(number))
    assert queries() == with_one


def test_retention_forgets_old_entries(settings: Settings, ada: Extension) -> None:
    settings.AUDIT_DAYS = 10
    for days in (9, 11):
        at = timezone.now() - timedelta(days=days)
        AuditEntry.objects.create(at=at, action="changed", kind="routing.extension", name=str(days))
    sweep()
    assert [entry.name for entry in AuditEntry.objects.all()] == ["9"]


def test_no_field_is_shown_by_the_name_that_the_code_has_for_it() -> None:
    """What Django has made of a name of several words needs words of ours."""
    raw = {
        field
        for kind, field in audit.watched_fields()
        if "_" in field and label_of(kind, field).lower() == field.replace("_", " ")
    }
    plain = {
        "first_name",
        "last_name",
        "time_zone",
        "pickup_mode",
        "opted_out",
        "notifications_show",
        "closing_text",
    }
    unseen = {"archived_at", "is_staff", "is_superuser"}  # told as added or deleted; of no use here
    assert raw <= plain | unseen
    assert words_of_kind("accounts.apitoken") == "API token"
    assert not any("_" in words_of_kind(kind) or "Api" in words_of_kind(kind) for kind in audit.kinds())
