import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role, User
from tests.factories import make_agent
from tests.portal import PASSWORD, errors_of, logged_in, make_user, messages_of, rows_of

NEW = {
    "username": "grace",
    "password": "a-long-password-1",
    "first_name": "Grace",
    "last_name": "Hopper",
    "email": "grace@example.com",
    "role": "supervisor",
    "time_zone": "Africa/Nairobi",
}


def test_user_is_added_and_can_log_in(admin_page: Client) -> None:
    answer = admin_page.post("/users/add/", NEW, follow=True)
    assert answer.redirect_chain == [("/users/", 302)]
    assert messages_of(answer) == ["The user “grace” was added."]
    assert rows_of(answer) == [
        ["grace", "Grace Hopper", "grace@example.com", "Supervisor", "–"],
        ["root", "–", "–", "Administrator", "–"],
    ]
    assert Client().login(username="grace", password="a-long-password-1")
    assert User.objects.get(username="grace").time_zone == "Africa/Nairobi"


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"username": ""}, {"username": ["This field is required."]}),
        (
            {"username": "root"},
            {
                "username": [
                    "A user with that username already exists. If it was deleted, find it by Users > Show "
                    "deleted users and make it active again."
                ]
            },
        ),
        ({"password": ""}, {"password": ["This field is required."]}),
        (
            {"password": "12345"},
            {
                "password": [
                    "This password is too short. It must contain at least 8 characters.",
                    "This password is too common.",
                    "This password is entirely numeric.",
                ]
            },
        ),
        ({"email": "grace"}, {"email": ["Enter a valid email address."]}),
        (
            {"role": "king"},
            {"role": ["Select a valid choice. king is not one of the available choices."]},
        ),
        (
            {"time_zone": "Moon/Base"},
            {"time_zone": ["Select a valid choice. Moon/Base is not one of the available choices."]},
        ),
    ],
)
def test_user_with_bad_input_is_refused_and_kept_on_the_page(
    admin_page: Client, change: dict[str, str], errors: dict[str, list[str]]
) -> None:
    answer = admin_page.post("/users/add/", NEW | change)
    assert answer.status_code == 422
    assert errors_of(answer.context["form"]) == errors
    assert 'value="Hopper"' in answer.content.decode()
    assert "a-long-password-1" not in answer.content.decode()
    assert list(User.objects.values_list("username", flat=True)) == ["root"]


def test_user_edited_without_password_keeps_it(admin_page: Client) -> None:
    user = make_user("grace")
    admin_page.post(f"/users/{user.pk}/", NEW | {"password": "", "is_active": "on"})
    user.refresh_from_db()
    assert (user.first_name, user.role, user.is_active) == ("Grace", Role.SUPERVISOR, True)
    assert user.check_password(PASSWORD)


def test_administrator_who_changes_own_password_stays_logged_in(
    admin_page: Client, administrator: User
) -> None:
    values = NEW | {"username": "root", "role": "administrator", "is_active": "on"}
    admin_page.post(f"/users/{administrator.pk}/", values)
    assert admin_page.get("/users/").status_code == 200


def test_last_administrator_stays_one(admin_page: Client, administrator: User) -> None:
    values = NEW | {"username": "root", "password": "", "role": "agent", "is_active": "on"}
    answer = admin_page.post(f"/users/{administrator.pk}/", values)
    words = "This is the only active administrator. Make another user an administrator first."
    assert errors_of(answer.context["form"]) == {"role": [words]}
    administrator.refresh_from_db()
    assert administrator.is_administrator


def test_deleted_user_is_out_at_once_and_can_come_back(admin_page: Client) -> None:
    user = make_user("grace")
    browser = logged_in(user)
    question = admin_page.get(f"/users/{user.pk}/delete/").content.decode()
    assert "Delete the user “grace”?" in question
    answer = admin_page.post(f"/users/{user.pk}/delete/", follow=True)
    assert messages_of(answer) == ["The user “grace” was deleted."]
    assert [row[0] for row in rows_of(answer)] == ["root"]
    assert browser.get("/profile/")["Location"] == "/login/?next=/profile/"
    assert [row[0] for row in rows_of(admin_page.get("/users/?inactive=1"))] == ["grace"]
    admin_page.post(f"/users/{user.pk}/", NEW | {"password": "", "is_active": "on"})
    assert [row[0] for row in rows_of(admin_page.get("/users/"))] == ["grace", "root"]


def test_nobody_deletes_oneself(admin_page: Client, administrator: User) -> None:
    answer = admin_page.post(f"/users/{administrator.pk}/delete/")
    assert answer.status_code == 422
    assert answer.context["refusal"] == "This is you. Another administrator can delete you."
    assert User.objects.get().is_active


def test_login_of_an_extension_is_deleted_with_the_extension_only(admin_page: Client) -> None:
    agent = make_agent("1001", "Ada")
    answer = admin_page.post(f"/users/{agent.user.pk}/delete/")
    words = "This is the login of extension 1001 Ada. Delete the extension first."
    assert answer.context["refusal"] == words
    assert User.objects.get(pk=agent.user.pk).is_active


@pytest.mark.parametrize(
    ("query", "usernames"),
    [
        ("", ["ada", "bob", "root"]),
        ("?sort=-username", ["root", "bob", "ada"]),
        ("?sort=email", ["root", "bob", "ada"]),
        ("?sort=no-such-column", ["ada", "bob", "root"]),
        ("?q=zzz", []),
        ("?q=EXAMPLE+zulu", ["ada"]),
        ("?q=%00", ["ada", "bob", "root"]),
        ("?page=99", ["ada", "bob", "root"]),
        ("?page=x", ["ada", "bob", "root"]),
    ],
)
def test_user_list_searches_and_sorts(admin_page: Client, query: str, usernames: list[str]) -> None:
    make_user("bob", email="alpha@example.com")
    make_user("ada", email="zulu@example.com")
    assert [row[0] for row in rows_of(admin_page.get(f"/users/{query}"))] == usernames


def test_user_list_pages(admin_page: Client) -> None:
    for number in range(29):
        make_user(f"agent{number:02}")
    assert len(rows_of(admin_page.get("/users/"))) == 25
    last = admin_page.get("/users/?page=2&sort=username")
    assert [row[0] for row in rows_of(last)] == ["agent25", "agent26", "agent27", "agent28", "root"]
    assert 'href="?sort=username&amp;page=1"' in last.content.decode()


def test_user_list_costs_the_same_however_many(
    admin_page: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(7):
        admin_page.get("/users/")
    for number in range(20):
        make_agent(f"10{number:02}")
    with django_assert_num_queries(7):
        admin_page.get("/users/")
