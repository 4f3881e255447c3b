"""Invitations: a user without a password, and the link that sets one."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts import invitations
from accounts.models import Invitation, User
from tests.portal import errors_of, make_user, messages_of, rows_of

NEW = {
    "username": "grace",
    "invite": "on",
    "password": "",
    "first_name": "Grace",
    "last_name": "Hopper",
    "email": "grace@example.com",
    "role": "agent",
    "time_zone": "",
}
CHOSEN = {"new_password1": "a-long-password-1", "new_password2": "a-long-password-1"}


def link_on(page: Any) -> str:
    """The path of the link that the page shows."""
    link: str = page.context["link"]
    assert f'value="{link}"' in page.content.decode()
    return link.removeprefix("https://pbx.example.com")


@time_machine.travel(timezone.now(), tick=False)  # the link that is shown is the one that was mailed
def test_invited_user_sets_the_password_once(admin_page: Client) -> None:
    page = admin_page.post("/users/add/", NEW, follow=True)
    assert messages_of(page) == [
        "The user “grace” was added.",
        "The link was made and e-mailed to grace@example.com.",
    ]
    path = link_on(page)
    assert [message.to for message in mail.outbox] == [["grace@example.com"]]
    assert page.context["link"] in mail.outbox[0].body
    assert [row[0] for row in rows_of(admin_page.get("/users/"))] == ["grace invited", "root"]
    assert not Client().login(username="grace", password="")

    invited = Client()
    assert "Your username is <strong>grace</strong>" in invited.get(path).content.decode()
    assert invited.post(path, CHOSEN)["Location"] == "/login/"
    assert Client().login(username="grace", password="a-long-password-1")
    assert [row[0] for row in rows_of(admin_page.get("/users/"))] == ["grace", "root"]
    for answer in (invited.get(path), invited.post(path, CHOSEN)):
        assert answer.status_code == 410
        assert "This link works no more" in answer.content.decode()


def test_invited_extension_is_led_to_its_link(admin_page: Client) -> None:
    new = {"number": "1001", "name": "Ada", "login": "new", "username": "ada", "email": "", "invite": "on"}
    page = admin_page.post("/extensions/add/", new, follow=True)
    assert messages_of(page) == [
        "The extension “1001 Ada” was added.",
        "The link was made. Copy it and hand it over.",
    ]
    assert rows_of(admin_page.get("/extensions/")) == [["1001", "Ada", "ada invited", "–", "–"]]
    assert Client().post(link_on(page), CHOSEN)["Location"] == "/login/"


def test_bad_password_is_refused_and_the_link_stays(admin_page: Client) -> None:
    path = link_on(admin_page.post("/users/add/", NEW, follow=True))
    answer = Client().post(path, CHOSEN | {"new_password2": "another-one-2"})
    assert answer.status_code == 422
    assert errors_of(answer.context["form"]) == {"new_password2": ["The two password fields didn’t match."]}
    assert Client().get(path).status_code == 200


def test_renewed_link_ends_the_former(admin_page: Client) -> None:
    former = link_on(admin_page.post("/users/add/", NEW, follow=True))
    user = User.objects.get(username="grace")
    newer = link_on(admin_page.post(f"/users/{user.pk}/invitation/", follow=True))
    assert Client().get(former).status_code == 410
    assert Client().get(newer).status_code == 200


def test_withdrawn_link_opens_nothing(admin_page: Client) -> None:
    path = link_on(admin_page.post("/users/add/", NEW, follow=True))
    user = User.objects.get(username="grace")
    answer = admin_page.post(f"/users/{user.pk}/invitation/withdraw/", follow=True)
    assert messages_of(answer) == ["The link was withdrawn: it opens nothing any more."]
    assert Client().post(path, CHOSEN).status_code == 410
    assert [row[0] for row in rows_of(admin_page.get("/users/"))] == ["grace", "root"]


def test_expired_link_opens_nothing(admin_page: Client, settings: Settings) -> None:
    path = link_on(admin_page.post("/users/add/", NEW, follow=True))
    assert Invitation.objects.get().expires_at - timezone.now() > timedelta(days=6.9)
    Invitation.objects.update(expires_at=timezone.now())
    assert Client().post(path, CHOSEN).status_code == 410
    assert [row[0] for row in rows_of(admin_page.get("/users/"))] == ["grace invitation expired", "root"]


@pytest.mark.django_db
def test_link_of_a_deleted_user_or_a_forged_one_opens_nothing() -> None:
    user = make_user("grace")
    path = invitations.link_of(invitations.invite(user)).removeprefix("https://pbx.example.com")
    assert Client().get(path[:-2] + "x/").status_code == 410
    User.objects.update(is_active=False)
    assert Client().get(path).status_code == 410


@pytest.mark.django_db
def test_two_who_use_one_link_at_once_set_one_password() -> None:
    made = invitations.invite(make_user("grace"))
    first, second = Invitation.objects.get(pk=made.pk), Invitation.objects.get(pk=made.pk)
    invitations.accept(first, password="of-the-first-1")
    with pytest.raises(invitations.NotValid):
        invitations.accept(second, password="of-the-second-2")
    assert Client().login(username="grace", password="of-the-first-1")


def test_link_is_shown_where_email_is_not_set_up(admin_page: Client, settings: Settings) -> None:
    settings.EMAIL_IS_SET = False
    page = admin_page.post("/users/add/", NEW, follow=True)
    assert messages_of(page)[1] == "The link was made. Copy it and hand it over."
    assert mail.outbox == []
