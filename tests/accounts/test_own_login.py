"""One's own login: forgotten passwords, and the browsers in which one is logged in."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as project
from django.core import mail
from django.test import Client
from pytest_django.fixtures import Settings

from accounts import tasks
from accounts.models import User
from tests.portal import PASSWORD, logged_in, make_user, rows_of

pytestmark = pytest.mark.django_db
NEW = "another-long-phrase-1"


@pytest.fixture
def grace() -> User:
    return make_user("grace", email="grace@example.com")


@pytest.fixture(autouse=True)
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that does at once what it is nudged to."""
    by_name = {task.name: task for task in (tasks.mail_forgotten,)}
    monkeypatch.setattr("accounts.login_forms.nudge", lambda name, *args: by_name[name](*args))


def ask_for_link(email: str) -> list[str]:
    """The links that were e-mailed."""
    mail.outbox.clear()
    assert Client().post("/password/reset/", {"email": email})["Location"] == "/password/reset/sent/"
    return [re.findall(r"https?://\S+", str(message.body))[0] for message in mail.outbox]


def follow(link: str) -> tuple[Client, Any]:
    browser = Client()
    return browser, browser.get(link.removeprefix(project.PUBLIC_URL), follow=True)


def test_forgotten_password_is_set_anew_by_an_emailed_link(grace: User) -> None:
    (link,) = ask_for_link("grace@example.com")
    browser, page = follow(link)
    for _ in range(5):
        Client().post("/login/", {"username": "grace", "password": "wrong-one"})  # locked by now
    answer = browser.post(page.context["action_url"], {"password1": NEW, "password2": NEW})
    assert answer["Location"] == "/password/reset/done/"
    assert Client().post("/login/", {"username": "grace", "password": NEW})["Location"] == "/"
    assert follow(link)[1].context["token_fail"] is True


def test_link_goes_to_nobody_for_an_unknown_address(grace: User) -> None:
    assert ask_for_link("stranger@example.com") == []


def test_former_address_resets_nothing(grace: User) -> None:
    ask_for_link("grace@example.com")
    assert EmailAddress.objects.filter(user=grace).update(verified=True) == 1  # as allauth remembers it
    browser = logged_in(grace)
    browser.post("/profile/", {"email": "new@example.com", "time_zone": ""})
    assert ask_for_link("grace@example.com") == []
    assert len(ask_for_link("new@example.com")) == 1


def test_link_leads_to_the_portal_whatever_host_a_stranger_asks_by(grace: User, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    Client().post("/password/reset/", {"email": "grace@example.com"}, headers={"Host": "evil.example"})
    (message,) = mail.outbox
    assert f"{settings.PUBLIC_URL}/password/reset/" in message.body
    assert "evil.example" not in message.body


def test_mail_server_that_is_away_keeps_no_page_and_is_tried_again(
    grace: User, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens
    later: list[tuple[object, ...]] = []
    monkeypatch.setattr("accounts.tasks.nudge", lambda *args, later_s: later.append(args))
    ask_for_link("grace@example.com")
    assert later == [("accounts.tasks.mail_forgotten", grace.pk, 1)]


def test_portal_without_email_says_whom_to_ask(settings: Settings) -> None:
    settings.EMAIL_IS_SET = False
    page = Client().get("/password/reset/").content.decode()
    assert "Ask an administrator for a link" in page
    assert "Send the link" not in page


def log_in(agent: str) -> Client:
    browser = Client(headers={"User-Agent": agent})
    browser.post("/login/", {"username": "grace", "password": PASSWORD})
    return browser


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"


def test_other_browsers_are_listed_and_logged_out(grace: User) -> None:
    here, there = log_in(FIREFOX), log_in(CHROME)
    names = [row[0] for row in rows_of(here.get("/profile/sessions/"))]
    assert names == ["Firefox, Linux this one", "Chrome, Windows"]
    assert here.post("/profile/sessions/")["Location"] == "/profile/sessions/"
    assert there.get("/profile/").status_code == 302
    assert [row[0] for row in rows_of(here.get("/profile/sessions/"))] == ["Firefox, Linux this one"]


def test_changed_password_leaves_this_browser_listed_only(grace: User) -> None:
    here, _there = log_in(FIREFOX), log_in(CHROME)
    here.post("/profile/password/", {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW})
    assert [row[0] for row in rows_of(here.get("/profile/sessions/"))] == ["Firefox, Linux this one"]


@pytest.mark.parametrize("path", ["/signup/", "/accounts/signup/", "/profile/two-step/webauthn/signup/"])
def test_nobody_signs_up(path: str) -> None:
    assert Client().get(path).status_code in {302, 404}
    assert Client().post(path, {"username": "x"}).status_code in {302, 404}
    assert User.objects.count() == 0
