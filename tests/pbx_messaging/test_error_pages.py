"""What stands in the place of a page that can't be: who reads it knows what to do, and nothing is a blank."""

from typing import Any

import psycopg2.errors
import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError, connection
from django.http import HttpResponse
from django.test import Client

from pbx_messaging import error_pages
from tests.portal import logged_in, make_user

pytestmark = pytest.mark.django_db


def ask(client: Client, error: Exception, method: str = "get", path: str = "/channels/") -> HttpResponse:
    """What is answered while the database answers with the error."""

    def broken(*_statement: Any) -> None:
        raise error

    client.raise_request_exception = False
    with connection.execute_wrapper(broken):
        answer: HttpResponse = getattr(client, method)(path)
    return answer


@pytest.mark.parametrize("error", [OperationalError("server closed"), InterfaceError("connection closed")])
def test_page_asks_again_by_itself_while_the_database_is_away(admin_page: Client, error: Exception) -> None:
    answer = ask(admin_page, error)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    page = answer.content.decode()
    assert '<meta http-equiv="refresh" content="5">' in page
    assert "Back in a moment" in page
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("method", ["post", "put"])
def test_what_was_sent_is_not_thrown_away_by_a_page_that_asks_again(admin_page: Client, method: str) -> None:
    answer = ask(admin_page, OperationalError("server closed"), method)
    assert answer.status_code == 503
    assert "refresh" not in answer.content.decode()
    assert "nothing was stored" in answer.content.decode()


def test_what_took_too_long_is_not_asked_again(admin_page: Client) -> None:
    error = OperationalError("canceling statement due to statement timeout")
    error.__cause__ = psycopg2.errors.QueryCanceled()
    answer = ask(admin_page, error)
    assert answer.status_code == 503
    assert "Retry-After" not in answer
    assert "ask for less" in answer.content.decode()


def test_fault_of_ours_is_said_without_its_words(admin_page: Client) -> None:
    answer = ask(admin_page, ProgrammingError("no such column: secret"))
    assert answer.status_code == 500
    assert "Something went wrong" in answer.content.decode()
    assert "secret" not in answer.content.decode()


def test_fault_is_said_though_no_page_can_be_made(
    admin_page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_asked: object) -> str:
        raise ValueError("assets/portal.css could not be found")

    monkeypatch.setattr(error_pages, "render_to_string", missing)
    answer = ask(admin_page, ProgrammingError("no such column: secret"))
    assert answer.status_code == 500
    assert answer.content.decode() == error_pages.SENTENCE
    missed = admin_page.get("/nothing/")
    assert (missed.status_code, missed.content) == (404, b"Not found.")


def test_what_is_not_there_not_for_one_or_too_old_is_a_page_with_a_way_on() -> None:
    agent, strict = logged_in(make_user("ada")), Client(enforce_csrf_checks=True)
    answers = [agent.get("/nothing/here/"), agent.get("/users/"), strict.post("/login/", {"login": "x"})]
    heads = ["Not found", "Not found", "This page is too old"]
    for answer, status, head in zip(answers, (404, 404, 403), heads, strict=True):
        assert answer.status_code == status
        assert f'<h1 class="h2 mt-3">{head}</h1>' in answer.content.decode()
        assert 'href="/"' in answer.content.decode()
