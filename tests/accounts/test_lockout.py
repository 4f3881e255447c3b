"""Failed logins: by username and network, with growing waits; known browsers are nobody else's business."""

import threading
from collections.abc import Iterator

import pytest
from django.conf import settings as project
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings
from redis import Redis

from accounts import invitations, lockout
from accounts.devices import COOKIE
from accounts.models import User
from tests.portal import PASSWORD, errors_of, logged_in, make_user, messages_of, rows_of
from tests.stack import Servers

HERE, NEIGHBOUR, ELSEWHERE = "203.0.113.7", "203.0.113.200", "198.51.100.7"
HERE_6, NEIGHBOUR_6, ELSEWHERE_6 = "2001:db8:1:200::7", "2001:db8:1:2ff::9", "2001:db8:2::7"


def wait_of(minutes: int) -> str:
    unit = "minute" if minutes == 1 else "minutes"
    return f"Too many wrong passwords. Try again in {minutes} {unit}, or ask an administrator to unlock you."


LOCKED = wait_of(1)


def try_to_log_in(
    username: str, password: str, address: str = HERE, browser: Client | None = None
) -> list[str]:
    """What the page says; nothing when it worked."""
    fields = {"username": username, "password": password}
    answer = (browser or Client()).post("/login/", fields, REMOTE_ADDR=address)
    return [] if answer.status_code == 302 else errors_of(answer.context["form"])["__all__"]


def fail(username: str, times: int, address: str = HERE) -> None:
    for _ in range(times):
        said = try_to_log_in(username, "wrong-one", address)
        assert not said[0].startswith("Too many"), said


def pass_time(username: str, address: str = HERE) -> None:
    """As if the wait were over."""
    request = RequestFactory().get("/", REMOTE_ADDR=address)
    cache.delete(lockout._lock_key(lockout.tries_of(request, username)))


def test_fifth_failure_locks_the_username_only(administrator: User) -> None:
    make_user("grace")
    fail("grace", 5)
    assert try_to_log_in("grace", PASSWORD) == [LOCKED]
    assert try_to_log_in("GRACE", PASSWORD) == [LOCKED]
    assert try_to_log_in("root", PASSWORD) == []  # from the same address


@pytest.mark.parametrize(
    ("here", "neighbour", "elsewhere"), [(HERE, NEIGHBOUR, ELSEWHERE), (HERE_6, NEIGHBOUR_6, ELSEWHERE_6)]
)
def test_nobody_is_locked_from_another_network(
    administrator: User, here: str, neighbour: str, elsewhere: str
) -> None:
    fail("root", 5, here)
    assert try_to_log_in("root", PASSWORD, neighbour) == [LOCKED]
    assert try_to_log_in("root", PASSWORD, elsewhere) == []


def test_browser_that_the_user_knows_is_not_locked_by_strangers(administrator: User) -> None:
    """Even in one office, behind one address."""
    own = Client()
    assert try_to_log_in("root", PASSWORD, browser=own) == []
    own.post("/logout/")
    fail("root", 5)
    assert try_to_log_in("root", PASSWORD) == [LOCKED]
    assert try_to_log_in("root", PASSWORD, browser=own) == []


def test_known_browser_is_no_way_to_guess(administrator: User) -> None:
    make_user("grace")
    own = Client()
    assert try_to_log_in("root", PASSWORD, browser=own) == []
    own.post("/logout/")
    for _ in range(5):
        try_to_log_in("root", "wrong-one", browser=own)
    assert try_to_log_in("root", PASSWORD, browser=own) == [LOCKED]
    fail("grace", 5)  # who has not logged in with it
    assert try_to_log_in("grace", PASSWORD, browser=own) == [LOCKED]


def test_forged_cookie_is_no_known_browser(administrator: User) -> None:
    fail("root", 5)
    forger = Client()
    forger.cookies[COOKIE] = '{"device": "x", "users": ["4813494d137e1631"]}'
    assert try_to_log_in("root", PASSWORD, browser=forger) == [LOCKED]


def test_waits_grow_up_to_the_longest(administrator: User) -> None:
    fail("root", 5)
    waits = []
    for _ in range(6):
        waits.append(try_to_log_in("root", PASSWORD))
        pass_time("root")
        assert not try_to_log_in("root", "wrong-one")[0].startswith("Too many")
    assert waits == [[wait_of(minutes)] for minutes in (1, 2, 4, 8, 15, 15)]
    pass_time("root")
    assert try_to_log_in("root", PASSWORD) == []


def test_unknown_username_is_locked_alike(administrator: User) -> None:
    fail("nobody", 5)
    assert try_to_log_in("nobody", "x") == [LOCKED]


def test_success_in_between_forgives_nothing_and_costs_nothing(administrator: User) -> None:
    for _ in range(4):
        fail("root", 1)
        assert try_to_log_in("root", PASSWORD) == []
    fail("root", 1)
    assert try_to_log_in("root", PASSWORD) == [LOCKED]


@pytest.mark.django_db(transaction=True)
def test_many_guesses_at_once_are_no_more_guesses(administrator: User) -> None:
    """What pages say is read from themselves: Django's client mixes up the contexts of several threads."""
    barrier, pages = threading.Barrier(16), list[str]()

    def guess() -> None:
        fields = {"username": "root", "password": "wrong-one"}
        barrier.wait()
        pages.append(Client().post("/login/", fields, REMOTE_ADDR=HERE).content.decode())
        connection.close()

    threads = [threading.Thread(target=guess) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = sum("Too many wrong passwords" in page for page in pages)
    judged = sum("Please enter a correct username" in page for page in pages)
    assert refused + judged == 16
    assert judged <= 6


FROM_MANY_PLACES = (
    "Too many wrong passwords for this username, from many places. Log in with a browser that you have "
    "logged in with before, or set a new password by “Forgot your password?” or by a link of an "
    "administrator."
)


@pytest.fixture
def spread(administrator: User, settings: Settings) -> None:
    """Guesses of one username from many networks, as many as are let through."""
    settings.LOGIN_FAILURES_EVERYWHERE = 20

    for n in range(20):
        fail("root", 1, f"198.18.{n}.7")


def test_guesses_from_many_networks_get_a_pace(administrator: User, spread: None) -> None:
    make_user("grace")
    assert try_to_log_in("root", PASSWORD, ELSEWHERE) == [FROM_MANY_PLACES]
    assert try_to_log_in("ROOT", "wrong-one", ELSEWHERE_6) == [FROM_MANY_PLACES]
    assert try_to_log_in("grace", PASSWORD, ELSEWHERE) == []
    let_a_minute_pass = lockout._lock_key("root|everywhere")
    said = []
    for n in range(6):
        cache.delete(let_a_minute_pass)
        for k in range(3):
            said.append(try_to_log_in("root", "wrong-one", f"192.0.{n}{k}.1")[0] == FROM_MANY_PLACES)
    assert said == [False, True, True] * 6
    cache.delete(let_a_minute_pass)
    assert try_to_log_in("root", PASSWORD, ELSEWHERE) == []


def test_strangers_everywhere_hold_up_no_known_browser(administrator: User, settings: Settings) -> None:
    settings.LOGIN_FAILURES_EVERYWHERE = 3
    own = Client()
    assert try_to_log_in("root", PASSWORD, browser=own) == []
    own.post("/logout/")
    for n in range(3):
        fail("root", 1, f"198.18.{n}.7")
    for _ in range(2):
        assert try_to_log_in("root", PASSWORD) == [FROM_MANY_PLACES]
        assert try_to_log_in("root", PASSWORD, ELSEWHERE, browser=own) == []
        own.post("/logout/")


def test_success_costs_the_others_nothing(administrator: User, settings: Settings) -> None:
    settings.LOGIN_FAILURES_EVERYWHERE = 3
    for n in range(10):
        assert try_to_log_in("root", PASSWORD, f"198.18.{n}.7") == []
    fail("root", 1, HERE)
    assert try_to_log_in("root", PASSWORD, ELSEWHERE) == []


def test_link_of_an_administrator_makes_the_browser_a_known_one(administrator: User, spread: None) -> None:
    link = invitations.link_of(invitations.invite(administrator)).removeprefix(project.PUBLIC_URL)
    browser, new = Client(), "another-long-one-1"
    answer = browser.post(link, {"new_password1": new, "new_password2": new})
    assert answer["Location"] == "/login/"
    for n in range(20):
        fail("root", 1, f"198.20.{n}.7")
    assert try_to_log_in("root", new, ELSEWHERE) == [FROM_MANY_PLACES]
    assert try_to_log_in("root", new, ELSEWHERE, browser=browser) == []


def test_administrator_sees_and_ends_the_pace(admin_page: Client, spread: None) -> None:
    root = User.objects.get(username="root")
    assert [row[0] for row in rows_of(admin_page.get("/users/"))] == ["root locked"]
    admin_page.post(f"/users/{root.pk}/unlock/")
    assert try_to_log_in("root", PASSWORD, ELSEWHERE) == []
    assert [row[0] for row in rows_of(admin_page.get("/users/"))] == ["root"]


def test_guesses_of_the_present_password_wait_too(administrator: User) -> None:
    page = logged_in(administrator)
    new = {"new_password1": "another-long-one-1", "new_password2": "another-long-one-1"}

    def guess(old: str) -> list[str]:
        answer = page.post("/profile/password/", {"old_password": old, **new})
        return [] if answer.status_code == 302 else errors_of(answer.context["password_form"])["old_password"]

    for _ in range(5):
        assert guess("wrong-one")[0].startswith("Your old password was entered incorrectly.")
    assert guess(PASSWORD) == [LOCKED]
    cache.delete(lockout._lock_key(lockout.own_tries_of(administrator)))
    assert guess(PASSWORD) == []


def test_administrator_sees_who_is_locked_and_unlocks(admin_page: Client) -> None:
    user = make_user("grace")
    fail("grace", 5)
    fail("grace", 5, ELSEWHERE)
    assert [row[0] for row in rows_of(admin_page.get("/users/"))] == ["grace locked", "root"]
    assert "Locked after too many failed logins." in admin_page.get(f"/users/{user.pk}/").content.decode()
    answer = admin_page.post(f"/users/{user.pk}/unlock/", follow=True)
    assert messages_of(answer) == ["“grace” can log in again."]
    assert try_to_log_in("grace", PASSWORD) == []
    assert try_to_log_in("grace", PASSWORD, ELSEWHERE) == []
    assert [row[0] for row in rows_of(admin_page.get("/users/"))] == ["grace", "root"]


def test_count_is_in_redis_for_all_processes(administrator: User, redis_client: Redis) -> None:
    fail("root", 1)
    assert [key for key in redis_client.keys("*") if "login-failures" in key] != []


@pytest.fixture
def redis_away(servers: Servers) -> Iterator[None]:
    assert servers.valkey is not None
    servers.valkey.kill()
    yield
    servers.valkey.restart()


@pytest.mark.processes
def test_login_works_while_redis_is_away(administrator: User, redis_away: None) -> None:
    assert not try_to_log_in("root", "wrong-one")[0].startswith("Too many")
    assert try_to_log_in("root", PASSWORD) == []
