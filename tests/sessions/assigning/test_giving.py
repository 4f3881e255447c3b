"""Who gets what waits in a queue with automatic assignment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks
from redis import Redis

from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.assigning import giving
from sessions.inbox.asking import Viewer
from sessions.live import notifying
from sessions.models import MessagingSession
from sessions.presence import online
from sessions.queries import operations_of
from tests.factories import CONTACT, Road, make_agent, make_queue
from tests.portal import logged_in, text_of
from tests.sessions.actions.test_owning import lines
from tests.sessions.assigning.conftest import Come, Waiting, owners
from tests.sessions.conftest import Post, listed_in
from tests.sessions.test_events import published

pytestmark = pytest.mark.django_db
AWAY, AVAILABLE = Extension.Availability.AWAY, Extension.Availability.AVAILABLE
LEAST_OPEN = MessageQueue.Assignment.LEAST_OPEN


def test_sessions_go_round_among_who_is_there(
    agents: list[Extension], queue: MessageQueue, come: Come, waiting: Waiting
) -> None:
    queue.agents.add(agents[2])
    come(*agents)
    first = waiting(4)
    assert giving.assign() == 4
    assert owners(*first) == ["Ada", "Ben", "Cleo", "Ada"]
    second = waiting(1)
    giving.assign()
    assert owners(*second) == ["Ben"]
    actions.set_availability(agents[2], to=AWAY)
    third = waiting(3)
    giving.assign()
    assert owners(*third) == ["Ada", "Ben", "Ada"]
    assert giving.assign() == 0


def test_who_waited_longest_for_an_answer_is_first(
    agents: list[Extension], come: Come, waiting: Waiting, set_queue: Callable[..., None]
) -> None:
    set_queue(max_open_sessions=1)
    one, two, three = waiting(3)
    MessagingSession.objects.filter(pk=two.pk).update(
        unanswered_since=F("unanswered_since") - timedelta(hours=1)
    )
    come(agents[0])
    giving.assign()
    assert owners(one, two, three) == [None, "Ada", None]
    come(*agents)
    giving.assign()
    assert owners(one, two, three) == ["Ben", "Ada", None]


def test_fewest_open_sessions_of_any_queue_is_next(
    agents: list[Extension], road: Road, come: Come, waiting: Waiting, set_queue: Callable[..., None]
) -> None:
    set_queue(assignment=LEAST_OPEN)
    come(*agents)
    for number in range(2):
        start: dict[str, Any] = {"number": road.number, "body": "Hello"}
        actions.start_session(agent=agents[0], contact=f"+1415555900{number}", **start)
    sessions = waiting(4)
    giving.assign()
    assert owners(*sessions) == ["Ben", "Ben", "Ada", "Ben"]


@pytest.mark.parametrize("why", ["offline", "away", "disabled", "deleted", "not in the queue", "has enough"])
def test_nobody_else_gets_one(
    agents: list[Extension],
    queue: MessageQueue,
    come: Come,
    waiting: Waiting,
    set_queue: Callable[..., None],
    why: str,
) -> None:
    ada, ben, _cleo = agents
    come(*agents)
    queue.agents.remove(ben)
    match why:
        case "offline":
            come(ben)
        case "away":
            actions.set_availability(ada, to=AWAY)
        case "disabled":
            type(ada.user).objects.filter(pk=ada.user_id).update(is_active=False)
        case "deleted":
            Extension.objects.filter(pk=ada.pk).update(archived_at="2026-01-01T00:00Z")
        case "not in the queue":
            queue.agents.remove(ada)
        case "has enough":
            set_queue(max_open_sessions=1)
            actions.pick_up(*waiting(1), agent=ada)
    (session,) = waiting(1)
    assert giving.assign() == 0
    assert owners(session) == [None]
    assert lines(session) == []


def test_what_waits_is_given_when_somebody_has_room_or_comes(
    agents: list[Extension], come: Come, waiting: Waiting, set_queue: Callable[..., None]
) -> None:
    set_queue(max_open_sessions=1)
    sessions = waiting(3)
    come(agents[1])
    assert (giving.assign(), owners(*sessions)) == (1, ["Ben", None, None])
    actions.close(MessagingSession.objects.get(pk=sessions[0].pk), agent=agents[1])
    assert (giving.assign(), owners(*sessions)) == (1, ["Ben", "Ben", None])
    come(*agents)
    assert (giving.assign(), owners(*sessions)) == (1, ["Ben", "Ben", "Ada"])


def test_it_is_said_in_the_thread_and_told_to_the_agent_and_to_all_who_saw_it(
    agents: list[Extension],
    queue: MessageQueue,
    come: Come,
    waiting: Waiting,
    redis_client: Redis,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    (session,) = waiting(1)
    assert not notifying.state_of(Viewer(agents[0].user, agents[0]))["calls"]  # it is no call to all
    come(*agents[:2])
    redis_client.delete("events")
    with django_capture_on_commit_callbacks(execute=True):
        giving.assign()
    told = [agents[0].pk, f"agents:{queue.pk}", f"queue:{queue.pk}"]
    assert [(event["kind"], event["audience"]) for event in published(redis_client)] == [("session", told)]
    (line,) = operations_of(session)
    assert (line.system_line, line.author, line.to_extension) == ("assigned", None, agents[0])
    page = logged_in(agents[0].user)
    assert listed_in(page.get("/inbox/"), "mine") == [session]
    calls: Any = notifying.state_of(Viewer(agents[0].user, agents[0]))["calls"]
    assert [(call["kind"], call["session"]) for call in calls] == [("follow_up", session.pk)]
    html = page.get(f"/inbox/{session.pk}/").content.decode()
    assert "The session was assigned to 1001 Ada automatically." in text_of(html)


def test_agent_may_pick_up_before_it_is_given(agents: list[Extension], come: Come, waiting: Waiting) -> None:
    (session,) = waiting(1)
    come(agents[1])
    actions.pick_up(session, agent=agents[0])
    assert (giving.assign(), owners(session)) == (0, ["Ada"])


def test_other_modes_and_deleted_queues_are_left_alone(
    agents: list[Extension], come: Come, waiting: Waiting, set_queue: Callable[..., None]
) -> None:
    sessions = waiting(2)
    come(*agents)
    for mode in ("manual", "auto", "none"):
        set_queue(pickup_mode=mode)
        assert giving.assign() == 0
    set_queue(pickup_mode="assigned", archived_at="2026-01-01T00:00Z")
    assert (giving.assign(), owners(*sessions)) == (0, [None, None])


def test_what_is_transferred_to_the_queue_is_assigned(
    agents: list[Extension], queue: MessageQueue, come: Come, road: Road
) -> None:
    come(agents[1])
    message = actions.start_session(agent=agents[0], number=road.number, contact=CONTACT, body="Hello")
    actions.transfer(message.session, agent=agents[0], to=queue)
    assert (giving.assign(), owners(message.session)) == (1, ["Ben"])


def test_each_queue_has_its_own_turns_and_maximum(
    agents: list[Extension], queue: MessageQueue, come: Come, waiting: Waiting
) -> None:
    come(agents[0], agents[1])
    sales = make_queue(*agents[:2], name="Sales")
    MessageQueue.objects.filter(pk=sales.pk).update(pickup_mode="assigned", max_open_sessions=1)
    sessions = waiting(5)
    actions.move(MessagingSession.objects.filter(pk__in=[one.pk for one in sessions[2:]]), to=sales)
    assert giving.assign() == 4
    assert owners(*sessions) == ["Ada", "Ben", "Ada", "Ben", None]


def test_costs_do_not_grow_with_agents_and_sessions(
    queue: MessageQueue, come: Come, waiting: Waiting
) -> None:
    costs = []
    for count in (3, 20):
        team = [make_agent(f"{count}{number:02}") for number in range(count)]
        queue.agents.add(*team)
        come(*team)
        waiting(count)
        with CaptureQueriesContext(connection) as captured:
            assert giving.assign() == count
        costs.append(len(captured))
    assert costs[0] == costs[1]


def test_nobody_gets_one_while_nobody_knows_who_is_there(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = waiting(1)
    monkeypatch.setattr(online, "everybody_online", lambda: None)
    assert (giving.assign(), owners(*sessions)) == (0, [None])


def test_text_costs_the_road_in_no_query_more(
    queue: MessageQueue, post_inbound: Post, set_queue: Callable[..., None]
) -> None:
    costs = []
    for number, mode in enumerate(("manual", "manual", "assigned")):
        set_queue(pickup_mode=mode)
        with CaptureQueriesContext(connection) as captured:
            post_inbound(number + 1, "Hello", From=f"+1415555012{number}")
        costs.append(len(captured))
    assert costs[1] == costs[2]
