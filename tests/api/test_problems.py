"""Errors have one form, stable codes, and words that say what to do."""

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django.fixtures import Settings

from channels.models import Channel
from routing.models import Extension
from sessions import actions
from sessions.models import MessagingSession
from sessions.opt_outs import ledger
from tests.api.conftest import Caller, code_of
from tests.factories import CONTACT, Road

pytestmark = pytest.mark.django_db


def test_problem_has_all_members_of_the_rfc(ada: Caller, mine: MessagingSession) -> None:
    actions.close(mine, agent=mine.agent)  # type: ignore[arg-type]
    answer = ada.post(f"sessions/{mine.pk}/messages", {"body": "Too late"})
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "The session is closed.",
        "status": 409,
        "code": "session_closed",
        "detail": "Start a new one with the contact: POST sessions.",
    }


def test_each_field_is_told_what_is_wrong(ada: Caller, mine: MessagingSession) -> None:
    answer = ada.post(
        f"sessions/{mine.pk}/messages", {"body": " \n", "clientid": "x", "due_at": "2026-12-24"}
    )
    assert code_of(answer) == (422, "invalid")
    assert sorted(answer.json()["errors"]) == ["body", "clientid", "due_at"]
    answer = ada.get("sessions", cursor="yesterday", state="open", limit=101)
    assert sorted(answer.json()["errors"]) == ["cursor", "limit", "state"]


def test_action_s_refusal_of_a_field_is_told_of_the_field(ada: Caller, mine: MessagingSession) -> None:
    answer = ada.post(f"sessions/{mine.pk}/messages", {"body": "Hi", "due_at": "2020-12-24T18:00:00Z"})
    assert code_of(answer) == (422, "bad_time")
    assert answer.json()["errors"] == {"due_at": ["Choose a time in the future, within the next 30 days."]}


def test_opt_out_and_disabled_channel_are_told_apart(
    ada: Caller, mine: MessagingSession, road: Road, agents: list[Extension]
) -> None:
    path = f"sessions/{mine.pk}/messages"
    Channel.objects.update(disabled_at=mine.opened_at)
    assert code_of(ada.post(path, {"body": "Hi"})) == (409, "channel_disabled")
    Channel.objects.update(disabled_at=None)
    ledger.opt_out(road.number, CONTACT, by=agents[0].user)
    assert code_of(ada.post(path, {"body": "Hi"})) == (409, "opted_out")


def test_what_is_no_request_of_ours_is_a_problem_too(ada: Caller, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    broken = ada.client.post("/api/v1/sessions", b"{not json", content_type="application/json")
    large = ada.client.post("/api/v1/sessions", b"x" * 1_001, content_type="application/json")
    wrong = ada.client.delete("/api/v1/sessions")
    assert code_of(broken) == (400, "bad_request")
    assert code_of(large) == (413, "too_large")
    assert code_of(wrong) == (405, "method_not_allowed")
    assert sorted(wrong["Allow"].split(", ")) == ["GET", "POST"]
    assert code_of(ada.get("no/such/thing")) == (404, "not_found")
    assert code_of(Client().get("/api/v2/me")) == (404, "not_found")


def test_what_postgresql_does_not_store_is_refused(ada: Caller, mine: MessagingSession) -> None:
    assert code_of(ada.get("sessions", q="a\x00b")) == (422, "invalid")
    assert code_of(ada.post(f"sessions/{mine.pk}/notes", {"body": "a\x00b"})) == (422, "invalid")
    assert code_of(ada.get(f"sessions/{2**70}")) == (404, "not_found")


@pytest.mark.parametrize("path", ["me", "sessions", "contacts", "no/such/thing"])
def test_head_is_what_get_says_without_its_body(ada: Caller, path: str) -> None:
    got, head = ada.get(path), ada.client.head(f"/api/v1/{path}")
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head["Content-Length"] == str(len(got.content))
    assert head["Content-Type"] == got["Content-Type"]


@pytest.mark.parametrize("due_at", [1_800_000_000, 1_800_000_000.5, "1800000000", "18:00", True])
def test_moment_is_no_number(ada: Caller, mine: MessagingSession, due_at: object) -> None:
    for path, said in (("messages", {"body": "Hi", "due_at": due_at}), ("snooze", {"until": due_at})):
        answer = ada.post(f"sessions/{mine.pk}/{path}", said)
        assert code_of(answer) == (422, "invalid")
        assert "2026-12-24T18:00:00Z" in next(iter(answer.json()["errors"].values()))[0]


def test_nothing_is_cached(ada: Caller) -> None:
    answer = ada.get("me")
    assert (answer["Cache-Control"], answer["Vary"]) == ("no-store", "Authorization, Cookie, origin")


def test_database_away_asks_to_try_again(ada: Caller) -> None:
    def away(*_call: object) -> None:
        raise OperationalError("gone")

    with connection.execute_wrapper(away):
        answer = ada.get("me")
    assert code_of(answer) == (503, "unavailable")
    assert answer["Retry-After"] == "5"
