"""A text that is sent twice is accepted once."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from sessions import actions
from sessions.models import Attempt, MessagingSession
from tests.api.conftest import Caller, code_of, texts
from tests.factories import CONTACT, OUR_NUMBER, Road

pytestmark = pytest.mark.django_db


def test_same_key_is_the_same_message(ada: Caller, mine: MessagingSession) -> None:
    path, said = f"sessions/{mine.pk}/messages", {"body": "Until six.", "client_id": "one"}
    first, again = ada.post(path, said), ada.post(path, said)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (texts(), Attempt.objects.count()) == (["Until six."], 1)


def test_header_takes_the_place_of_the_client_id(ada: Caller, mine: MessagingSession) -> None:
    path = f"sessions/{mine.pk}/messages"
    answers = [ada.post(path, {"body": "Hi"}, **{"Idempotency-Key": key}) for key in ('"k1"', "k1", '"k2"')]
    assert [answer.status_code for answer in answers] == [201, 200, 201]
    assert [answer.json()["client_id"] for answer in answers] == ["k1", "k1", "k2"]
    assert code_of(ada.post(path, {"body": "Hi"}, **{"Idempotency-Key": 'k"1'})) == (422, "invalid")


@pytest.mark.parametrize(
    "other", [{"body": "Until seven."}, {"body": "Until six.", "due_at": "2099-01-01T00:00:00Z"}]
)
def test_same_key_with_another_text_is_refused(
    ada: Caller, mine: MessagingSession, other: dict[str, str]
) -> None:
    path = f"sessions/{mine.pk}/messages"
    ada.post(path, {"body": "Until six.", "client_id": "one"})
    assert code_of(ada.post(path, other | {"client_id": "one"})) == (422, "client_id_reused")
    assert texts() == ["Until six."]


def test_lost_answer_is_found_again_in_a_closed_session(ada: Caller, mine: MessagingSession) -> None:
    path, said = f"sessions/{mine.pk}/messages", {"body": "Until six.", "client_id": "one"}
    first = ada.post(path, said)
    actions.close(mine, agent=mine.agent)  # type: ignore[arg-type]
    assert (ada.post(path, said).status_code, ada.post(path, said).json()["id"]) == (200, first.json()["id"])


def test_key_is_the_agent_s_own(ada: Caller, ben: Caller, road: Road) -> None:
    said = {"number": OUR_NUMBER, "body": "Hello", "client_id": "one"}
    statuses = [
        caller.post("sessions", said | {"contact": contact}).status_code
        for caller, contact in ((ada, CONTACT), (ben, "+14155550124"))
    ]
    assert statuses == [201, 201]


def test_started_session_is_started_once(ada: Caller, road: Road) -> None:
    said = {"number": OUR_NUMBER, "contact": CONTACT, "body": "Hello", "client_id": "one"}
    first, again = ada.post("sessions", said), ada.post("sessions", said)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["message"]["id"] == again.json()["message"]["id"]
    other = ada.post("sessions", said | {"contact": "+14155550124"})
    assert code_of(other) == (422, "client_id_reused")
    assert (texts(), MessagingSession.objects.count()) == (["Hello"], 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("starts", [True, False])
def test_ten_at_once_are_one(ada: Caller, mine: MessagingSession, starts: bool) -> None:
    said = {"body": "Until six.", "client_id": "one"}
    path = f"/api/v1/sessions/{mine.pk}/messages"
    if starts:
        path, said = "/api/v1/sessions", said | {"number": OUR_NUMBER, "contact": "+14155550124"}

    def send(_number: int) -> Any:
        client = Client(headers={"Authorization": f"Bearer {ada.token}"})
        try:
            answer = client.post(path, json.dumps(said), content_type="application/json")
            return answer.status_code, (answer.json().get("message") or answer.json())["id"]
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        answers = sorted(threads.map(send, range(10)))
    assert [status for status, _id in answers] == [200] * 9 + [201]
    assert len({message for _status, message in answers}) == 1
    assert (texts(), Attempt.objects.count()) == (["Until six."], 1)
