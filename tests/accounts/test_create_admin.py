from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Role, User
from tests.portal import make_user


def create_admin(*arguments: str) -> str:
    out = StringIO()
    call_command("create_admin", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_create_admin_takes_the_password_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_PASSWORD", "a-long-password-1")
    assert create_admin("--username", "boss", "--email", "boss@example.com") == (
        "Created the administrator boss.\n"
    )
    boss = User.objects.get()
    assert (boss.email, boss.role, boss.is_administrator) == ("boss@example.com", Role.ADMINISTRATOR, True)
    assert boss.check_password("a-long-password-1")


@pytest.mark.django_db
def test_create_admin_asks_at_a_terminal_until_a_password_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    answers = iter(["short", "a-long-password-1", "another-one-2", "a-long-password-1", "a-long-password-1"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(answers))
    out, err = StringIO(), StringIO()
    call_command("create_admin", stdout=out, stderr=err)
    assert out.getvalue() == "Created the administrator admin.\n"
    assert err.getvalue().splitlines() == [
        "This password is too short. It must contain at least 8 characters.",
        "The two passwords differ.",
    ]
    assert User.objects.get().check_password("a-long-password-1")


@pytest.mark.django_db
def test_create_admin_if_none_does_nothing_when_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_PASSWORD", "a-long-password-1")
    User.objects.filter(pk=make_user("gone", Role.ADMINISTRATOR).pk).update(is_active=False)
    assert create_admin("--if-none") == "Created the administrator admin.\n"
    assert create_admin("--if-none", "--username", "other") == ""
    assert sorted(User.objects.values_list("username", flat=True)) == ["admin", "gone"]


@pytest.mark.parametrize(
    ("password", "words"),
    [("", "too short"), ("12345678", "entirely numeric"), ("a-long-password-1", "already exists")],
)
@pytest.mark.django_db
def test_create_admin_refuses_what_a_form_would(
    monkeypatch: pytest.MonkeyPatch, password: str, words: str
) -> None:
    make_user("admin")
    monkeypatch.setenv("ADMIN_PASSWORD", password)
    username = "admin" if words == "already exists" else "boss"
    with pytest.raises(CommandError, match=words):
        create_admin("--username", username)
    assert User.objects.count() == 1
