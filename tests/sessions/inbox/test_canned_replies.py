"""Canned replies: whose they are, who changes them, what stands in their variables."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Role
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.models import CannedReply, Contact, MessagingSession
from tests.factories import CONTACT, OUR_NUMBER, Road, make_queue
from tests.portal import errors_of, logged_in, make_user
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(post_inbound: Post, agents: list[Extension]) -> MessagingSession:
    """Ada's, of the queue Support."""
    post_inbound(1, "Hello")
    session = MessagingSession.objects.get()
    actions.pick_up(session, agent=agents[0])
    return session


@pytest.fixture
def supervisor(queue: MessageQueue) -> Client:
    user = make_user("vera", Role.SUPERVISOR)
    queue.supervisors.add(user)
    return logged_in(user)


def make(shortcut: str, body: str = "x", **owner: Any) -> CannedReply:
    return CannedReply.objects.create(shortcut=shortcut, body=body, **owner)


def listed(client: Client) -> list[str]:
    return [reply.shortcut for reply in client.get("/canned-replies/").context["listing"].page]


def test_session_offers_own_its_queues_and_those_of_all_filled_in(
    session: MessagingSession, agents: list[Extension], road: Road
) -> None:
    make("all", "{contact} {agent} {number} {queue} {other} {")
    make("queue", queue=session.queue)
    make("mine", agent=agents[0])
    make("foreign", agent=agents[1])
    make("sales", queue=make_queue(agents[0], name="Sales"))
    Contact.objects.create(address=CONTACT, name="Grace {agent}")
    answer = logged_in(agents[0].user).get(f"/inbox/{session.pk}/canned-replies/")
    assert answer.json()["replies"] == [
        {"shortcut": "all", "body": f"Grace {{agent}} Ada {OUR_NUMBER} Support {{other}} {{"},
        {"shortcut": "mine", "body": "x"},
        {"shortcut": "queue", "body": "x"},
    ]


def test_nearest_of_the_same_shortcut_holds(session: MessagingSession, agents: list[Extension]) -> None:
    make("hours", "all")
    make("hours", "queue", queue=session.queue)
    ada = logged_in(agents[0].user)
    path = f"/inbox/{session.pk}/canned-replies/"
    assert ada.get(path).json()["replies"] == [{"shortcut": "hours", "body": "queue"}]
    make("hours", "mine", agent=agents[0])
    assert ada.get(path).json()["replies"] == [{"shortcut": "hours", "body": "mine"}]


def test_foreign_session_offers_none(session: MessagingSession, agents: list[Extension]) -> None:
    answer = logged_in(agents[1].user).get(f"/inbox/{session.pk}/canned-replies/")
    assert answer.status_code == 404


def test_everybody_changes_what_is_theirs_to_change(
    session: MessagingSession, agents: list[Extension], supervisor: Client, admin_page: Client
) -> None:
    of_all = make("all")
    make("support", queue=session.queue)
    make("sales", queue=make_queue(name="Sales"))
    mine = make("mine", agent=agents[0])
    ada = logged_in(agents[0].user)
    assert listed(ada) == ["mine"]
    assert listed(supervisor) == ["all", "support"]
    assert listed(admin_page) == ["all", "sales", "support"]
    assert admin_page.get(f"/canned-replies/{mine.pk}/").status_code == 404
    assert ada.post(f"/canned-replies/{of_all.pk}/delete/").status_code == 404
    assert ada.post(f"/canned-replies/{mine.pk}/delete/").status_code == 302
    assert not CannedReply.objects.filter(pk=mine.pk).exists()


def test_agent_adds_for_oneself_alone(agents: list[Extension], queue: MessageQueue) -> None:
    ada = logged_in(agents[0].user)
    data = {"shortcut": "Hours", "body": "Till six, {contact}.", "owner": "mine"}
    assert ada.post("/canned-replies/add/", data).status_code == 302
    reply = CannedReply.objects.get()
    assert (reply.shortcut, reply.agent, reply.queue) == ("hours", agents[0], None)
    for owner in ("all", str(queue.pk), "999", ""):
        answer = ada.post("/canned-replies/add/", data | {"shortcut": "x", "owner": owner})
        assert (answer.status_code, list(errors_of(answer.context["form"]))) == (422, ["owner"])


def test_supervisor_adds_for_a_queue_and_edits_it(supervisor: Client, queue: MessageQueue) -> None:
    data = {"shortcut": "hours", "body": "Till six.", "owner": str(queue.pk)}
    supervisor.post("/canned-replies/add/", data)
    reply = CannedReply.objects.get()
    assert list(queue.canned_replies.all()) == [reply]
    supervisor.post(f"/canned-replies/{reply.pk}/", data | {"owner": "all"})
    reply.refresh_from_db()
    assert (reply.queue, reply.agent) == (None, None)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"shortcut": "hours"}, "Another canned reply has this shortcut. Choose another one."),
        ({"shortcut": "a b"}, "Letters, digits, - and _ only, for example hours."),
        (
            {"body": "Dear {name}"},
            "There is no variable {name}. Those that there are: {contact}, {agent}, {number}, {queue}.",
        ),
    ],
)
def test_what_is_wrong_is_said(admin_page: Client, change: dict[str, str], why: str) -> None:
    make("hours")
    data = {"shortcut": "way", "body": "x", "owner": "all"} | change
    answer = admin_page.post("/canned-replies/add/", data)
    assert (answer.status_code, errors_of(answer.context["form"])) == (422, {next(iter(change)): [why]})


@pytest.mark.parametrize(
    ("body", "known", "unknown"),
    [
        ("Thank you, {contact}!", "Thank you, Grace!", "Thank you!"),
        ("Hello {contact}, how are you?", "Hello Grace, how are you?", "Hello, how are you?"),
        ("{contact}, we are open.", "Grace, we are open.", "We are open."),
        ("Open now.\n{contact}: till six.", "Open now.\nGrace: till six.", "Open now.\nTill six."),
        ("Thanks {contact} for asking", "Thanks Grace for asking", "Thanks for asking"),
        ("Booked ({contact}).", "Booked (Grace).", "Booked."),
        ("Bye,\n{agent}", "Bye,\nAda", "Bye,\nAda"),
    ],
)
def test_contact_without_a_name_is_not_addressed_by_number(
    session: MessagingSession, agents: list[Extension], body: str, known: str, unknown: str
) -> None:
    make("x", body)
    said = []
    for name in ("Grace", ""):
        Contact.objects.update_or_create(address=CONTACT, defaults={"name": name})
        answer = logged_in(agents[0].user).get(f"/inbox/{session.pk}/canned-replies/")
        said += [reply["body"] for reply in answer.json()["replies"]]
    assert said == [known, unknown]
