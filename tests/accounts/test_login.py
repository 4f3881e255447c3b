import pytest
from django.test import Client

from accounts.models import User
from tests.factories import make_agent
from tests.portal import PASSWORD, errors_of, logged_in, make_user, messages_of


def test_login_leads_where_one_wanted_to_go(administrator: User) -> None:
    browser = Client()
    assert browser.get("/queues/")["Location"] == "/login/?next=/queues/"
    form = {"username": "root", "password": PASSWORD, "next": "/queues/"}
    assert browser.post("/login/", form)["Location"] == "/queues/"


def test_login_with_wrong_password_keeps_the_name(administrator: User) -> None:
    answer = Client().post("/login/", {"username": "root", "password": "wrong-one"})
    words = "Please enter a correct username and password. Note that both fields may be case-sensitive."
    assert errors_of(answer.context["form"]) == {"__all__": [words]}
    assert 'value="root"' in answer.content.decode()
    assert "wrong-one" not in answer.content.decode()


def test_login_leads_to_no_other_site(administrator: User) -> None:
    form = {"username": "root", "password": PASSWORD, "next": "https://evil.example.com/"}
    assert Client().post("/login/", form)["Location"] == "/"


def test_logout_ends_the_login_by_post_only(admin_page: Client) -> None:
    assert admin_page.get("/logout/").status_code == 405
    assert admin_page.post("/logout/")["Location"] == "/login/"
    assert admin_page.get("/users/")["Location"] == "/login/?next=/users/"


def test_home_is_where_ones_work_is(admin_page: Client) -> None:
    assert admin_page.get("/").status_code == 200
    assert logged_in(make_agent("1001").user).get("/")["Location"] == "/inbox/"
    assert logged_in(make_user("grace")).get("/")["Location"] == "/profile/"


def test_profile_changes_name_and_zone(admin_page: Client, administrator: User) -> None:
    values = {"first_name": "Ruth", "last_name": "Oot", "email": "", "time_zone": "Asia/Kolkata"}
    answer = admin_page.post("/profile/", values, follow=True)
    assert messages_of(answer) == ["Your profile was saved."]
    administrator.refresh_from_db()
    assert (administrator.get_full_name(), administrator.time_zone) == ("Ruth Oot", "Asia/Kolkata")
    assert administrator.is_administrator


def test_profile_changes_nothing_else(db: None) -> None:
    user = make_user("grace")
    logged_in(user).post("/profile/", {"role": "administrator", "username": "root", "time_zone": ""})
    user.refresh_from_db()
    assert (user.username, user.role) == ("grace", "agent")


def test_password_change_logs_other_devices_out(admin_page: Client, administrator: User) -> None:
    other = logged_in(administrator)
    new = {"old_password": PASSWORD, "new_password1": "another-long-1", "new_password2": "another-long-1"}
    assert admin_page.post("/profile/password/", new)["Location"] == "/profile/"
    assert admin_page.get("/profile/").status_code == 200
    assert other.get("/profile/").status_code == 302


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        (
            {"old_password": "wrong"},
            {"old_password": ["Your old password was entered incorrectly. Please enter it again."]},
        ),
        ({"new_password2": "different-1"}, {"new_password2": ["The two password fields didn’t match."]}),
    ],
)
def test_password_change_with_bad_input_is_refused(
    admin_page: Client, administrator: User, change: dict[str, str], errors: dict[str, list[str]]
) -> None:
    new = {"old_password": PASSWORD, "new_password1": "another-long-1", "new_password2": "another-long-1"}
    answer = admin_page.post("/profile/password/", new | change)
    assert answer.status_code == 422
    assert errors_of(answer.context["password_form"]) == errors
    administrator.refresh_from_db()
    assert administrator.check_password(PASSWORD)


def test_page_allows_no_script_of_its_own(admin_page: Client) -> None:
    answer = admin_page.get("/users/add/")
    policy = answer["Content-Security-Policy"].split("; ")
    assert "default-src 'self'" in policy
    assert [rule for rule in policy if rule.startswith(("script-src", "style-src"))] == []
    html = answer.content.decode()
    assert (html.count("<script>"), html.count(" style="), html.count("onclick")) == (0, 0, 0)
