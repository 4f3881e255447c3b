"""What becomes of a text, and of its channel, when the ITSP says "not now"."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from channels import pacing
from channels.actions import reconnect_channel
from channels.itsp.errors import Advice, ItspError
from channels.models import Channel
from routing.models import Extension
from sessions import actions
from sessions.lanes import seats, standing
from sessions.models import Attempt, Lane, Message
from sessions.opt_outs import ledger
from sessions.sending import claiming, pump, reconcile
from stats.queries import Counts, counts_by_channel
from tests.factories import CONTACT, Road
from tests.servers import Simulator
from tests.sessions.conftest import signed_post

pytestmark = pytest.mark.django_db(transaction=True)

LIMIT = "The number's daily limit is reached."


@pytest.fixture(autouse=True)
def silent_itsp(simulator: Simulator) -> None:
    simulator.post("/control/settings", {"callbacks": "never"})


def write(agent: Extension, road: Road, body: str, contact: str = CONTACT) -> Message:
    return actions.start_session(agent=agent, number=road.number, contact=contact, body=body)


def bodies(simulator: Simulator) -> list[str]:
    return [one["body"] for one in simulator.get("/control/messages")["messages"]]


def statuses(message: Message) -> list[str]:
    message.refresh_from_db()
    return [message.status, *message.attempts.order_by("pk").values_list("status", flat=True)]


def waits_s() -> float:
    held_until = Lane.objects.get().held_until
    return (held_until - timezone.now()).total_seconds() if held_until else 0.0


def later() -> None:
    """An hour passes for lanes that are held."""
    assert seats.release(now=timezone.now()) == 0
    assert seats.release(now=timezone.now() + timedelta(hours=1)) == 1


@pytest.fixture
def report(client: Client, own_road: Road, simulator: Simulator) -> Any:
    """report(message, 30023): a callback says that it failed so."""

    def report(message: Message, code: int, status: str = "undelivered") -> None:
        account = simulator.get("/control/state")
        attempt = message.attempts.exclude(itsp_message_id=None).latest("pk")
        fields = {"MessageSid": str(attempt.itsp_message_id), "MessageStatus": status}
        fields |= {"AccountSid": account["account_sid"], "ErrorCode": str(code)}
        path = f"{own_road.path}?attempt={attempt.pk}"
        assert signed_post(client, path, fields, account["auth_token"]).status_code == 200

    return report


@pytest.mark.parametrize("code", [30023, 63038, 30035])
def test_refusal_for_hours_holds_the_lane_and_keeps_its_order(
    own_road: Road, agents: list[Extension], simulator: Simulator, code: int
) -> None:
    simulator.post("/control/faults", {"kind": "refuse", "code": code, "count": 1})
    first, second = write(agents[0], own_road, "First"), write(agents[0], own_road, "Second")
    pump.run()
    assert (bodies(simulator), statuses(first)) == ([], ["queued", "queued"])
    assert first.reason != ""
    assert waits_s() == pytest.approx(3600, abs=5)
    attempts = [message.attempts.get() for message in (first, second)]
    found = standing.places_of(attempts)
    places = [found[attempt.pk] for attempt in attempts]
    until = f"{timezone.localtime(Lane.objects.get().held_until):%H:%M}."
    assert [place.held for place in places] == [
        f"It is tried again at {until}",
        f"The text before it is tried again at {until}",
    ]
    write(agents[0], own_road, "Another lane", contact="+14155550124")
    pump.run()
    assert bodies(simulator) == ["Another lane"]
    later()
    pump.run()
    assert bodies(simulator) == ["Another lane", "First", "Second"]


def test_accepted_text_that_meets_a_daily_limit_gets_another_attempt_later(
    own_road: Road, agents: list[Extension], simulator: Simulator, report: Any
) -> None:
    message = write(agents[0], own_road, "Hello")
    pump.run()
    for _ in range(2):
        report(message, 30023)
    assert statuses(message) == ["queued", "undelivered", "queued"]
    assert message.reason == LIMIT
    old, new = message.attempts.order_by("pk")
    assert (new.queued_at, new.held_s) == (old.queued_at, old.held_s)
    assert waits_s() == pytest.approx(3600, abs=5)
    behind = write(agents[0], own_road, "Behind")
    pump.run()
    assert bodies(simulator) == ["Hello"]
    later()
    pump.run()
    assert bodies(simulator) == ["Hello", "Hello", "Behind"]
    report(message, 0, "delivered")
    assert statuses(message) == ["delivered", "undelivered", "delivered"]
    assert statuses(behind)[0] == "accepted"
    assert counts_by_channel(None, None) == {own_road.channel.pk: Counts(success=1, failed=1, segments=1)}


@pytest.mark.parametrize("code", [30001, 30022])
def test_accepted_text_that_was_too_fast_slows_the_channel_down(
    own_road: Road, agents: list[Extension], report: Any, code: int
) -> None:
    message = write(agents[0], own_road, "Hello")
    pump.run()
    report(message, code, "failed")
    assert statuses(message) == ["queued", "failed", "queued"]
    assert waits_s() == pytest.approx(300, abs=5)
    assert 112 <= pacing.states([(own_road.channel.pk, 225)])[own_road.channel.pk].effective_rate <= 150


@pytest.mark.parametrize(("told_s", "paused_s"), [(4.0, 4.0), (None, 0.0)])
def test_answer_that_it_was_too_fast_pauses_for_as_long_as_it_says(
    own_road: Road, told_s: float | None, paused_s: float
) -> None:
    too_fast = ItspError(Advice.SLOW_DOWN, "Too fast.", "429", retry_after_s=told_s)
    claiming.heed(own_road.channel.pk, [too_fast])
    state = pacing.states([(own_road.channel.pk, 225)])[own_road.channel.pk]
    assert state.paused_for_s == pytest.approx(paused_s, abs=0.5)
    assert 112 <= state.effective_rate <= 150


def test_suspended_account_stops_the_channel_and_keeps_the_text(
    own_road: Road, agents: list[Extension], simulator: Simulator, report: Any
) -> None:
    message = write(agents[0], own_road, "Hello")
    pump.run()
    report(message, 30002)
    channel = Channel.objects.get()
    assert (channel.status, channel.status_reason) == ("failing", "The account at the ITSP is suspended.")
    pump.run()
    assert (statuses(message), bodies(simulator)) == (["queued", "undelivered", "queued"], ["Hello"])
    reconnect_channel(channel)
    pump.run()
    assert bodies(simulator) == ["Hello", "Hello"]


def test_text_that_others_would_overtake_fails_in_words(
    own_road: Road, agents: list[Extension], simulator: Simulator, report: Any
) -> None:
    first = write(agents[0], own_road, "First")
    pump.run()
    write(agents[0], own_road, "Second")
    report(first, 30023)
    assert (statuses(first), first.reason) == (["undelivered", "undelivered"], LIMIT)
    pump.run()
    assert bodies(simulator) == ["First", "Second"]
    actions.retry(first, agent=agents[0])
    pump.run()
    assert bodies(simulator) == ["First", "Second", "First"]


def no_more(road: Road, agent: Extension, why: str) -> None:
    if why == "opted out":
        ledger.opt_out(road.number, CONTACT, by=agent.user)
    if why == "disabled":
        Channel.objects.update(disabled_at=timezone.now())
    if why == "stale":
        Attempt.objects.update(queued_at=timezone.now() - timedelta(hours=4, seconds=1))


@pytest.mark.parametrize("why", ["opted out", "disabled", "stale"])
def test_text_that_nobody_waits_for_any_more_is_not_tried_again(
    own_road: Road, agents: list[Extension], report: Any, why: str
) -> None:
    message = write(agents[0], own_road, "Hello")
    pump.run()
    no_more(own_road, agents[0], why)
    report(message, 30023)
    assert statuses(message) == ["undelivered", "undelivered"]


def test_text_that_waits_for_its_next_attempt_can_be_cancelled(
    own_road: Road, agents: list[Extension], simulator: Simulator, report: Any
) -> None:
    message = write(agents[0], own_road, "Hello")
    pump.run()
    report(message, 30023)
    assert actions.cancel(message, agent=agents[0]) is True
    later()
    pump.run()
    assert bodies(simulator) == ["Hello"]
    report(message, 30027, "failed")  # of the first attempt, again
    assert statuses(message) == ["cancelled", "undelivered", "cancelled"]


def test_text_that_is_looked_up_is_tried_again_too(
    own_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    settings = {"send_delay_ms": 0, "deliver_delay_ms": 0}
    simulator.post("/control/settings", settings)
    simulator.post("/control/faults", {"kind": "undeliver", "code": 30027, "count": 1})
    message = write(agents[0], own_road, "Hello")
    pump.run()
    Attempt.objects.update(check_at=timezone.now())
    assert reconcile.check_due() == 1
    assert statuses(message) == ["queued", "undelivered", "queued"]
    later()
    pump.run()
    assert bodies(simulator) == ["Hello", "Hello"]
