"""What an agent has just done is taken back by the token that the page was given, or the reason is said."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from routing.models import Extension
from sessions import actions
from sessions.inbox import undoing
from sessions.models import AgentSettings, Attempt, Draft, Message, MessagingSession
from tests.factories import Road
from tests.portal import logged_in, text_of
from tests.sessions.conftest import Post
from tests.sessions.inbox.test_composing import send

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(agents: list[Extension]) -> Client:
    return logged_in(agents[0].user)


@pytest.fixture
def own(post_inbound: Post, agents: list[Extension]) -> MessagingSession:
    post_inbound(1, "Are you open today?")
    session = MessagingSession.objects.get()
    actions.pick_up(session, agent=agents[0])
    return session


def do(client: Client, name: str, session: MessagingSession, **data: str) -> Any:
    return client.post(reverse(f"inbox-{name}", args=[session.pk]), data)


def told_by(answer: Any) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(answer["PBX-Events"])
    return told


def undo(client: Client, offer: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = client.post(reverse("inbox-undo"), {"token": offer["token"]})
    return answer.status_code, answer.json()


def test_closing_archiving_and_transferring_are_undone(
    ada: Client, own: MessagingSession, agents: list[Extension]
) -> None:
    shown = {"session": own.pk, "url": f"/inbox/{own.pk}/"}
    offer = told_by(do(ada, "close", own, sure="on"))["undo:offer"]
    assert (offer["words"], offer["shown_s"]) == ("The session with +14155550123 is closed.", 10)
    assert undo(ada, offer) == (200, shown)
    actions.reply(own, agent=agents[0], body="Yes")
    offer = told_by(do(ada, "archive", own))["undo:offer"]
    assert offer["words"] == "The session with +14155550123 is archived."
    assert undo(ada, offer) == (200, shown)
    offer = told_by(do(ada, "transfer", own, to=f"extension-{agents[2].pk}"))["undo:offer"]
    assert offer["words"] == "Transferred to 1003 Cleo."
    assert undo(ada, offer) == (200, shown)
    own.refresh_from_db()
    assert (own.is_open, own.archived_at, own.agent) == (True, None, agents[0])


def test_what_stands_against_it_is_said(
    ada: Client, own: MessagingSession, agents: list[Extension], post_inbound: Post, settings: Settings
) -> None:
    offer = told_by(do(ada, "close", own, sure="on"))["undo:offer"]
    assert undo(logged_in(agents[1].user), offer) == (409, {"reason": "It is too late to undo this."})
    assert undo(ada, {"token": f"{offer['token']}x"})[0] == 409
    post_inbound(2, "And tomorrow?")
    other = MessagingSession.objects.open().get()
    words = "The contact has another open session. Go on in that one."
    assert undo(ada, offer) == (409, {"reason": words})
    actions.pick_up(other, agent=agents[1])
    words = "The contact has an open session with 1002 Ben."
    assert undo(ada, offer) == (409, {"reason": words})
    actions.transfer(other, agent=agents[1], to=agents[0])
    offer = told_by(do(ada, "transfer", other, to=f"extension-{agents[1].pk}"))["undo:offer"]
    actions.reply(other, agent=agents[1], body="Yes")
    words = "1002 Ben has gone on with the session meanwhile, so this is not undone."
    assert undo(ada, offer) == (409, {"reason": words})


def test_offer_ends(ada: Client, own: MessagingSession, monkeypatch: pytest.MonkeyPatch) -> None:
    offer = told_by(do(ada, "close", own, sure="on"))["undo:offer"]
    monkeypatch.setattr(undoing, "VALID_S", -1)
    assert undo(ada, offer) == (409, {"reason": "It is too late to undo this."})


def test_sending_is_undone_where_the_agent_wants_it(
    ada: Client, own: MessagingSession, agents: list[Extension]
) -> None:
    assert send(ada, own, "At once") == (201, {})
    AgentSettings.objects.create(agent=agents[0], undo_send_s=5)
    status, told = send(ada, own, "Yes")
    assert (status, told["undo"]["words"]) == (201, "The text goes out in a moment.")
    assert told["undo"]["shown_s"] == 5
    page = text_of(ada.get(reverse("inbox-session", args=[own.pk])).content.decode())
    assert "Goes out in a moment" in page
    status, done = undo(ada, told["undo"])
    assert (status, done["body"], done["session"]) == (200, "Yes", own.pk)
    assert (Draft.objects.get().body, Message.objects.get(body="Yes").status) == ("Yes", "cancelled")


def test_text_that_left_meanwhile_is_not_undone(
    ada: Client, own: MessagingSession, agents: list[Extension]
) -> None:
    AgentSettings.objects.create(agent=agents[0], undo_send_s=10)
    told = send(ada, own, "Yes")[1]
    Attempt.objects.update(status="sending", claimed_at=timezone.now())
    words = "The text has left already, so sending it is not undone."
    assert undo(ada, told["undo"]) == (409, {"reason": words})


# --- closing asks ---


def test_closing_asks_about_all_that_is_left(
    ada: Client, own: MessagingSession, agents: list[Extension]
) -> None:
    due_at = timezone.now() + timedelta(hours=1)
    actions.reply(own, agent=agents[0], body="Tomorrow", due_at=due_at)
    answer = do(ada, "close", own, body="I was about to", client_id="x")
    words = text_of(answer.content.decode())
    for said in (
        "The contact’s last text is not answered.",
        "1 text is scheduled. Kept, it goes out at its time, from the closed session.",
        "I was about to",
        "Close and cancel 1 scheduled text",
        "Close and keep it",
        "Don’t close",
    ):
        assert said in words
    assert MessagingSession.objects.get().is_open
    answer = do(ada, "close", own, body="I was about to", client_id="x", sure="on")  # it came meanwhile
    assert "Close and cancel 1 scheduled text" in text_of(answer.content.decode())
    offer = told_by(
        do(ada, "close", own, body="I was about to", client_id="x", sure="on", scheduled="cancel")
    )["undo:offer"]
    assert offer["words"].endswith("is closed. 1 scheduled text was cancelled.")
    assert Draft.objects.get().body == "I was about to"


def test_draft_is_discarded_for_good(ada: Client, own: MessagingSession, agents: list[Extension]) -> None:
    actions.reply(own, agent=agents[0], body="Yes")
    words = text_of(do(ada, "close", own, body="I was about to").content.decode())
    assert "Close and discard what I wrote" in words
    assert "Close and keep it as a draft" in words
    do(ada, "close", own, sure="on", draft="discard", body="I was about to", client_id="x")
    late = {"body": "I was about to", "age_ms": 500, "client_id": "x"}
    assert ada.post(reverse("inbox-draft", args=[own.pk]), late).json() == {"body": ""}
    assert Draft.objects.get().body == ""


def test_nothing_left_is_closed_at_once(ada: Client, own: MessagingSession, agents: list[Extension]) -> None:
    actions.reply(own, agent=agents[0], body="Yes")
    answer = do(ada, "close", own, body=" ")
    assert told_by(answer)["inbox:closed"] == {"session": own.pk, "then": "stay"}
    assert not MessagingSession.objects.get().is_open


@pytest.mark.parametrize("then", ["next", "list"])
def test_what_comes_after_closing_is_the_agents_choice(
    ada: Client, own: MessagingSession, agents: list[Extension], then: str
) -> None:
    AgentSettings.objects.create(agent=agents[0], after_closing=then)
    answer = do(ada, "close", own, sure="on")
    assert (answer.status_code, told_by(answer)["inbox:closed"]) == (204, {"session": own.pk, "then": then})


# --- a closed one goes on ---


def test_closed_session_is_reopened_or_says_who_has_the_open_one(
    ada: Client, own: MessagingSession, agents: list[Extension], post_inbound: Post
) -> None:
    actions.close(own, agent=agents[0])
    assert do(ada, "reopen", own).context["composer"] == "reply"
    assert do(ada, "reopen", own).status_code == 200
    actions.close(own, agent=agents[0])
    post_inbound(2, "And tomorrow?")
    other = MessagingSession.objects.open().get()
    answer = do(ada, "reopen", own)
    assert answer.status_code == 422
    assert "The contact has another open session. Go on in that one." in answer.content.decode()
    assert f'href="/inbox/{other.pk}/" data-opens' in answer.content.decode()
    assert do(logged_in(agents[1].user), "reopen", own).status_code == 404


def test_writing_again_starts_a_session_as_a_new_message_does(
    ada: Client, own: MessagingSession, agents: list[Extension], road: Road
) -> None:
    actions.save_draft(own, agent=agents[0], body="One more thing", client_id="x")
    actions.close(own, agent=agents[0])
    page = ada.get(reverse("inbox-session", args=[own.pk]))
    assert (page.context["composer"], "One more thing</textarea>" in page.content.decode()) == ("again", True)
    path, data = (
        reverse("inbox-again", args=[own.pk]),
        {"body": "One more thing", "client_id": str(own.pk) * 4},
    )
    data["client_id"] = "7f6c8d7e-3c56-4f0e-a0bb-000000000001"
    answer = ada.post(path, data, headers={"Accept": "application/json"})
    session = MessagingSession.objects.open().get()
    opens = {"opens": f"/inbox/{session.pk}/"}
    assert (answer.status_code, answer.json()) == (201, opens)
    again = ada.post(path, data, headers={"Accept": "application/json"})
    assert (again.status_code, again.json()) == (200, opens)
    assert (session.agent, session.number, session.messages.get().body) == (
        agents[0],
        own.number,
        "One more thing",
    )
    assert Draft.objects.get().body == ""
    road.number.initiators.clear()
    assert ada.get(reverse("inbox-session", args=[own.pk])).context["composer"] == "closed"
    refused = ada.post(
        path,
        data | {"client_id": "7f6c8d7e-3c56-4f0e-a0bb-000000000002"},
        headers={"Accept": "application/json"},
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "not_allowed_to_initiate")
