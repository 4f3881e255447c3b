"""Auto pickup and no pickup: who answers, who sees what, and what a change of the mode does."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from redis import Redis

from channels.models import Channel
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.ending import closing
from sessions.models import Message, MessagingSession
from sessions.models.pickup import PICKUPS, Pickup
from sessions.queries import answered_by, inbox_of
from tests.factories import CONTACT, Road, make_agent, make_queue
from tests.portal import logged_in, text_of
from tests.sessions.actions.test_owning import lines
from tests.sessions.conftest import Post
from tests.sessions.test_events import published

pytestmark = pytest.mark.django_db
Mode = MessageQueue.PickupMode
SetMode = Callable[..., None]


@pytest.fixture
def waiting(post_inbound: Post) -> MessagingSession:
    post_inbound(1, "Are you open today?")
    return MessagingSession.objects.get()


@pytest.fixture
def set_mode(queue: MessageQueue) -> SetMode:
    def change(mode: MessageQueue.PickupMode, **values: int) -> None:
        MessageQueue.objects.filter(pk=queue.pk).update(pickup_mode=mode, **values)

    return change


@pytest.mark.once
def test_each_mode_says_whose_a_session_is_that_nobody_owns() -> None:
    assert [*PICKUPS] == [*Mode]
    for mode, pickup in PICKUPS.items():
        assert pickup.is_shared + pickup.goes_to_first_answer + pickup.waits == 1, mode


@pytest.mark.parametrize("mode", Mode)
def test_rows_and_one_row_are_asked_by_the_same_table(
    waiting: MessagingSession, agents: list[Extension], set_mode: SetMode, mode: MessageQueue.PickupMode
) -> None:
    set_mode(mode)
    session, pickup = MessagingSession.objects.get(), PICKUPS[mode]
    assert session.pickup == pickup
    assert inbox_of(agents[0]).filter(pk=session.pk).exists()
    assert MessagingSession.objects.shared().exists() == pickup.is_shared
    assert MessagingSession.objects.to_pick_up().exists() != pickup.is_shared
    assert MessagingSession.objects.filter(answered_by(agents[0])).exists() == session.is_for(agents[0])
    MessagingSession.objects.update(agent=agents[1])
    assert MessagingSession.objects.get().pickup == Pickup()
    assert not inbox_of(agents[0]).exists()


def reply_data(body: str = "Till six") -> dict[str, str]:
    return {"body": body, "client_id": "7f6c8d7e-3c56-4f0e-a0bb-000000000001"}


def url(name: str, *args: object) -> str:
    return reverse(f"inbox-{name}", args=args)


def listed(client: Client, group: str, **asked: str) -> list[MessagingSession]:
    groups = client.get(reverse("inbox"), asked).context["groups"]
    return [session for one in groups if one.name == group for session in one.rows]


def at_once(act: Callable[[Any], Any], subjects: list[Any]) -> list[Any]:
    def run(subject: Any) -> Any:
        try:
            return act(subject)
        except actions.ActionError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(subjects)) as threads:
        return list(threads.map(run, subjects))


# --- auto pickup ---


def test_first_answer_takes_the_session(
    waiting: MessagingSession, agents: list[Extension], set_mode: SetMode
) -> None:
    set_mode(Mode.AUTO)
    actions.reply(waiting, agent=agents[1], body="Till six")
    waiting.refresh_from_db()
    assert (waiting.agent, waiting.unread, waiting.waiting_since) == (agents[1], 0, None)
    assert lines(waiting) == ["picked_up"]
    assert [inbox_of(agent).count() for agent in agents] == [0, 1, 0]


@pytest.mark.django_db(transaction=True)
def test_ten_agents_answer_at_once_and_one_has_it(
    road: Road, waiting: MessagingSession, queue: MessageQueue, set_mode: SetMode
) -> None:
    set_mode(Mode.AUTO)
    ten = [make_agent(f"20{number:02}", f"Agent {number}") for number in range(10)]
    queue.agents.add(*ten)
    results = at_once(lambda agent: actions.reply(waiting, agent=agent, body=agent.name), ten)
    (message,) = Message.objects.filter(kind="outbound")
    owner = MessagingSession.objects.get().agent
    assert message.author == owner
    refused = [result for result in results if isinstance(result, actions.AlreadyPickedUp)]
    assert [refusal.by for refusal in refused] == [owner] * 9
    assert lines(waiting) == ["picked_up"]


def test_who_answers_second_is_told_and_keeps_what_was_typed(
    waiting: MessagingSession, agents: list[Extension], set_mode: SetMode
) -> None:
    set_mode(Mode.AUTO)
    ada = logged_in(agents[0].user)
    page = ada.get(url("session", waiting.pk))
    assert page.context["composer"] == "reply"
    assert "Whoever answers first has the session." in page.content.decode()
    actions.reply(waiting, agent=agents[1], body="Till six")
    for body in ("Mine too", ""):  # also of what can't be sent, nothing of the session is shown
        answer = ada.post(url("reply", waiting.pk), reply_data(body))
        assert answer.status_code == 422
        words = text_of(answer.content.decode())
        kept = f"What you had written; it was not sent: {body} " if body else ""
        assert words == f"Ben picked this session up first. {kept}Back to the sessions"
    assert Message.objects.filter(kind="outbound").count() == 1
    outsider = logged_in(agents[2].user)
    assert outsider.post(url("reply", waiting.pk), reply_data()).status_code == 404


def test_session_of_an_auto_queue_can_be_picked_up_too(
    waiting: MessagingSession, agents: list[Extension], set_mode: SetMode
) -> None:
    set_mode(Mode.AUTO)
    ada = logged_in(agents[0].user)
    assert ada.post(url("pick-up", waiting.pk)).context["composer"] == "reply"
    assert MessagingSession.objects.get().agent == agents[0]


def test_page_after_the_first_answer_shows_the_session_as_one_s_own(
    waiting: MessagingSession, agents: list[Extension], set_mode: SetMode
) -> None:
    set_mode(Mode.AUTO)
    answer = logged_in(agents[0].user).post(url("reply", waiting.pk), reply_data())
    assert (answer.status_code, answer.context["answers"]) == (200, True)
    assert "Whoever answers first has the session." not in answer.content.decode()


def test_an_answer_that_is_refused_takes_nothing(
    waiting: MessagingSession, agents: list[Extension], set_mode: SetMode, post_inbound: Post
) -> None:
    set_mode(Mode.AUTO)
    post_inbound(2, "STOP")
    with pytest.raises(actions.OptedOut):
        actions.reply(waiting, agent=agents[0], body="Till six")
    assert MessagingSession.objects.get().agent is None


# --- no pickup ---


def test_every_agent_answers_and_nobody_owns(
    waiting: MessagingSession, agents: list[Extension], set_mode: SetMode, post_inbound: Post
) -> None:
    set_mode(Mode.NONE)
    actions.reply(waiting, agent=agents[0], body="Till six")
    post_inbound(2, "Thanks")
    actions.reply(waiting, agent=agents[1], body="Welcome")
    with pytest.raises(actions.NotTheOwner):
        actions.reply(waiting, agent=agents[2], body="Me too")
    waiting.refresh_from_db()
    assert (waiting.agent, lines(waiting)) == (None, [])
    assert [inbox_of(agent).count() for agent in agents] == [1, 1, 0]


def test_follow_ups_tell_all_its_agents(
    waiting: MessagingSession,
    agents: list[Extension],
    set_mode: SetMode,
    post_inbound: Post,
    redis_client: Redis,
    django_capture_on_commit_callbacks: Any,
) -> None:
    set_mode(Mode.NONE)
    with django_capture_on_commit_callbacks(execute=True):
        actions.reply(waiting, agent=agents[0], body="Till six")
        post_inbound(2, "Thanks")
    all_of_them = [f"agents:{waiting.queue_id}", f"queue:{waiting.queue_id}"]
    assert [event["audience"] for event in published(redis_client)] == [all_of_them] * 2


def test_unread_is_shared_and_read_by_whoever_opens_it(
    waiting: MessagingSession, agents: list[Extension], set_mode: SetMode
) -> None:
    set_mode(Mode.NONE)
    ada, ben = (logged_in(agent.user) for agent in agents[:2])
    assert [one.unread for one in listed(ben, "queue")] == [1]
    ada.get(url("session", waiting.pk))
    assert [one.unread for one in listed(ben, "queue")] == [0]
    actions.mark_unread(waiting, agent=agents[1])
    assert MessagingSession.objects.get().unread == 1


def test_its_agents_close_retry_cancel_and_transfer(
    waiting: MessagingSession, queue: MessageQueue, agents: list[Extension], set_mode: SetMode
) -> None:
    set_mode(Mode.NONE)
    message = actions.reply(waiting, agent=agents[0], body="Till six")
    with pytest.raises(actions.NotTheOwner):
        actions.cancel(message, agent=agents[2])
    assert actions.cancel(message, agent=agents[1])
    failed = actions.reply(waiting, agent=agents[0], body="Till seven")
    failed.attempts.update(status="failed")
    actions.retry(failed, agent=agents[1])
    actions.transfer(waiting, agent=agents[1], to=agents[2])
    assert [inbox_of(agent).count() for agent in agents] == [0, 0, 1]
    actions.transfer(waiting, agent=agents[2], to=queue)
    actions.close(waiting, agent=agents[0])
    assert lines(waiting) == ["transferred", "transferred", "closed"]


def test_closed_one_stays_visible_to_its_agents(
    waiting: MessagingSession, agents: list[Extension], set_mode: SetMode
) -> None:
    set_mode(Mode.NONE)
    ada, ben, cleo = (logged_in(agent.user) for agent in agents)
    ada.post(url("close", waiting.pk), {"sure": "on"})
    assert ada.get(url("session", waiting.pk)).context["composer"] == "again"
    assert listed(ben, "closed", show="closed") == [waiting]
    assert ben.get(url("session", waiting.pk)).context["composer"] == "again"
    assert cleo.get(url("session", waiting.pk)).status_code == 404
    with pytest.raises(actions.SessionClosed):
        actions.reply(waiting, agent=agents[1], body="Late")


def test_it_is_not_picked_up(waiting: MessagingSession, agents: list[Extension], set_mode: SetMode) -> None:
    set_mode(Mode.NONE)
    with pytest.raises(actions.NoPickup):
        actions.pick_up(waiting, agent=agents[0])
    answer = logged_in(agents[0].user).post(url("pick-up", waiting.pk))
    assert (answer.status_code, answer.context["composer"]) == (200, "reply")
    assert MessagingSession.objects.get().agent is None


def test_new_message_is_shared_with_the_queue_s_agents(
    road: Road, agents: list[Extension], set_mode: SetMode
) -> None:
    set_mode(Mode.NONE)
    road.number.initiators.add(agents[2])
    start: dict[str, Any] = {"number": road.number, "body": "Hello"}
    shared = actions.start_session(agent=agents[0], contact=CONTACT, **start).session
    again = actions.start_session(agent=agents[1], contact=CONTACT, **start).session
    own = actions.start_session(agent=agents[2], contact="+14155550124", **start).session  # not in the queue
    assert (again, shared.agent, own.agent) == (shared, None, agents[2])
    with pytest.raises(actions.OwnedByAnother):
        actions.start_session(agent=agents[2], contact=CONTACT, **start)


# --- a change of the mode ---


def test_change_of_the_mode_holds_at_once_for_what_waits_and_leaves_what_is_owned(
    waiting: MessagingSession, agents: list[Extension], set_mode: SetMode, post_inbound: Post
) -> None:
    post_inbound(2, "Hello", From="+14155550124")
    owned = MessagingSession.objects.get(contact="+14155550124")
    actions.pick_up(owned, agent=agents[1])
    ada = logged_in(agents[0].user)
    composers = []
    for mode in (Mode.MANUAL, Mode.AUTO, Mode.NONE, Mode.MANUAL):
        set_mode(mode)
        composers.append(ada.get(url("session", waiting.pk)).context["composer"])
        assert ada.get(url("session", owned.pk)).status_code == 404
    assert composers == ["pick_up", "reply", "reply", "pick_up"]
    answer = ada.post(url("reply", waiting.pk), reply_data("Typed before"))
    assert answer.status_code == 422
    assert "Only the agent who picked the session up can answer." in answer.content.decode()
    assert "Typed before" in answer.content.decode()


# --- open sessions per agent ---


@pytest.mark.parametrize("mode", [Mode.MANUAL, Mode.AUTO, Mode.ASSIGNED])
@pytest.mark.django_db(transaction=True)
@pytest.mark.long
def test_agent_takes_no_more_at_once_than_the_queue_allows(
    road: Road, agents: list[Extension], set_mode: SetMode, post_inbound: Post, mode: MessageQueue.PickupMode
) -> None:
    set_mode(mode, max_open_sessions=2)
    for number in range(8):
        post_inbound(number, "Hello", From=f"+1415555020{number}")
    waiting = list(MessagingSession.objects.all())

    def take(session: MessagingSession) -> None:
        if mode is Mode.AUTO:
            actions.reply(session, agent=agents[0], body="Hi")
        else:
            actions.pick_up(session, agent=agents[0])

    refused = [result for result in at_once(take, waiting) if result is not None]
    assert [(type(one), one.limit) for one in refused] == [(actions.TooManyOpen, 2)] * 6
    owned = MessagingSession.objects.filter(agent=agents[0])
    assert owned.count() == 2
    assert Message.objects.filter(kind="system").count() == 2
    actions.close(owned.first() or waiting[0], agent=agents[0])
    take(MessagingSession.objects.waiting()[0])


def test_limit_is_said_on_the_page_and_counts_one_queue(
    waiting: MessagingSession,
    road: Road,
    agents: list[Extension],
    set_mode: SetMode,
    post_inbound: Post,
) -> None:
    set_mode(Mode.MANUAL, max_open_sessions=1)
    sales = make_queue(agents[0], name="Sales")
    post_inbound(2, "Hello", From="+14155550124")
    other = MessagingSession.objects.get(contact="+14155550124")
    actions.move(MessagingSession.objects.filter(pk=other.pk), to=sales)
    actions.pick_up(other, agent=agents[0])  # another queue's
    actions.pick_up(waiting, agent=agents[0])
    post_inbound(3, "Hello", From="+14155550125")
    third = MessagingSession.objects.get(contact="+14155550125")
    words = (
        "You have 1 open session of this message queue, which is as many as it allows. "
        "Close it or transfer it first."
    )
    ada = logged_in(agents[0].user)
    answer = ada.post(url("pick-up", third.pk))
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    data = reply_data("Hello") | {"number": str(road.number.pk), "contact": third.contact}
    answer = ada.post(reverse("inbox-new"), data)
    assert answer.context["new_form"].errors == {"contact": [words]}
    set_mode(Mode.AUTO, max_open_sessions=1)
    answer = ada.post(url("reply", third.pk), reply_data("Typed"))
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert "Typed" in answer.content.decode()
    third.refresh_from_db()
    assert third.agent is None
    actions.move(MessagingSession.objects.filter(pk=third.pk), to=agents[0])  # a supervisor's doing
    assert MessagingSession.objects.open().filter(agent=agents[0]).count() == 3


def test_inbox_costs_the_same_however_many_are_shared(
    waiting: MessagingSession, agents: list[Extension], set_mode: SetMode, post_inbound: Post, client: Client
) -> None:
    set_mode(Mode.NONE)
    client.force_login(agents[0].user)
    costs = []
    for first in (10, 40):
        for number in range(first, first + 20):
            post_inbound(number, "Hello", From=f"+141555502{number}")
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("inbox"))
        costs.append(len(captured))
    assert costs[0] == costs[1]


def test_idle_session_that_nobody_picked_up_stays_to_be_read(
    waiting: MessagingSession, agents: list[Extension]
) -> None:
    Channel.objects.update(session_timeout_days=1)
    assert closing.close_idle(now=waiting.last_active_at + timedelta(days=1)) == 1
    assert [inbox_of(agent).count() for agent in agents] == [1, 1, 0]
