"""One's own login: forgotten passwords, and the browsers in which one is logged in."""

import re
import zoneinfo
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.conf import settings as project
from django.core import mail
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format
from pytest_django.fixtures import Settings

from accounts import login_uses, tasks
from accounts.adapters import AccountAdapter
from accounts.models import AuditEntry, User
from tests.portal import PASSWORD, logged_in, login_of, make_user, messages_of, rows_of

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
    ((name, user_id, _address, _browser, _asked_at, tries),) = later
    assert (name, user_id, tries) == ("accounts.tasks.mail_forgotten", grace.pk, 1)


def test_mail_says_who_asked_and_how_long_the_link_works(grace: User, settings: Settings) -> None:
    User.objects.update(time_zone="Asia/Kathmandu")
    asked = {"email": "grace@example.com"}
    Client(headers={"User-Agent": FIREFOX}).post("/password/reset/", asked, REMOTE_ADDR="203.0.113.77")
    (message,) = mail.outbox
    assert message.subject == "Set a new password for PBX Messaging"
    zone = zoneinfo.ZoneInfo("Asia/Kathmandu")
    until = date_format(timezone.localtime(timezone=zone) + timedelta(hours=4), "DATETIME_FORMAT")
    said = str(message.body)
    assert ", Firefox, Linux, from the address 203.0.113.77\n" in said
    assert f"It works once, until {until} (Asia/Kathmandu)." in said or "59" in until
    assert "If it was not you, do nothing" in said


def test_stranger_writes_nothing_into_the_mail(grace: User) -> None:
    said = "Call +1 900 555 0100 at once"
    Client(headers={"User-Agent": said}).post("/password/reset/", {"email": "grace@example.com"})
    assert said not in str(mail.outbox[0].body)


def test_link_ends_when_the_mail_says(grace: User, settings: Settings) -> None:
    (link,) = ask_for_link("grace@example.com")
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert follow(link)[1].context["token_fail"] is True


def test_library_mails_nobody(grace: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is mailed is in our words: whatever one changes of one's login, the library keeps quiet."""
    monkeypatch.setattr(AccountAdapter, "send_mail", lambda *args, **_options: pytest.fail(str(args[1])))
    browser = log_in(FIREFOX)
    browser.post("/profile/confirm/", {"password": PASSWORD})
    page = browser.get("/profile/two-step/totp/activate/")
    code = hotp_value(page.context["form"].secret, next(yield_hotp_counters_from_time()))
    assert (
        browser.post("/profile/two-step/totp/activate/", {"code": format_hotp_value(code)}).status_code == 302
    )
    assert browser.post("/profile/two-step/recovery-codes/generate/").status_code == 302
    assert browser.post("/profile/two-step/totp/deactivate/").status_code == 302
    (link,) = ask_for_link("grace@example.com")
    reset, page = follow(link)
    assert reset.post(page.context["action_url"], {"password1": NEW, "password2": NEW}).status_code == 302
    assert [message.subject for message in mail.outbox] == ["Set a new password for PBX Messaging"]


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


def titles(page: Client, path: str = "/profile/sessions/") -> list[str]:
    return [row[0] for row in rows_of(page.get(path))]


def test_one_browser_is_logged_out_singly(grace: User) -> None:
    here, there, phone = log_in(FIREFOX), log_in(CHROME), log_in("Safari on an iPhone")
    login = UserSession.objects.get(session_key=there.session.session_key)
    answer = here.post(f"/profile/sessions/{login.pk}/end/", follow=True)
    assert messages_of(answer) == ["1 browser was logged out."]
    assert there.get("/profile/").status_code == 302
    assert phone.get("/profile/").status_code == 200
    assert sorted(titles(here)) == ["Firefox, Linux this one", "Safari, iPhone"]
    assert here.post(f"/profile/sessions/{login.pk}/end/").status_code == 404
    own = UserSession.objects.get(session_key=here.session.session_key)
    assert here.post(f"/profile/sessions/{own.pk}/end/").status_code == 404  # there is “Log out” for it


def test_login_of_somebody_else_is_not_there(grace: User) -> None:
    stranger, browser = logged_in(make_user("mallory")), log_in(FIREFOX)
    assert stranger.post(f"/profile/sessions/{login_of(browser).pk}/end/").status_code == 404
    assert browser.get("/profile/").status_code == 200


def test_administrator_ends_one_login_or_all(admin_page: Client, grace: User) -> None:
    browsers = [log_in(agent) for agent in (FIREFOX, CHROME, "Edg on Windows")]
    path = f"/users/{grace.pk}/logins/"
    assert f'href="{path}"' in admin_page.get(f"/users/{grace.pk}/").content.decode()
    assert sorted(titles(admin_page, path)) == ["Chrome, Windows", "Edge, Windows", "Firefox, Linux"]
    first = UserSession.objects.get(session_key=browsers[0].session.session_key)
    assert admin_page.post(f"/users/logins/{first.pk}/end/")["Location"] == path
    assert [browser.get("/profile/").status_code for browser in browsers] == [302, 200, 200]
    assert messages_of(admin_page.post(path, follow=True))[-1] == "2 browsers were logged out."
    assert [browser.get("/profile/").status_code for browser in browsers] == [302, 302, 302]
    assert admin_page.get("/users/").status_code == 200
    entries = AuditEntry.objects.filter(action="logged_out").order_by("pk")
    assert [(entry.username, entry.name) for entry in entries] == [("root", "grace")] * 2
    assert entries[0].changes["logins"]["removed"] == ["Firefox, Linux, 127.0.0.1"]
    assert len(entries[1].changes["logins"]["removed"]) == 2


def test_administrator_who_ends_all_own_logins_keeps_this_one(
    admin_page: Client, administrator: User
) -> None:
    other = logged_in(administrator)
    assert login_of(other) != login_of(admin_page)
    admin_page.post(f"/users/{administrator.pk}/logins/")
    assert (admin_page.get("/users/").status_code, other.get("/users/").status_code) == (200, 302)


def writes(page: Client, address: str = "127.0.0.1") -> list[str]:
    """The updates of logins that one request makes."""
    with CaptureQueriesContext(connection) as captured:
        assert page.get("/profile/", REMOTE_ADDR=address).status_code == 200
    return [query["sql"] for query in captured if query["sql"].startswith("UPDATE")]


def test_use_is_noted_once_in_some_minutes(grace: User) -> None:
    page = log_in(FIREFOX)
    assert [writes(page) for _ in range(3)] == [[], [], []]  # the login itself was noted
    some_time_ago = timezone.now() - login_uses.USE_NOTED_EVERY
    UserSession.objects.update(last_seen_at=some_time_ago)
    login_uses._looked.clear()  # as if that time had passed
    assert [len(writes(page, "203.0.113.9")) for _ in range(3)] == [1, 0, 0]
    login = UserSession.objects.get()
    assert (login.ip, login.last_seen_at > some_time_ago) == ("203.0.113.9", True)
    login_uses._looked.clear()  # another process, which has not seen it
    writes(page, "203.0.113.10")
    assert UserSession.objects.get().ip == "203.0.113.9"


def test_page_is_shown_though_the_use_can_t_be_noted(grace: User, monkeypatch: pytest.MonkeyPatch) -> None:
    page = log_in(FIREFOX)
    login_uses._looked.clear()

    def fail(*_args: object, **_values: object) -> int:
        raise OperationalError

    monkeypatch.setattr("django.db.models.query.QuerySet.update", fail)
    assert page.get("/profile/").status_code == 200


def test_other_browsers_are_listed_and_logged_out(grace: User) -> None:
    here, there = log_in(FIREFOX), log_in(CHROME)
    assert sorted(titles(here)) == ["Chrome, Windows", "Firefox, Linux this one"]
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
