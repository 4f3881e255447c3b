import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role, User
from routing.models import Extension
from sessions.ending.archiving import archive_extension
from tests.factories import make_agent, make_queue
from tests.portal import errors_of, make_user, messages_of, rows_of

NEW = {
    "number": "1001",
    "name": "Ada Lovelace",
    "login": "new",
    "user": "",
    "username": "ada",
    "email": "ada@example.com",
    "password": "a-long-password-1",
}


def test_extension_is_added_with_its_login(admin_page: Client) -> None:
    answer = admin_page.post("/extensions/add/", NEW, follow=True)
    assert messages_of(answer) == ["The extension “1001 Ada Lovelace” was added."]
    assert rows_of(answer) == [["1001", "Ada Lovelace", "ada", "ada@example.com", "–"]]
    assert Extension.objects.get().user.role == Role.AGENT
    assert Client().login(username="ada", password="a-long-password-1")


def test_extension_takes_an_existing_user(admin_page: Client, administrator: User) -> None:
    chosen = {"number": "1001", "name": "Ruth", "login": "existing", "user": administrator.pk}
    answer = admin_page.post("/extensions/add/", chosen, follow=True)
    assert messages_of(answer) == ["The extension “1001 Ruth” was added."]
    assert Extension.objects.get().user == administrator
    assert User.objects.get().role == Role.ADMINISTRATOR


def test_extension_offers_only_users_without_one(admin_page: Client) -> None:
    make_agent("1001")
    make_user("free")
    page = admin_page.get("/extensions/add/")
    assert [user.username for user in page.context["form"].fields["user"].queryset] == ["free", "root"]


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"number": ""}, {"number": ["This field is required."]}),
        ({"number": "10a"}, {"number": ["Enter digits only, for example 1001."]}),
        (
            {"number": "1" * 17},
            {"number": ["Ensure this value has at most 16 characters (it has 17)."]},
        ),
        ({"number": "2002"}, {"number": ["Another extension has this number. Choose another one."]}),
        ({"name": " "}, {"name": ["This field is required."]}),
        ({"username": ""}, {"username": ["This field is required."]}),
        (
            {"username": "a b"},
            {
                "username": [
                    "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ "
                    "characters."
                ]
            },
        ),
        (
            {"password": "short"},
            {"password": ["This password is too short. It must contain at least 8 characters."]},
        ),
        ({"login": "existing"}, {"user": ["Choose a user, or make a new one."]}),
        (
            {"login": "existing", "user": "999"},
            {"user": ["Select a valid choice. That choice is not one of the available choices."]},
        ),
    ],
)
def test_extension_with_bad_input_is_refused_and_kept_on_the_page(
    admin_page: Client, change: dict[str, str], errors: dict[str, list[str]]
) -> None:
    make_agent("2002")
    answer = admin_page.post("/extensions/add/", NEW | change)
    assert answer.status_code == 422
    assert errors_of(answer.context["form"]) == errors
    assert "ada@example.com" in answer.content.decode()
    assert "a-long-password-1" not in answer.content.decode()
    assert [extension.number for extension in Extension.objects.all()] == ["2002"]
    assert User.objects.filter(username="ada").count() == 0


def test_extension_is_edited_with_its_login(admin_page: Client) -> None:
    agent = make_agent("1001", "Ada")
    values = {"number": "1100", "name": "Ada L.", "username": "lovelace", "email": "", "password": ""}
    answer = admin_page.post(f"/extensions/{agent.pk}/", values, follow=True)
    assert rows_of(answer) == [["1100", "Ada L.", "lovelace", "–", "–"]]
    assert Client().login(username="lovelace", password="secret-of-the-agent")


def test_extension_edit_can_not_take_anothers_number_or_name(admin_page: Client) -> None:
    make_agent("1001")
    agent = make_agent("1002")
    values = {"number": "1001", "name": "B", "username": "agent1001", "email": "", "password": ""}
    answer = admin_page.post(f"/extensions/{agent.pk}/", values)
    assert sorted(errors_of(answer.context["form"])) == ["number", "username"]
    agent.refresh_from_db()
    assert agent.number == "1002"


def test_deleted_extension_frees_its_number_and_comes_back_with_its_user(admin_page: Client) -> None:
    agent = make_agent("1001", "Ada")
    archive_extension(agent)
    admin_page.post("/extensions/add/", NEW)
    assert [str(extension) for extension in Extension.objects.live()] == ["1001 Ada Lovelace"]
    User.objects.filter(pk=agent.user.pk).update(is_active=True)
    chosen = {"number": "1009", "name": "Ada", "login": "existing", "user": agent.user.pk}
    admin_page.post("/extensions/add/", chosen)
    assert Extension.objects.live().get(number="1009").pk == agent.pk


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", ["999", "1001", "1002"]),
        ("?sort=-number", ["1002", "1001", "999"]),
        ("?sort=name", ["1002", "999", "1001"]),
        ("?sort=-queues", ["1002", "1001", "999"]),
        ("?q=100", ["1001", "1002"]),
        ("?q=zoe", ["1001"]),
        ("?q=agent999", ["999"]),
    ],
)
def test_extension_list_searches_and_sorts(admin_page: Client, query: str, numbers: list[str]) -> None:
    zoe, _bob, ada = make_agent("1001", "Zoe"), make_agent("999", "Bob"), make_agent("1002", "Ada")
    make_queue(ada, zoe)
    make_queue(ada, name="Sales")
    assert [row[0] for row in rows_of(admin_page.get(f"/extensions/{query}"))] == numbers


def test_extension_list_names_the_live_queues(admin_page: Client) -> None:
    agent = make_agent("1001", "Ada")
    make_queue(agent, name="Sales")
    make_queue(agent, name="Support")
    assert rows_of(admin_page.get("/extensions/")) == [["1001", "Ada", "agent1001", "–", "Sales Support"]]


def test_empty_extension_list_says_the_next_step(admin_page: Client) -> None:
    page = admin_page.get("/extensions/").content.decode()
    assert "No extensions yet" in page
    assert '<a class="btn btn-primary" href="/extensions/add/">' in page


def test_extension_list_costs_the_same_however_many(
    admin_page: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_queue(make_agent("1001"))
    with django_assert_num_queries(8):
        admin_page.get("/extensions/")
    for number in range(20):
        make_queue(make_agent(f"20{number:02}"), name=f"Queue {number}")
    with django_assert_num_queries(8):
        admin_page.get("/extensions/")
