"""API tokens: only their hash is stored, and they end with what they stand for."""

import hashlib
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as project
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format

from accounts import tasks, tokens
from accounts.models import ApiToken, AuditEntry, Role, SecuritySettings, User
from routing.models import Extension
from tests.factories import make_agent
from tests.portal import errors_of, logged_in, make_user, messages_of, rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Extension:
    return make_agent("1001")


def user_of(header: str) -> User | None:
    token = tokens.token_of(header)
    return token.user if token else None


def test_only_the_hash_is_stored(agent: Extension) -> None:
    row, token = tokens.create_token(agent.user, name="CRM")
    stored = ApiToken.objects.values().get(pk=row.pk)
    assert stored["token_hash"] == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(stored)
    assert token.startswith("pbx_")


def test_bearer_token_stands_for_its_user(agent: Extension) -> None:
    _row, token = tokens.create_token(agent.user, name="CRM")
    headers = (
        f"Bearer {token}",
        f"bearer {token}",
        token,
        f"Basic {token}",
        f"Bearer {token}x",
        "Bearer ",
        "",
    )
    found = [user_of(header) for header in headers]
    assert found == [agent.user, agent.user, None, None, None, None, None]


def test_token_ends_with_what_it_stands_for(agent: Extension) -> None:
    row, token = tokens.create_token(agent.user, name="CRM")
    header = f"Bearer {token}"

    def user_after(**changes: object) -> object:
        for field, value in changes.items():
            subject = agent.user if field == "is_active" else agent
            setattr(subject, field, value)
            subject.save()
        return user_of(header)

    assert user_after(is_active=False) is None
    assert user_after(is_active=True) == agent.user
    assert user_after(archived_at=timezone.now()) is None
    assert user_after(archived_at=None) == agent.user
    tokens.revoke(row)
    assert user_of(header) is None


def test_who_has_nothing_to_see_gets_nowhere() -> None:
    people = [make_user(role, Role(role)) for role in ("administrator", "supervisor", "agent")]
    headers = [f"Bearer {tokens.create_token(user, name='x')[1]}" for user in people]
    assert [user_of(header) for header in headers] == [None, people[1], None]


def test_use_is_noted_once_a_minute(agent: Extension) -> None:
    row, token = tokens.create_token(agent.user, name="CRM")
    queries = []
    for _ in range(3):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            tokens.token_of(f"Bearer {token}")
        queries.append(len(captured))
    assert queries == [2, 1, 1]
    long_ago = timezone.now() - timedelta(seconds=61)
    ApiToken.objects.filter(pk=row.pk).update(last_used_at=long_ago)
    tokens.token_of(f"Bearer {token}")
    row.refresh_from_db()
    assert row.last_used_at is not None and row.last_used_at > long_ago


def made_on(page: Any) -> str:
    """The token that the page shows, "" if none."""
    return str(page.context["made"])


def test_own_token_is_made_shown_once_and_revoked(agent: Extension) -> None:
    browser = logged_in(agent.user)
    made = browser.post("/profile/tokens/", {"name": "CRM", "scope": "read", "days": "90"})
    token = made_on(made)
    assert made["Cache-Control"].startswith("max-age=0")
    assert token in made.content.decode()
    again = browser.get("/profile/tokens/")
    assert token not in again.content.decode()
    today, end = (date_format(timezone.localtime() + timedelta(days=days), "DATE_FORMAT") for days in (0, 90))
    assert rows_of(again) == [["CRM", "Read", today, "never", end]]

    row = ApiToken.objects.get()
    assert "Revoke the token “CRM”?" in browser.get(f"/profile/tokens/{row.pk}/revoke/").content.decode()
    assert user_of(f"Bearer {token}") == agent.user
    answer = browser.post(f"/profile/tokens/{row.pk}/revoke/", follow=True)
    assert messages_of(answer) == ["The token “CRM” was revoked: it opens nothing any more."]
    assert user_of(f"Bearer {token}") is None
    assert rows_of(answer) == []


def test_token_of_somebody_else_is_not_there(agent: Extension) -> None:
    row, token = tokens.create_token(make_agent("1002").user, name="CRM")
    browser = logged_in(agent.user)
    assert browser.post(f"/profile/tokens/{row.pk}/revoke/").status_code == 404
    assert rows_of(browser.get("/profile/tokens/")) == []
    assert user_of(f"Bearer {token}") is not None


def test_administrator_makes_and_revokes_an_agent_s(admin_page: Client, agent: Extension) -> None:
    path = f"/users/{agent.user_id}/tokens/"
    token = made_on(admin_page.post(path, {"name": "CRM", "scope": "send", "days": "365"}))
    assert user_of(f"Bearer {token}") == agent.user
    for page in (f"/users/{agent.user_id}/", f"/extensions/{agent.pk}/"):
        assert f'href="{path}"' in admin_page.get(page).content.decode()
    answer = admin_page.post(f"/users/tokens/{ApiToken.objects.get().pk}/revoke/")
    assert answer["Location"] == path
    entries = AuditEntry.objects.filter(kind="accounts.apitoken").order_by("pk")
    assert [(entry.username, entry.action, entry.name) for entry in entries] == [
        ("root", "created", "CRM (agent1001)"),
        ("root", "changed", "CRM (agent1001)"),
    ]
    assert token not in str(list(AuditEntry.objects.values()))


def test_who_has_no_extension_is_told_what_to_do(admin_page: Client, administrator: User) -> None:
    page = admin_page.post("/profile/tokens/", {"name": "CRM", "scope": "send", "days": "365"})
    assert (page.status_code, ApiToken.objects.count()) == (422, 0)
    assert "An administrator can give you one." in page.content.decode()
    page = admin_page.get(f"/users/{administrator.pk}/tokens/")
    assert 'href="/extensions/add/"' in page.content.decode()


def test_token_without_a_name_is_not_made(agent: Extension) -> None:
    page = logged_in(agent.user).post("/profile/tokens/", {"name": " ", "scope": "read", "days": "30"})
    assert page.status_code == 422
    assert errors_of(page.context["form"]) == {"name": ["This field is required."]}
    assert ApiToken.objects.count() == 0


def test_command_prints_a_token_of_an_extension(agent: Extension) -> None:
    out = StringIO()
    call_command("agent_token", "1001", "--scope", "read", stdout=out)
    found = tokens.token_of(f"Bearer {out.getvalue().strip()}")
    assert found is not None
    assert (found.user, found.scope) == (agent.user, "read")
    with pytest.raises(CommandError, match="There is no extension 4711"):
        call_command("agent_token", "4711", stdout=out)


def test_token_ends_after_the_chosen_days(agent: Extension) -> None:
    row, token = tokens.create_token(agent.user, name="CRM", days=30)
    assert timedelta(days=29, hours=23) < row.expires_at - timezone.now() <= timedelta(days=30)
    header = f"Bearer {token}"
    ApiToken.objects.filter(pk=row.pk).update(expires_at=timezone.now() + timedelta(seconds=30))
    assert user_of(header) == agent.user
    ApiToken.objects.filter(pk=row.pk).update(expires_at=timezone.now())
    assert user_of(header) is None
    assert rows_of(logged_in(agent.user).get("/profile/tokens/"))[0][-1].endswith(" ended")


def test_token_without_a_chosen_end_ends_in_a_year(agent: Extension) -> None:
    row, _token = tokens.create_token(agent.user, name="CRM")
    assert (row.expires_at - timezone.now()).days in {364, 365}


def test_end_that_is_not_offered_is_refused(agent: Extension) -> None:
    page = logged_in(agent.user).post("/profile/tokens/", {"name": "CRM", "scope": "read", "days": "9999"})
    assert page.status_code == 422
    assert [*errors_of(page.context["form"])] == ["days"]
    assert 'value="CRM"' in page.content.decode()
    assert ApiToken.objects.count() == 0


def test_token_passes_no_two_step_duty(agent: Extension) -> None:
    _row, token = tokens.create_token(agent.user, name="CRM")
    header = f"Bearer {token}"

    def user_where(required_of: SecuritySettings.RequiredOf) -> User | None:
        SecuritySettings.objects.update_or_create(pk=1, defaults={"two_step_required_of": required_of})
        return user_of(header)

    assert user_where(SecuritySettings.RequiredOf.ADMINISTRATORS) == agent.user
    assert user_where(SecuritySettings.RequiredOf.EVERYBODY) is None
    Authenticator.objects.create(user=agent.user, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert user_of(header) is None
    Authenticator.objects.create(user=agent.user, type=Authenticator.Type.TOTP, data={})
    assert user_of(header) == agent.user


def end_of(row: ApiToken, **after: float) -> None:
    ApiToken.objects.filter(pk=row.pk).update(expires_at=timezone.now() + timedelta(**after))


def test_user_is_told_once_before_the_end(agent: Extension) -> None:
    agent.user.email = "ada@example.com"
    agent.user.save()
    rows = [tokens.create_token(agent.user, name=name)[0] for name in ("CRM", "Later", "Gone", "Revoked")]
    for row, days in zip(rows, (13, 15, -1, 13), strict=True):
        end_of(row, days=days)
    tokens.revoke(rows[3])
    for _ in range(2):
        tasks.tell_of_token_ends()
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["ada@example.com"], "The API token “CRM” ends soon")
    assert f"{project.PUBLIC_URL}/profile/tokens/" in message.body
    assert "“CRM” of your login agent1001" in message.body
    page = rows_of(logged_in(agent.user).get("/profile/tokens/"))
    assert {row[0]: row[-1].rpartition(" ")[2] for row in page if row[0] == "CRM"} == {"CRM": "soon"}


def test_mail_about_an_end_that_does_not_leave_is_tried_again(
    agent: Extension, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent.user.email = "ada@example.com"
    agent.user.save()
    end_of(tokens.create_token(agent.user, name="CRM")[0], days=2)
    with monkeypatch.context() as away:
        away.setattr("accounts.mailing.send_mail", lambda *_args: 0)
        tasks.tell_of_token_ends()
    assert ApiToken.objects.get().end_told_at is None
    tasks.tell_of_token_ends()
    assert len(mail.outbox) == 1
