"""Failed logins: by username, never by address, and administrators unlock."""

import pytest
from django.test import Client
from redis import Redis

from accounts.models import User
from tests.portal import PASSWORD, errors_of, make_user, messages_of, rows_of
from tests.stack import Servers

LOCKED = (
    "Too many failed logins: this login is locked for up to 15 minutes. Try again then, or ask an "
    "administrator to unlock it."
)


def try_to_log_in(username: str, password: str) -> list[str]:
    """What the page says; nothing when it worked."""
    answer = Client().post("/login/", {"username": username, "password": password})
    return [] if answer.status_code == 302 else errors_of(answer.context["form"])["__all__"]


def fail(username: str, times: int) -> None:
    for _ in range(times):
        assert try_to_log_in(username, "wrong-one") != [LOCKED]


def test_fifth_failure_locks_the_username_only(administrator: User) -> None:
    make_user("grace")
    fail("grace", 5)
    assert try_to_log_in("grace", PASSWORD) == [LOCKED]
    assert try_to_log_in("GRACE", PASSWORD) == [LOCKED]
    assert try_to_log_in("root", PASSWORD) == []  # from the same address


def test_unknown_username_is_locked_alike(administrator: User) -> None:
    fail("nobody", 5)
    assert try_to_log_in("nobody", "x") == [LOCKED]


def test_success_in_between_forgives_nothing_and_costs_nothing(administrator: User) -> None:
    for _ in range(4):
        fail("root", 1)
        assert try_to_log_in("root", PASSWORD) == []
    fail("root", 1)
    assert try_to_log_in("root", PASSWORD) == [LOCKED]


def test_administrator_sees_who_is_locked_and_unlocks(admin_page: Client) -> None:
    user = make_user("grace")
    fail("grace", 5)
    assert [row[0] for row in rows_of(admin_page.get("/users/"))] == ["grace locked", "root"]
    assert "Locked after too many failed logins." in admin_page.get(f"/users/{user.pk}/").content.decode()
    answer = admin_page.post(f"/users/{user.pk}/unlock/", follow=True)
    assert messages_of(answer) == ["“grace” can log in again."]
    assert try_to_log_in("grace", PASSWORD) == []
    assert [row[0] for row in rows_of(admin_page.get("/users/"))] == ["grace", "root"]


def test_count_is_in_redis_for_all_processes(administrator: User, redis_client: Redis) -> None:
    fail("root", 1)
    assert [key for key in redis_client.keys("*") if "login_failed" in key] != []


@pytest.mark.processes
def test_login_works_while_redis_is_away(administrator: User, servers: Servers) -> None:
    assert servers.valkey is not None
    servers.valkey.kill()
    try:
        assert try_to_log_in("root", "wrong-one") != [LOCKED]
        assert try_to_log_in("root", PASSWORD) == []
    finally:
        servers.valkey.restart()
