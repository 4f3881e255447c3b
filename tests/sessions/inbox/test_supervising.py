"""Supervisors read all sessions of their queues, and say who answers. That it is live: test_events.py."""

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role, User
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.models import Message, MessagingSession
from tests.factories import Road, make_queue, make_road
from tests.portal import logged_in, make_user, rows_of
from tests.sessions.conftest import Post, listed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(post_inbound: Post) -> MessagingSession:
    post_inbound(1, "Are you open today?")
    return MessagingSession.objects.get()


@pytest.fixture
def vera(queue: MessageQueue) -> User:
    user = make_user("vera", Role.SUPERVISOR)
    user.supervised_queues.add(queue)
    return user


@pytest.fixture
def page(vera: User) -> Client:
    return logged_in(vera)


def url(name: str, *args: object) -> str:
    return reverse(f"inbox-{name}", args=args)


def test_supervisor_reads_waiting_owned_and_closed_sessions(
    page: Client, session: MessagingSession, agents: list[Extension]
) -> None:
    words = {
        "waiting": "The session waits for an agent of Support; you can assign it.",
        "owned": "Ada has the session. Assign it to somebody else, or put it back into its queue; "
        "to answer yourself you need an extension.",
        "closed": "The session is closed.",
    }
    for state, said in words.items():
        if state == "owned":
            actions.pick_up(session, agent=agents[0])
        if state == "closed":
            actions.close(session, agent=agents[0])
        inbox = page.get(reverse("inbox"), {"show": "closed"} if state == "closed" else {})
        assert listed_in(inbox, "closed" if state == "closed" else "queue") == [session]
        html = page.get(url("session", session.pk), headers={"HX-Request": "true"}).content.decode()
        assert "Are you open today?" in html
        assert f"You read along as a supervisor. {said}" in html
        assert "composer-text" not in html


def test_supervisor_reading_marks_nothing_as_read(
    page: Client, session: MessagingSession, agents: list[Extension], post_inbound: Post
) -> None:
    actions.pick_up(session, agent=agents[0])
    post_inbound(2, "Hello?")
    page.get(url("session", session.pk))
    session.refresh_from_db()
    assert session.unread == 1


def test_supervisor_without_an_extension_neither_answers_nor_closes(
    page: Client, session: MessagingSession, agents: list[Extension]
) -> None:
    actions.pick_up(session, agent=agents[0])
    message = actions.reply(session, agent=agents[0], body="One moment, please")
    for name in ("pick-up", "reply", "close", "archive", "snooze", "unread"):
        assert page.post(url(name, session.pk), {"body": "x"}).status_code == 404
    for name in ("retry", "cancel"):
        assert page.post(url(name, message.pk)).status_code == 404
    assert page.get(url("new")).status_code == 404
    html = page.get(url("session", session.pk), headers={"HX-Request": "true"}).content.decode()
    assert sorted(re.findall(r'hx-post="/inbox/\d+/([\w-]+)/', html)) == ["note", "take-over"]
    session.refresh_from_db()
    assert (session.agent, session.is_open) == (agents[0], True)
    assert Message.objects.filter(kind="outbound").count() == 1


def test_supervisor_with_an_extension_acts_as_an_agent_where_it_is_one(
    session: MessagingSession, agents: list[Extension], queue: MessageQueue
) -> None:
    for agent in (agents[0], agents[2]):
        User.objects.filter(pk=agent.user_id).update(role=Role.SUPERVISOR)
        agent.user.supervised_queues.add(queue)
    ada, cleo = (logged_in(agent.user) for agent in (agents[0], agents[2]))
    assert ada.get(url("session", session.pk)).context["composer"] == "pick_up"
    assert listed_in(ada.get(reverse("inbox")), "queue") == []  # it waits above already
    assert cleo.get(url("session", session.pk)).context["acts"] is False
    for name in ("reply", "close", "archive"):
        assert cleo.post(url(name, session.pk), {"body": "x"}).status_code == 404
    assert ada.post(url("pick-up", session.pk)).context["composer"] == "reply"
    assert cleo.get(url("session", session.pk)).context["composer"] == "supervised"


@pytest.fixture
def cleo(agents: list[Extension], queue: MessageQueue) -> Extension:
    """In no queue, but supervises one."""
    User.objects.filter(pk=agents[2].user_id).update(role=Role.SUPERVISOR)
    agents[2].user.supervised_queues.add(queue)
    return Extension.objects.get(pk=agents[2].pk)


@pytest.mark.parametrize("mode", ["manual", "auto", "assigned"])
def test_supervisor_with_an_extension_picks_up_what_waits(
    session: MessagingSession, cleo: Extension, mode: str
) -> None:
    MessageQueue.objects.update(pickup_mode=mode)
    page = logged_in(cleo.user)
    html = page.get(url("session", session.pk)).content.decode()
    assert url("pick-up", session.pk) in html
    answer = page.post(url("pick-up", session.pk))
    assert (answer.context["composer"], answer.context["acts"]) == ("reply", True)
    session.refresh_from_db()
    assert session.agent == cleo
    data = {"body": "Till six", "client_id": "7f6c8d7e-3c56-4f0e-a0bb-000000000001"}
    assert page.post(url("reply", session.pk), data).status_code == 200
    assert listed_in(page.get(reverse("inbox")), "mine") == [session]


@pytest.mark.parametrize("why", ["shared", "owned", "closed", "another queue", "agent"])
def test_supervisor_picks_up_nothing_else(
    session: MessagingSession, queue: MessageQueue, agents: list[Extension], cleo: Extension, why: str
) -> None:
    if why == "shared":
        MessageQueue.objects.update(pickup_mode=MessageQueue.PickupMode.NONE)
    elif why == "owned":
        actions.pick_up(session, agent=agents[0])
    elif why == "closed":
        MessagingSession.objects.update(closed_at=session.opened_at)
    elif why == "another queue":
        cleo.user.supervised_queues.set([make_queue(name="Sales")])
    else:
        User.objects.filter(pk=cleo.user_id).update(role=Role.AGENT)
    page = logged_in(User.objects.get(pk=cleo.user_id))
    before = MessagingSession.objects.values().get()
    answer = page.get(url("session", session.pk))
    assert answer.status_code == 404 or answer.context["composer"] == "supervised"
    assert (
        page.post(url("pick-up", session.pk)).status_code
        == {"shared": 200, "owned": 422, "closed": 422, "another queue": 404, "agent": 404}[why]
    )
    assert MessagingSession.objects.values().get() == before


@pytest.mark.parametrize("taken", ["queue", "role"])
def test_session_of_no_supervised_queue_is_404(
    page: Client, session: MessagingSession, vera: User, taken: str
) -> None:
    if taken == "queue":
        vera.supervised_queues.set([make_queue(name="Sales")])
    else:
        User.objects.filter(pk=vera.pk).update(role=Role.AGENT)
    for name in ("session", "thread", "places"):
        assert page.get(url(name, session.pk)).status_code == 404


def test_administrator_chooses_the_queues_of_a_supervisor(
    admin_page: Client, vera: User, queue: MessageQueue
) -> None:
    sales = make_queue(name="Sales")
    form = {"username": "vera", "role": "supervisor", "is_active": "on", "supervised_queues": [sales.pk]}
    assert admin_page.get(f"/users/{vera.pk}/").context["form"]["supervised_queues"].value() == [queue.pk]
    assert admin_page.post(f"/users/{vera.pk}/", form)["Location"] == "/users/"
    assert list(vera.supervised_queues.all()) == [sales]
    admin_page.post(f"/users/{vera.pk}/", form | {"role": "agent"})
    assert list(vera.supervised_queues.all()) == []


def test_supervisor_sees_the_channels_of_the_queues_with_their_counts(
    page: Client, session: MessagingSession, road: Road, agents: list[Extension]
) -> None:
    make_road(agents[2], address="+12015550123", name="Other")
    answer = page.get("/channels/")
    assert [(row[0], row[-1]) for row in rows_of(answer)] == [("Main", "1")]
    html = answer.content.decode()
    assert f"/channels/{road.channel.pk}/" not in html
    assert "/channels/add/" not in html


def test_supervisor_of_nothing_sees_no_channel(page: Client, road: Road, vera: User) -> None:
    vera.supervised_queues.clear()
    assert "No channel leads to your message queues" in page.get("/channels/").content.decode()


def test_inbox_of_a_supervisor_costs_the_same_with_thirty_sessions(
    page: Client, session: MessagingSession, post_inbound: Post, django_assert_num_queries: Any
) -> None:
    with CaptureQueriesContext(connection) as one:
        page.get(reverse("inbox"))
    cost = len(one)
    for number in range(30):
        post_inbound(number + 10, "Hello", From=f"+141555502{number:02}")
    with django_assert_num_queries(cost):
        page.get(reverse("inbox"))


def thread(session: MessagingSession) -> list[tuple[str, str, str]]:
    """What is said of it beside the texts: the line, who it was, and the note's words."""
    rows = Message.objects.filter(session=session).exclude(kind="inbound").order_by("pk")
    return [
        (
            row.system_line or row.kind,
            row.author_name or (row.author.name if row.author else row.body),
            row.body,
        )
        for row in rows
    ]


def test_supervisor_without_an_extension_assigns_and_notes(
    page: Client, session: MessagingSession, agents: list[Extension], vera: User
) -> None:
    vera.first_name, vera.last_name = "Vera", "Lind"
    vera.save()
    form = {"to": f"extension-{agents[1].pk}", "note": "She waits since nine."}
    answer = page.post(url("transfer", session.pk), form, headers={"HX-Request": "true"})
    assert set(json.loads(answer["PBX-Events"])) == {"dialog:close", "undo:offer"}
    session.refresh_from_db()
    assert (session.agent, session.waiting_since) == (agents[1], None)
    page.post(url("note", session.pk), {"body": "Call her back."})
    assert thread(session) == [
        ("transferred", "Vera Lind", "Vera Lind"),
        ("note", "Vera Lind", "She waits since nine."),
        ("note", "Vera Lind", "Call her back."),
    ]
    html = logged_in(agents[1].user).get(url("session", session.pk)).content.decode()
    assert html.count("<bdi>Vera Lind</bdi>") == 2
    assert "Vera Lind transferred the session to 1002 Ben." in html


def test_supervisor_without_an_extension_takes_a_session_back_into_its_queue(
    page: Client, session: MessagingSession, agents: list[Extension], queue: MessageQueue
) -> None:
    actions.pick_up(session, agent=agents[0])
    answer = page.post(url("take-over", session.pk), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    session.refresh_from_db()
    assert (session.agent, session.queue) == (None, queue)
    assert session.waiting_since is not None
    assert thread(session)[-1] == ("taken_over", "vera", "vera")
    assert listed_in(logged_in(agents[1].user).get(reverse("inbox")), "waiting") == [session]
    page.post(url("take-over", session.pk))  # a second click
    assert len(thread(session)) == 2


def test_supervisor_with_an_extension_takes_over_and_answers(
    session: MessagingSession, agents: list[Extension], cleo: Extension
) -> None:
    actions.pick_up(session, agent=agents[0])
    page = logged_in(cleo.user)
    answer = page.post(url("take-over", session.pk))
    assert (answer.context["composer"], answer.context["acts"]) == ("reply", True)
    session.refresh_from_db()
    assert session.agent == cleo
    assert actions.reply(session, agent=cleo, body="Till six").author == cleo
    with pytest.raises(actions.NotTheOwner):
        actions.reply(session, agent=agents[0], body="Me, too")


@pytest.mark.parametrize("verb", ["transfer", "take-over", "note", "tags"])
def test_nobody_directs_what_another_queue_has(
    session: MessagingSession, agents: list[Extension], vera: User, verb: str
) -> None:
    vera.supervised_queues.set([make_queue(name="Sales")])
    before = MessagingSession.objects.values().get()
    data = {"to": f"extension-{agents[1].pk}", "body": "x"}
    assert logged_in(vera).post(url(verb, session.pk), data).status_code == 404
    assert MessagingSession.objects.values().get() == before


def test_agent_of_the_queue_takes_nothing_over(session: MessagingSession, agents: list[Extension]) -> None:
    actions.pick_up(session, agent=agents[0])
    with pytest.raises(actions.NotTheOwner):
        actions.take_over(session, agent=agents[1])
    with pytest.raises(actions.NotTheOwner):
        actions.transfer(session, agent=agents[1], to=agents[1])


def test_closed_session_is_not_taken_over(
    page: Client, session: MessagingSession, agents: list[Extension]
) -> None:
    actions.pick_up(session, agent=agents[0])
    actions.close(session, agent=agents[0])
    answer = page.post(url("take-over", session.pk))
    assert answer.status_code == 422
    assert "closed meanwhile, so it can’t be taken over" in answer.content.decode()


def test_assignment_leaves_what_an_agent_picked_up_meanwhile(
    page: Client, session: MessagingSession, agents: list[Extension]
) -> None:
    dialog = page.get(url("transfer", session.pk)).content.decode()
    assert '<input type="hidden" name="had_by" value="">' in dialog
    actions.pick_up(session, agent=agents[0])
    form = {"to": f"extension-{agents[1].pk}", "note": "For Ben", "had_by": ""}
    unclear = page.post(url("transfer", session.pk), form | {"to": ""}).content.decode()
    assert '<input type="hidden" name="had_by" value="">' in unclear  # as it was seen, not as it is
    answer = page.post(url("transfer", session.pk), form, headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "1001 Ada has got the session meanwhile, and keeps it." in html
    assert "For Ben</textarea>" in html
    assert f'name="had_by" value="{agents[0].pk}"' in html  # sent again, it is taken over
    assert MessagingSession.objects.get().agent == agents[0]
    again = form | {"had_by": str(agents[0].pk)}
    assert page.post(url("transfer", session.pk), again, headers={"HX-Request": "true"}).status_code == 200
    assert MessagingSession.objects.get().agent == agents[1]


def test_supervisor_without_an_extension_mentions_and_undoes(
    page: Client, session: MessagingSession, agents: list[Extension]
) -> None:
    people = page.get(url("people")).json()["people"]
    assert [one["name"] for one in people] == ["Ada", "Ben", "Cleo"]  # not herself
    assert "data-mentions" in page.get(url("transfer", session.pk)).content.decode()
    page.post(url("note", session.pk), {"body": "@Cleo, look"})
    assert [mention.user for mention in session.mentions.all()] == [agents[2].user]
    answer = page.post(url("transfer", session.pk), {"to": f"extension-{agents[1].pk}"})
    token = json.loads(answer["PBX-Events"])["undo:offer"]["token"]
    assert page.post(url("undo"), {"token": token}).status_code == 200
    session.refresh_from_db()
    assert session.agent is None
    assert thread(session)[-1][:2] == ("taken_back", "vera")
