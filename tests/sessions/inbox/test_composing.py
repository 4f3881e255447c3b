"""What the composer's script asks the server: texts under one id, drafts of several devices."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from routing.models import Extension
from sessions import actions
from sessions.models import Draft, Message, MessagingSession
from tests.factories import CONTACT, Road
from tests.portal import logged_in
from tests.sessions.media.pictures import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(road: Road, agents: list[Extension]) -> MessagingSession:
    return actions.start_session(agent=agents[0], number=road.number, contact=CONTACT, body="Hello").session


@pytest.fixture
def ada(agents: list[Extension]) -> Client:
    return logged_in(agents[0].user)


def send(client: Client, session: MessagingSession, body: str, **fields: Any) -> tuple[int, dict[str, Any]]:
    data = {"body": body, "client_id": str(uuid.uuid4()), **fields}
    answer = client.post(f"/inbox/{session.pk}/reply/", data, headers={"Accept": "application/json"})
    return answer.status_code, answer.json() if answer["Content-Type"] == "application/json" else {}


def save(
    client: Client, session: MessagingSession, body: str, age_ms: int = 0, client_id: str = ""
) -> tuple[int, str]:
    data = {"body": body, "age_ms": age_ms, "client_id": client_id}
    answer = client.post(f"/inbox/{session.pk}/draft/", data)
    return answer.status_code, answer.json()["body"] if answer.status_code == 409 else ""


def draft() -> str:
    return Draft.objects.get().body


def test_text_is_accepted_once_under_its_id_even_when_the_session_has_left(
    ada: Client, session: MessagingSession, agents: list[Extension]
) -> None:
    client_id = str(uuid.uuid4())
    assert send(ada, session, "Yes", client_id=client_id) == (201, {})
    assert send(ada, session, "Yes", client_id=client_id) == (200, {})
    actions.transfer(session, agent=agents[0], to=agents[2])
    assert send(ada, session, "Yes", client_id=client_id) == (200, {})
    assert send(ada, session, "Another") == (404, {})
    assert list(Message.objects.filter(kind="outbound").values_list("body", flat=True)) == ["Hello", "Yes"]


def test_verb_knows_an_accepted_text_after_the_session_closed(
    session: MessagingSession, agents: list[Extension]
) -> None:
    first = actions.reply(session, agent=agents[0], body="Yes", client_id="one")
    actions.close(session, agent=agents[0])
    again = actions.reply(session, agent=agents[0], body="Yes", client_id="one")
    assert (again, again.accepted_before) == (first, True)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"body": " "}, "Write something first."),
        (
            {"body": f" {'x' * 1613} "},
            "Too long by 13 characters, so it can’t be sent: at most 1600 are possible.",
        ),
        (
            {"body": "é\r\n" * 800 + "é"},
            "Too long by 1 character, so it can’t be sent: at most 1600 are possible.",
        ),
        ({"later": "on", "due_at": "2020-01-01T10:00"}, "This time has passed. Choose one in the future."),
        (
            {"attachments": [picture()]},
            "Pictures and files can only be sent between numbers of these countries: AU, CA, US. "
            "Send a link instead.",
        ),
    ],
)
def test_refusal_says_why(
    ada: Client, session: MessagingSession, fields: dict[str, Any], reason: str
) -> None:
    status, said = send(ada, session, **{"body": "Yes", **fields})
    assert (status, said["reason"]) == (422, reason)


def test_refusal_of_a_closed_session_has_its_code(
    ada: Client, session: MessagingSession, agents: list[Extension]
) -> None:
    actions.close(session, agent=agents[0])
    words = "The session was closed meanwhile. Send it as a new message."
    assert send(ada, session, "Late") == (422, {"reason": words, "code": "session_closed"})


def test_draft_typed_last_holds_in_whatever_order_devices_tell(
    ada: Client, session: MessagingSession
) -> None:
    assert save(ada, session, "typed a minute ago", 60_000) == (204, "")
    assert save(ada, session, "typed now") == (204, "")
    assert save(ada, session, "typed on the train", 30_000) == (409, "typed now")
    assert draft() == "typed now"
    assert save(ada, session, "") == (204, "")
    assert save(ada, session, "typed on the train", 30_000) == (409, "")
    assert draft() == ""


def test_draft_is_shown_and_gone_once_it_is_sent(
    ada: Client, session: MessagingSession, agents: list[Extension]
) -> None:
    save(ada, session, "Half a thought ")
    assert "Half a thought" in ada.get(f"/inbox/{session.pk}/").content.decode()
    assert "Half a thought" not in logged_in(agents[1].user).get("/inbox/").content.decode()
    send(ada, session, "Half a thought")
    assert draft() == ""
    assert save(ada, session, "Half a thou", 5_000) == (409, "")


def test_draft_outlives_another_text_that_waited_and_goes_out_now(
    ada: Client, session: MessagingSession
) -> None:
    save(ada, session, "The next one")
    send(ada, session, "The one that waited")
    assert draft() == "The next one"


@pytest.mark.parametrize("days", [0, 2])
def test_draft_of_what_was_sent_or_scheduled_never_comes_back_however_late_it_is_told(
    ada: Client, session: MessagingSession, days: int
) -> None:
    client_id = str(uuid.uuid4())
    save(ada, session, "See you tom", client_id=client_id)
    due_at = f"{timezone.localtime() + timedelta(days=days):%Y-%m-%dT%H:%M}"
    fields = {"later": "on", "due_at": due_at} if days else {}
    assert send(ada, session, "See you tomorrow", client_id=client_id, **fields) == (201, {})
    for age_ms in (5_000, 0):
        assert save(ada, session, "See you tomor", age_ms, client_id) == (204, "")
        assert draft() == ""
    assert "See you tomor</textarea>" not in ada.get(f"/inbox/{session.pk}/").content.decode()


def test_one_composer_never_argues_with_itself(ada: Client, session: MessagingSession) -> None:
    mine, other = str(uuid.uuid4()), str(uuid.uuid4())
    assert save(ada, session, "Hello Nadia", client_id=mine) == (204, "")
    assert save(ada, session, "Hello", 4_000, mine) == (204, "")
    assert draft() == "Hello Nadia"
    assert save(ada, session, "From the train", 4_000, other) == (409, "Hello Nadia")


def test_draft_goes_on_in_the_contacts_next_session_until_it_is_sent(
    ada: Client, session: MessagingSession, agents: list[Extension], road: Road
) -> None:
    save(ada, session, "I'll look it up", client_id=str(uuid.uuid4()))
    actions.close(session, agent=agents[0])
    page = ada.get(f"/inbox/{session.pk}/").content.decode()
    assert "it was not sent" in page
    assert "I&#x27;ll look it up</textarea>" in page
    again = actions.start_session(
        agent=agents[0], number=session.number, contact=session.contact, body="Me again"
    ).session
    assert "I&#x27;ll look it up</textarea>" in ada.get(f"/inbox/{again.pk}/").content.decode()
    assert "I&#x27;ll" not in logged_in(agents[1].user).get(f"/inbox/{again.pk}/").content.decode()
    send(ada, again, "I'll look it up")
    for one in (session, again):
        assert "I&#x27;ll look it up</textarea>" not in ada.get(f"/inbox/{one.pk}/").content.decode()


def test_draft_in_a_foreign_session_is_404(session: MessagingSession, agents: list[Extension]) -> None:
    foreign = logged_in(agents[1].user)
    assert foreign.post(f"/inbox/{session.pk}/draft/", {"body": "x", "age_ms": 0}).status_code == 404
    assert Draft.objects.count() == 0


def test_clock_that_goes_ahead_makes_no_draft_of_the_future(
    session: MessagingSession, agents: list[Extension]
) -> None:
    ahead = timezone.now() + timedelta(days=1)
    assert actions.save_draft(session, agent=agents[0], body="x", typed_at=ahead)
    assert actions.save_draft(session, agent=agents[0], body="y")
    assert draft() == "y"
