"""Pages as people see them through the test client: who is logged in, and what stands on the page."""

import re
from html import unescape
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from accounts.models import Role, User

PASSWORD = "correct-horse-battery"


def make_user(username: str, role: Role = Role.AGENT, **values: str) -> User:
    return User.objects.create_user(username, password=PASSWORD, role=role, **values)


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def let_in(page: Page, url: str, user: User) -> None:
    """The browser has logged in already. That spares its two pages, which have tests of their own."""
    key = logged_in(user).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": url}])


def login_of(client: Client) -> UserSession:
    """The login as pages list it. (One that is forced is not noted by itself.)"""
    noted = {"user_id": client.session["_auth_user_id"], "ip": "127.0.0.1"}
    return UserSession.objects.get_or_create(session_key=client.session.session_key, defaults=noted)[0]


def rows_of(response: Any) -> list[list[str]]:
    """The texts of the cells of the page's first table, without the cell of buttons."""
    body = response.content.decode().partition("<tbody")[2].partition("</tbody>")[0]
    cells = re.compile(r'(?s)<td(?! class="actions")[^>]*>(.*?)</td>')
    return [[text_of(cell) for cell in cells.findall(row)] for row in re.findall(r"(?s)<tr.*?</tr>", body)]


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def errors_of(form: Any) -> dict[str, list[str]]:
    return {field: [str(error) for error in errors] for field, errors in form.errors.items()}


def messages_of(response: Any) -> list[str]:
    """What the toasts say on the page that a redirect led to (`follow=True`)."""
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def administrator(db: None) -> User:
    return make_user("root", Role.ADMINISTRATOR)


@pytest.fixture
def admin_page(administrator: User) -> Client:
    """A browser in which the administrator is logged in."""
    return logged_in(administrator)
