"""The client of docs/client.py, as its own process against the real ones: it picks up and answers, once."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts import tokens
from channels.itsp import ITSPS
from channels.webhook import url as webhook_url
from routing.models import Extension
from sessions.models import Message, MessagingSession
from tests.factories import CONTACT, OUR_NUMBER, Road
from tests.product import Stack
from tests.servers import ROOT, Simulator
from tests.sessions.conftest import own_road
from tests.waiting import wait_until

__all__ = ["own_road"]
pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
SECOND = "+14155550124"


@pytest.fixture
def stack(own_road: Road, simulator: Simulator, start_stack: Callable[..., Stack]) -> Stack:
    started = start_stack()
    url = webhook_url.webhook_url(own_road.token, ITSPS["twilio"])
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "sms_url": url, "rate": "unlimited"})
    return started


@pytest.fixture
def text(stack: Stack, simulator: Simulator) -> Callable[[str, str], None]:
    def send(contact: str, body: str) -> None:
        said = {"from": contact, "to": OUR_NUMBER, "body": body, "wait": True}
        assert simulator.post("/control/inbound", said)["status"] == 200

    return send


@pytest.fixture
def client_process(stack: Stack, agents: list[Extension]) -> Iterator["subprocess.Popen[bytes]"]:
    _row, token = tokens.create_token(agents[0].user, name="client.py")
    with subprocess.Popen([sys.executable, "docs/client.py", stack.url, token], cwd=ROOT) as process:
        yield process
        process.kill()


def answers(simulator: Simulator) -> dict[str, list[str]]:
    """The bodies that each phone got."""
    found: dict[str, list[str]] = {}
    for one in simulator.get("/control/messages")["messages"]:
        if one["from"] == OUR_NUMBER:
            found.setdefault(one["to"], []).append(one["body"])
    return found


@pytest.mark.long
def test_client_answers_what_waited_and_what_comes_in_each_once(
    text: Callable[[str, str], None],
    request: pytest.FixtureRequest,
    simulator: Simulator,
    stack: Stack,
    agents: list[Extension],
) -> None:
    text(CONTACT, "Before you came")
    process: Any = request.getfixturevalue("client_process")
    expected = {CONTACT: ["Thank you! You wrote: Before you came"]}
    assert wait_until(lambda: answers(simulator) == expected, timeout_s=40)

    text(SECOND, "And while you are here")
    text(CONTACT, "A follow-up")
    expected[CONTACT].append("Thank you! You wrote: A follow-up")
    expected[SECOND] = ["Thank you! You wrote: And while you are here"]
    assert wait_until(lambda: answers(simulator) == expected, timeout_s=40)

    stack.kill("stream" if "stream" in stack.children else "web")
    stack.restart("stream" if "stream" in stack.children else "web")
    text(CONTACT, "After a restart")
    expected[CONTACT].append("Thank you! You wrote: After a restart")
    assert wait_until(lambda: answers(simulator) == expected, timeout_s=40)
    assert process.poll() is None

    owners = set(MessagingSession.objects.values_list("agent", flat=True))
    assert (owners, Message.objects.filter(kind="outbound").count()) == ({agents[0].pk}, 4)
    tokens.revoke(agents[0].user.api_tokens.get())
    assert process.wait(timeout=60) == 1
