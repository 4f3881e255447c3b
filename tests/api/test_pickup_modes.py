"""Queues with auto pickup and without pickup, for programs."""

import pytest
from redis import Redis

from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.assigning import giving
from sessions.models import MessagingSession
from sessions.presence import online
from tests.api.conftest import Caller, code_of
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(post_inbound: Post) -> MessagingSession:
    post_inbound(1, "Are you open today?")
    return MessagingSession.objects.get()


def set_mode(mode: MessageQueue.PickupMode, **values: int) -> None:
    MessageQueue.objects.update(pickup_mode=mode, **values)


def states(caller: Caller, **asked: str) -> list[str]:
    return [one["state"] for one in caller.get("sessions", **asked).json()["items"]]


def test_first_answer_takes_the_session_and_the_second_is_told(
    ada: Caller, ben: Caller, waiting: MessagingSession
) -> None:
    set_mode(MessageQueue.PickupMode.AUTO)
    path = f"sessions/{waiting.pk}/messages"
    assert ben.post(path, {"body": "Till six"}).status_code == 201
    answer = ada.post(path, {"body": "Me too"})
    assert code_of(answer) == (409, "already_picked_up")
    assert answer.json()["detail"] == "1002 Ben has it. Ask for the list of sessions again."
    assert (states(ben, state="mine"), states(ada)) == (["owned"], [])


def test_shared_session_is_listed_apart_and_answered_by_all(
    ada: Caller, ben: Caller, waiting: MessagingSession
) -> None:
    set_mode(MessageQueue.PickupMode.NONE)
    for caller in (ada, ben):
        assert (states(caller, state="shared"), states(caller, state="waiting")) == (["shared"], [])
        assert caller.post(f"sessions/{waiting.pk}/messages", {"body": "Till six"}).status_code == 201
    assert code_of(ada.post(f"sessions/{waiting.pk}/pick-up")) == (409, "no_pickup")
    assert ada.post(f"sessions/{waiting.pk}/close").json()["state"] == "closed"


def test_limit_of_open_sessions_is_told(
    ada: Caller, waiting: MessagingSession, agents: list[Extension], post_inbound: Post
) -> None:
    set_mode(MessageQueue.PickupMode.MANUAL, max_open_sessions=1)
    actions.pick_up(waiting, agent=agents[0])
    post_inbound(2, "Hello", From="+14155550124")
    second = MessagingSession.objects.waiting().get()
    answer = ada.post(f"sessions/{second.pk}/pick-up")
    assert code_of(answer) == (409, "too_many_open")
    assert answer.json()["detail"] == (
        "You have 1 open session of this message queue, which is as many as it allows. "
        "Close it or transfer it first."
    )


def test_assigned_session_is_told_with_its_queue_s_rules(
    ada: Caller, ben: Caller, waiting: MessagingSession, agents: list[Extension], redis_client: Redis
) -> None:
    set_mode(MessageQueue.PickupMode.ASSIGNED, max_open_sessions=3)
    assert [states(caller, state="waiting") for caller in (ada, ben)] == [["waiting"]] * 2
    redis_client.eval(online.SERVING, 0, online.lifetime_ms(), f"{agents[1].pk}:client")
    giving.assign()
    assert [states(caller, state="mine") for caller in (ada, ben)] == [[], ["owned"]]
    queue = ben.get(f"sessions/{waiting.pk}").json()["queue"]
    rules = {"pickup_mode": "assigned", "assignment": "round_robin", "max_open_sessions": 3}
    assert queue == {"id": waiting.queue_id, "name": "Support"} | rules
    lines = ben.get(f"sessions/{waiting.pk}/messages").json()["items"]
    assert [(one["event"], one["author"]) for one in lines if one["kind"] == "system"] == [("assigned", None)]
    assert ben.post(f"sessions/{waiting.pk}/messages", {"body": "Till six"}).status_code == 201
