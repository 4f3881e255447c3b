"""Two-step login: set up, asked for, required, lost."""

import base64
import hmac
import struct
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.models import Role, SecuritySettings, User
from tests.portal import PASSWORD, errors_of, logged_in, make_user, messages_of

pytestmark = pytest.mark.django_db


def code_of(secret: str, step: int = 0) -> str:
    """What an authenticator app shows (RFC 6238); `step` 1 is the code after it."""
    counter = struct.pack(">Q", int(time.time()) // 30 + step)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    place = digest[-1] & 15
    return f"{(int.from_bytes(digest[place : place + 4]) & 0x7FFFFFFF) % 10**6:06}"


def log_in(username: str) -> tuple[Client, Any]:
    browser = Client()
    return browser, browser.post("/login/", {"username": username, "password": PASSWORD})


def set_up(browser: Client) -> str:
    """Returns the app's secret."""
    browser.post("/profile/confirm/", {"password": PASSWORD})
    page = browser.get("/profile/two-step/totp/activate/")
    secret: str = page.context["form"].secret
    answer = browser.post("/profile/two-step/totp/activate/", {"code": code_of(secret)})
    assert answer["Location"] == "/profile/two-step/recovery-codes/"
    return secret


@pytest.fixture
def grace() -> User:
    return make_user("grace")


@pytest.fixture
def secret(grace: User) -> str:
    return set_up(log_in("grace")[0])


def test_login_asks_for_the_code_once_it_is_set_up(secret: str) -> None:
    browser, answer = log_in("grace")
    assert answer["Location"] == "/profile/two-step/authenticate/"
    assert browser.get("/profile/")["Location"] == "/login/?next=/profile/"
    wrong = browser.post("/profile/two-step/authenticate/", {"code": "000000"})
    assert errors_of(wrong.context["form"]) == {"code": ["Incorrect code."]}
    right = browser.post("/profile/two-step/authenticate/", {"code": code_of(secret, 1)})
    assert right["Location"] == "/"
    assert browser.get("/profile/").status_code == 200


def test_recovery_code_works_once(secret: str) -> None:
    browser, _ = log_in("grace")
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    assert browser.post("/profile/two-step/authenticate/", {"code": code})["Location"] == "/"
    again, _ = log_in("grace")
    assert again.post("/profile/two-step/authenticate/", {"code": code}).status_code == 200


def test_wrong_codes_lock_the_login(secret: str, admin_page: Client, grace: User) -> None:
    browser, _ = log_in("grace")
    for _ in range(5):
        browser.post("/profile/two-step/authenticate/", {"code": "000000"})
    locked = browser.post("/profile/two-step/authenticate/", {"code": code_of(secret, 1)})
    assert errors_of(locked.context["form"])["code"][0].startswith("Too many failed logins")
    admin_page.post(f"/users/{grace.pk}/unlock/")
    assert browser.post("/profile/two-step/authenticate/", {"code": code_of(secret, 1)}).status_code == 302


def test_secret_is_encrypted_in_the_database(secret: str) -> None:
    assert secret not in str(Authenticator.objects.get(type="totp").data)


def test_set_up_asks_for_the_password_first(grace: User) -> None:
    browser = logged_in(grace)
    page = "/profile/two-step/totp/activate/"
    assert browser.get(page)["Location"] == f"/profile/confirm/?next={page.replace('/', '%2F')}"
    answer = browser.post("/profile/confirm/", {"password": PASSWORD, "next": page})
    assert answer["Location"] == page
    assert browser.get(page).status_code == 200


@pytest.mark.parametrize(
    ("required_of", "led"),
    [("nobody", set()), ("administrators", {"root"}), ("everybody", {"root", "grace"})],
)
def test_who_must_and_has_none_is_led_to_set_it_up(
    administrator: User, grace: User, required_of: str, led: set[str]
) -> None:
    browsers = {user.username: logged_in(user) for user in (administrator, grace)}
    SecuritySettings.objects.create(pk=1, two_step_required_of=required_of)
    answers = {name: browser.get("/profile/") for name, browser in browsers.items()}
    assert {name for name, answer in answers.items() if answer.status_code == 302} == led
    for name in led:
        assert answers[name]["Location"] == "/profile/two-step/"
        assert "Set up one of these to go on." in browsers[name].get("/profile/two-step/").content.decode()
        fragment = browsers[name].get("/profile/", headers={"HX-Request": "true"})
        assert fragment["HX-Redirect"] == "/profile/two-step/"
        assert browsers[name].post("/logout/").status_code == 302


def test_administrator_requires_it_and_set_up_opens_the_portal(admin_page: Client) -> None:
    fields = {"two_step_required_of": "everybody", "notifications_show": "name"}
    answer = admin_page.post("/system/security/", fields)
    assert answer["Location"] == "/system/security/"
    assert admin_page.get("/users/")["Location"] == "/profile/two-step/"
    set_up(admin_page)
    assert admin_page.get("/users/").status_code == 200


def test_administrator_removes_it_for_whoever_lost_the_device(
    secret: str, admin_page: Client, grace: User
) -> None:
    assert "Two-step login is set up." in admin_page.get(f"/users/{grace.pk}/").content.decode()
    answer = admin_page.post(f"/users/{grace.pk}/two-step/", follow=True)
    words = "“grace” logs in with the password only, until two-step login is set up anew."
    assert messages_of(answer) == [words]
    assert log_in("grace")[1]["Location"] == "/"


def test_passkey_login_offers_a_challenge(grace: User) -> None:
    answer = Client().get("/profile/two-step/webauthn/login/", headers={"Accept": "application/json"})
    assert answer.json()["request_options"]["publicKey"]["rpId"] == "testserver"


def test_pages_have_no_script_of_their_own(secret: str) -> None:
    browser, _ = log_in("grace")
    html = browser.get("/profile/two-step/authenticate/").content.decode()
    assert 'src="/static/mfa/js/webauthn.js"' in html
    assert html.count("<script>") == 0


def test_role_decides_who_must(grace: User) -> None:
    SecuritySettings.objects.create(pk=1, two_step_required_of="administrators")
    browser = logged_in(grace)
    assert browser.get("/profile/").status_code == 200
    User.objects.update(role=Role.ADMINISTRATOR)
    assert browser.get("/profile/").status_code == 302
