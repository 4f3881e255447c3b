"""Senders that can't be answered: said in the composer's place and by the API, before anything is sent."""

import html
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from channels.itsp.twilio import Twilio
from channels.senders import Sender
from routing.models import Extension
from sessions import actions
from sessions.answerable import why_not
from sessions.models import Attempt, Message, MessagingSession
from sessions.refused import Unanswerable
from tests.api.conftest import Caller, code_of
from tests.factories import OUR_NUMBER, Road, make_road
from tests.portal import logged_in
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db
OTHER_OF_OURS = "+14155550999"
SENDERS = [
    ("ACME", Sender.NAME),
    ("Bank 24", Sender.NAME),
    ("24273", Sender.SHORT_CODE),
    ("rcs:acme_agent", Sender.APP),
    ("whatsapp:+14155550123", Sender.APP),
    ("anonymous", Sender.WITHHELD),
    ("+266696687", Sender.WITHHELD),
    ("", Sender.NONE),
    (OUR_NUMBER, Sender.OWN),
    (OTHER_OF_OURS, Sender.OWN),
]


@pytest.fixture
def others(road: Road, agents: list[Extension]) -> None:
    """Another number of ours, on another channel."""
    make_road(agents[2], address=OTHER_OF_OURS, name="Other")


@pytest.fixture
def ada(agents: list[Extension]) -> Client:
    return logged_in(agents[0].user)


def words(page: Any) -> str:
    """What stands in the composer's place."""
    found = re.search(r'(?s)<div class="composer"\s+id="composer".*', page.content.decode())
    assert found
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", found[0])).split())


def session_of(sender: str, agents: list[Extension], post: Post, *, as_ada: bool = True) -> MessagingSession:
    assert post(1, "Your parcel is on its way", From=sender).status_code == 200
    session = MessagingSession.objects.get()
    if as_ada:
        actions.pick_up(session, agent=agents[0])
    return session


@pytest.mark.parametrize(("sender", "why"), SENDERS)
def test_thread_says_why_in_the_composer_s_place(
    ada: Client, agents: list[Extension], post_inbound: Post, others: None, sender: str, why: Sender
) -> None:
    session = session_of(sender, agents, post_inbound)
    said = words(ada.get(f"/inbox/{session.pk}/"))
    assert ("This sender can’t be answered." in said, str(why.words) in said) == (True, True)
    assert 'name="body"' not in said


@pytest.mark.parametrize(("sender", "why"), SENDERS)
def test_program_is_told_before_anything_is_sent(
    ada: Client, agents: list[Extension], post_inbound: Post, others: None, sender: str, why: Sender
) -> None:
    session, program = session_of(sender, agents, post_inbound), Caller(agents[0].user)
    for more in ({}, {"due_at": "2026-12-24T18:00:00Z"}):
        answer = program.post(f"sessions/{session.pk}/messages", {"body": "Thanks", **more})
        assert code_of(answer) == (422, "unanswerable")
        assert answer.json()["errors"] == {"contact": [str(why.words)]}
    reply = ada.post(f"/inbox/{session.pk}/reply/", {"body": "Thanks", "client_id": str(uuid.uuid4())})
    assert (reply.status_code, str(why.words) in html.unescape(reply.content.decode())) == (422, True)
    assert not Attempt.objects.exists()
    assert Message.objects.filter(kind="outbound").count() == 0


@pytest.mark.parametrize("sender", ["+14155550123", "14155550123"])
def test_phone_is_answered(ada: Client, agents: list[Extension], post_inbound: Post, sender: str) -> None:
    session = session_of(sender, agents, post_inbound)
    page = ada.get(f"/inbox/{session.pk}/")
    assert "This sender can’t be answered." not in words(page)
    assert Caller(agents[0].user).post(f"sessions/{session.pk}/messages", {"body": "Hi"}).status_code == 201


@pytest.mark.parametrize(
    ("contact", "codes"),
    [
        ("24273", {"unanswerable"}),
        (OTHER_OF_OURS, {"unanswerable"}),
        (OUR_NUMBER, {"own_number"}),
        ("ACME", {"invalid"}),
        ("whatsapp:+14155550123", {"invalid"}),
        ("anonymous", {"invalid"}),
        ("+266696687", {"invalid"}),
    ],
)
def test_program_can_t_begin_with_one(
    road: Road, agents: list[Extension], others: None, contact: str, codes: set[str]
) -> None:
    said = {"number": OUR_NUMBER, "contact": contact, "body": "Hello"}
    answer = Caller(agents[0].user).post("sessions", said)
    assert (answer.status_code, {answer.json()["code"]}) == (422, codes)
    assert list(answer.json()["errors"]) == ["contact"]
    assert not MessagingSession.objects.exists()


@pytest.mark.parametrize(
    "contact", ["24273", OTHER_OF_OURS, "whatsapp:+1", "Anonymous", "+266696687", "ACME"]
)
def test_new_message_says_so_beside_the_number(road: Road, ada: Client, others: None, contact: str) -> None:
    data = {"number": road.number.pk, "contact": contact, "body": "Hello", "client_id": str(uuid.uuid4())}
    answer = ada.post("/inbox/new/", data)
    assert (answer.status_code, MessagingSession.objects.count()) == (422, 0)
    assert 'id="id_contact_error"' in answer.content.decode()
    assert "Hello" in answer.content.decode()


@pytest.mark.parametrize("contact", ["24273", OTHER_OF_OURS, "rcs:acme"])
def test_test_text_of_a_channel_says_so(road: Road, admin_page: Client, others: None, contact: str) -> None:
    path = f"/channels/{road.channel.pk}/test-text/"
    answer = admin_page.post(path, {"number": road.number.pk, "contact": contact})
    assert (answer.status_code, Message.objects.count()) == (422, 0)
    assert "id_contact_error" in answer.content.decode()


def test_itsp_that_takes_short_codes_is_let(
    road: Road, agents: list[Extension], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Twilio, "texts_short_codes", True)
    assert why_not(road.number, "24273") is None
    actions.start_session(agent=agents[0], number=road.number, contact="24273", body="INFO")


def test_number_that_is_ours_no_more_is_a_contact_like_any_other(road: Road, others: None) -> None:
    number = type(road.number).objects.get(address=OTHER_OF_OURS)
    number.archived_at = number.channel.created_at
    number.save()
    assert why_not(road.number, OTHER_OF_OURS) is None


def test_text_that_failed_is_not_sent_again_to_one(
    road: Road, agents: list[Extension], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Twilio, "texts_short_codes", True)
    text = actions.start_session(agent=agents[0], number=road.number, contact="24273", body="INFO")
    Attempt.objects.update(status="failed")
    Message.objects.update(status="failed")
    monkeypatch.undo()
    with pytest.raises(Unanswerable):
        actions.retry(Message.objects.get(pk=text.pk), agent=agents[0])


# --- without a sender ---


def test_texts_without_a_sender_are_never_one_contact(
    road: Road, ada: Client, agents: list[Extension], post_inbound: Post
) -> None:
    for number in (1, 2, 2):
        post_inbound(number, f"Text {number}", From="")
    sessions = list(MessagingSession.objects.order_by("pk"))
    assert [[m.body for m in one.messages.all()] for one in sessions] == [["Text 1"], ["Text 2"]]
    assert len({one.contact for one in sessions}) == 2
    page = ada.get("/inbox/").content.decode()
    assert page.count("No sender") >= 2
    assert sessions[0].contact not in re.sub(r'value="[^"]*"', "", page)
    actions.pick_up(sessions[0], agent=agents[0])
    heading = re.search(
        r'(?s)<h2 class="h3[^>]*>(.*?)</h2>', ada.get(f"/inbox/{sessions[0].pk}/").content.decode()
    )
    assert heading is not None
    assert heading[1].strip() == "No sender"


def test_thread_of_a_phone_costs_the_same_however_many_numbers_there_are(
    road: Road, agents: list[Extension], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(1):
        assert why_not(road.number, "+14155550123") is None
