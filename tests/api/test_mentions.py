"""Mentions by programs: the same words, and the same rights."""

from typing import Any

import pytest

from sessions.models import MessagingSession
from tests.api.conftest import Caller, code_of

pytestmark = pytest.mark.django_db


def ids(answer: Any) -> list[int]:
    assert answer.status_code == 200
    return [one["id"] for one in answer.json()["items"]]


def test_note_mentions_and_says_whom(ada: Caller, cleo: Caller, mine: MessagingSession) -> None:
    answer = ada.post(f"sessions/{mine.pk}/notes", {"body": "Ask @1003 or @Ben."})
    assert answer.status_code == 201
    assert answer.json()["mentions"] == [
        {"name": "Cleo", "extension": "1003", "start": 4, "length": 5},
        {"name": "Ben", "extension": "1002", "start": 13, "length": 4},
    ]


def test_mentioned_reads_and_does_nothing_else(ada: Caller, cleo: Caller, mine: MessagingSession) -> None:
    assert code_of(cleo.get(f"sessions/{mine.pk}")) == (404, "not_found")
    assert ids(cleo.get("sessions", state="mentioned")) == []
    ada.post(f"sessions/{mine.pk}/notes", {"body": "@Cleo"})
    assert cleo.get(f"sessions/{mine.pk}").json()["contact"] == mine.contact
    assert cleo.get(f"sessions/{mine.pk}/messages").json()["items"][0]["mentions"]
    assert ids(cleo.get("sessions", state="mentioned")) == [mine.pk]
    assert ids(cleo.get("sessions", state="mine")) == []
    for act, body in (("messages", {"body": "x"}), ("notes", {"body": "x"}), ("close", None)):
        assert code_of(cleo.post(f"sessions/{mine.pk}/{act}", body)) == (403, "read_only")


def test_mentioned_says_that_it_was_seen(ada: Caller, cleo: Caller, mine: MessagingSession) -> None:
    ada.post(f"sessions/{mine.pk}/notes", {"body": "@Cleo"})
    assert mine.mentions.unseen().count() == 1
    assert cleo.post(f"sessions/{mine.pk}/read").status_code == 200
    assert mine.mentions.unseen().count() == 0
