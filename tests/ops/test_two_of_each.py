"""Two processes of each kind behind the real proxy: whichever is killed, nobody notices."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models import QuerySet

from accounts.tokens import create_token
from channels.webhook import keys as webhook_keys
from sessions.models import Event, Message, WebhookRequest
from tests.factories import OUR_NUMBER, make_agent, make_queue, make_road
from tests.faults.conftest import SHORT_WAITS
from tests.faults.drain import WHOLE
from tests.pbx_messaging.doors.twilio_calls import TwilioCalls
from tests.product import Stack
from tests.servers import Simulator
from tests.waiting import wait_until
from tests.working import Agents

PASSWORD = "secret-of-the-agent"
FIRST = ("web", "stream", "sender-1", "worker-1", "beat")
SECOND = ("web-2", "stream-2", "sender-2", "worker-2", "beat-2")
KILLED = (*FIRST, *SECOND, *FIRST) if WHOLE else FIRST

pytestmark = [pytest.mark.ops, pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.mark.short
@pytest.mark.timeout(900)
def test_one_of_two_is_killed_and_nothing_is_lost(
    simulator: Simulator, start_stack: Callable[..., Stack]
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the embedded stack is one machine's")
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "rate": "unlimited"})
    account = simulator.get("/control/state")
    login = {name: account[name] for name in ("account_sid", "auth_token")}
    people = [make_agent(str(1001 + number)) for number in range(3)]
    road = make_road(make_queue(*people), *people, rate=50, **login)
    webhook_keys.remember(road.channel.webhook_addresses.all())
    tokens = [create_token(agent.user, name="test", scope="send", days=1)[1] for agent in people]
    stack = start_stack("doubled", workers=2, **SHORT_WAITS)
    calls = TwilioCalls(stack.url + road.path, login["account_sid"], login["auth_token"], OUR_NUMBER)
    agents = Agents(stack.url, tokens, people[0].user.username, PASSWORD)
    with calls.running(), agents.working():
        for name in KILLED:
            time.sleep(2)
            stack.kill(name)
            time.sleep(2)
            stack.start(name)
        time.sleep(2)
    wait_until(lambda: not _outbound().exclude(status="delivered").exists(), timeout_s=120)
    assert_texts_came_in_once(calls)
    assert_answers_went_out_once_and_in_order(simulator, agents)
    wait_until(lambda: not Event.objects.exists(), timeout_s=60)
    connection.close()


def _outbound() -> "QuerySet[Message]":
    return Message.objects.filter(kind=Message.Kind.OUTBOUND)


def assert_texts_came_in_once(calls: TwilioCalls) -> None:
    assert calls.last == {"200"}, calls.tried_again
    wait_until(lambda: calls.answers.keys() == _stored().keys(), timeout_s=60)
    assert set(_stored().values()) == {1}
    assert not WebhookRequest.objects.filter(outcome=WebhookRequest.Outcome.FAILED).exists()


def _stored() -> "Counter[str | None]":
    texts = Message.objects.filter(kind=Message.Kind.INBOUND)
    return Counter(texts.values_list("itsp_message_id", flat=True))


def assert_answers_went_out_once_and_in_order(simulator: Simulator, agents: Agents) -> None:
    there: dict[str, list[str]] = defaultdict(list)
    for one in sorted(
        simulator.get("/control/messages?limit=0")["messages"], key=lambda one: one["created_at"]
    ):
        if one["body"].startswith("Answer "):
            there[one["to"]].append(one["body"])
    assert sum(map(len, there.values())) > len(KILLED)
    assert there == agents.answers
