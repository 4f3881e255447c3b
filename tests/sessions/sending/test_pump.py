"""From an agent's answer to the contact's phone: real HTTP to the simulator."""

from collections.abc import Callable
from typing import Any

import pytest

from channels.models import Channel
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.models import Attempt, Lane, Message, MessagingSession
from sessions.sending import pump
from tests.factories import ACCOUNT_SID, AUTH_TOKEN, CONTACT, OUR_NUMBER, Road, make_road
from tests.servers import Simulator
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def write(agent: Extension, road: Road, body: str, contact: str = CONTACT) -> Message:
    return actions.start_session(agent=agent, number=road.number, contact=contact, body=body)


def drained(simulator: Simulator) -> list[dict[str, Any]]:
    """What the ITSP has after the pump ran until nothing was left to do."""
    pump.run()
    messages: list[dict[str, Any]] = simulator.get("/control/messages")["messages"]
    return messages


def statuses() -> list[str]:
    return list(Message.objects.filter(kind="outbound").order_by("pk").values_list("status", flat=True))


def test_answer_is_sent_once_with_our_callback_url(
    own_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    message = write(agents[0], own_road, "We are open till six.")
    sent = drained(simulator)
    assert [(one["from"], one["to"], one["body"]) for one in sent] == [
        (OUR_NUMBER, CONTACT, "We are open till six.")
    ]
    attempt = message.attempts.get()
    assert (attempt.status, attempt.itsp_message_id) == ("accepted", sent[0]["sid"])
    assert Lane.objects.get().head is None
    assert Lane.objects.get().in_flight is None


def test_texts_to_a_contact_keep_their_order(
    own_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    for number in range(6):
        write(agents[0], own_road, f"Line {number}")
    assert [one["body"] for one in drained(simulator)] == [f"Line {number}" for number in range(6)]


def test_refused_recipient_fails_in_words_and_the_next_text_goes_out(
    own_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    simulator.post("/control/faults", {"kind": "refuse", "code": 21614, "count": 1})
    write(agents[0], own_road, "First")
    write(agents[0], own_road, "Second")
    assert [one["body"] for one in drained(simulator)] == ["Second"]
    first = Message.objects.get(body="First")
    assert (first.status, first.error_code, first.reason) == (
        "failed",
        "21614",
        "This number can't receive texts.",
    )
    assert statuses() == ["failed", "accepted"]


def test_refused_credentials_stop_the_channel_and_keep_its_queue(
    own_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    simulator.post("/control/faults", {"kind": "reject_credentials"})
    write(agents[0], own_road, "Hello")
    assert drained(simulator) == []
    channel = Channel.objects.get()
    assert (channel.status, channel.status_reason) == (
        "failing",
        "The ITSP refused the channel's credentials.",
    )
    assert statuses() == ["queued"]
    simulator.post("/control/reset", {})
    Channel.objects.update(status=Channel.Status.CONNECTED)
    assert [one["body"] for one in drained(simulator)] == ["Hello"]


def test_too_many_requests_is_tried_again_in_order(
    own_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    simulator.post("/control/faults", {"kind": "429", "retry_after": 1, "count": 1})
    write(agents[0], own_road, "First")
    write(agents[0], own_road, "Second")
    assert [one["body"] for one in drained(simulator)] == ["First", "Second"]


def test_channel_that_cannot_be_served_keeps_no_other(
    own_road: Road,
    queue: MessageQueue,
    agents: list[Extension],
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pump, "RUN_S", 3.0)  # there is something to do all the time
    broken = make_road(queue, agents[0], address="+14155550177", name="Broken")
    write(agents[0], broken, "Never")
    write(agents[0], own_road, "Hello")
    Channel.objects.filter(pk=broken.channel.pk).update(itsp="gone")
    assert [one["body"] for one in drained(simulator)] == ["Hello"]
    assert statuses() == ["queued", "accepted"]


@pytest.mark.parametrize(
    ("rates", "shares"),
    [
        ([10], [128]),  # half of the threads are left for whoever comes
        ([225] * 8, [*[32] * 7, 16]),
        ([225, *[10] * 31], [107, *[4] * 31]),
        ([10] * 1_000, [1] * 256),
    ],
)
def test_channels_share_the_sender_threads_by_their_rates(rates: list[int], shares: list[int]) -> None:
    known = {"itsp": "twilio", "credentials": {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN}}
    channels = [Channel(pk=pk, sending_rate=rate, **known) for pk, rate in enumerate(rates, 1)]
    given = pump.Pump()._shares(channels, sum(rates))
    assert list(given.values()) == shares
    assert sum(given.values()) <= 256


@pytest.mark.parametrize("fault", ["drop_after_accept", "error_after_accept", "garbage_201"])
def test_ambiguous_answer_is_unknown_and_never_sent_again(
    own_road: Road, agents: list[Extension], simulator: Simulator, fault: str
) -> None:
    simulator.post("/control/faults", {"kind": fault, "count": 1, "to": CONTACT})
    simulator.post("/control/settings", {"callbacks": "never"})
    write(agents[0], own_road, "Perhaps")
    write(agents[0], own_road, "Behind it")
    write(agents[0], own_road, "Another lane", contact="+14155550124")
    assert sorted(one["body"] for one in drained(simulator)) == ["Another lane", "Perhaps"]
    perhaps = Message.objects.get(body="Perhaps")
    assert perhaps.status == "unknown"
    assert perhaps.reason != ""
    assert Message.objects.get(body="Behind it").status == "queued"
    assert len(drained(simulator)) == 2


def test_same_client_id_is_accepted_once(own_road: Road, agents: list[Extension]) -> None:
    first = write(agents[0], own_road, "Hello")
    session = MessagingSession.objects.get()
    once = actions.reply(session, agent=agents[0], body="Twice?", client_id="abc")
    again = actions.reply(session, agent=agents[0], body="Twice?", client_id="abc")
    assert (once, first != once) == (again, True)
    assert Attempt.objects.count() == 2


@pytest.mark.once  # on both in tests/test_road.py
def test_whole_road_out_and_the_ticks_come_back(
    own_road: Road, agents: list[Extension], simulator: Simulator, start_stack: Callable[..., Any]
) -> None:
    start_stack()
    message = write(agents[0], own_road, "Hello from the worker")

    def delivered() -> bool:
        message.refresh_from_db()
        return message.status == "delivered"

    wait_until(delivered, timeout_s=20)
    assert [one["body"] for one in simulator.get("/control/messages")["messages"]] == [
        "Hello from the worker"
    ]
    assert message.attempts.get().events.filter(status="delivered").count() == 1
