"""What became of it: unknown texts are adopted or proven absent, silent ones are looked up."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from channels.itsp.base import OutboundSms
from channels.itsp.delivery import DeliveryStatus
from routing.models import Extension
from sessions import actions
from sessions.lanes import seats
from sessions.models import Attempt, Lane, Message
from sessions.sending import pump, reconcile, validity
from tests.factories import CONTACT, OUR_NUMBER, Road
from tests.servers import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def silent_itsp(simulator: Simulator) -> None:
    simulator.post("/control/settings", {"callbacks": "never", "send_delay_ms": 0, "deliver_delay_ms": 0})


def write(agent: Extension, road: Road, body: str) -> Message:
    return actions.start_session(agent=agent, number=road.number, contact=CONTACT, body=body)


def unknown(agent: Extension, road: Road, simulator: Simulator, fault: str, body: str = "Perhaps") -> Attempt:
    """An attempt whose answer was lost, whether it arrived (`drop_after_accept`) or not (`500`)."""
    simulator.post("/control/faults", {"kind": fault, "count": 1})
    write(agent, road, body)
    pump.run()
    attempt = Attempt.objects.get(status="unknown")
    Attempt.objects.update(check_at=timezone.now())
    return attempt


def bodies(simulator: Simulator) -> list[str]:
    return [one["body"] for one in simulator.get("/control/messages")["messages"]]


def test_unknown_text_that_arrived_is_adopted_and_its_lane_goes_on(
    own_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    attempt = unknown(agents[0], own_road, simulator, "drop_after_accept")
    write(agents[0], own_road, "Behind it")
    assert reconcile.check_due() == 1
    attempt.refresh_from_db()
    (there,) = simulator.get("/control/messages")["messages"]
    assert (attempt.status, attempt.itsp_message_id) == ("delivered", there["sid"])
    pump.run()
    assert bodies(simulator) == ["Perhaps", "Behind it"]


def test_text_is_found_whatever_the_itsps_clock_says(
    own_road: Road, agents: list[Extension], simulator: Simulator, settings: Any
) -> None:
    settings.RECONCILE_GIVE_UP_S = 0
    simulator.post("/control/settings", {"clock_behind_s": 3600})
    attempt = unknown(agents[0], own_road, simulator, "drop_after_accept")
    assert reconcile.check_due() == 1
    attempt.refresh_from_db()
    assert attempt.status == "delivered"


@pytest.mark.parametrize(
    ("body", "there"),
    [
        ("Perhaps\r\nor not. ", "Perhaps\nor not."),
        ("Perhaps", "Sent from your Twilio trial account - Perhaps"),
    ],
)
def test_text_is_found_as_the_itsp_keeps_it(
    own_road: Road, agents: list[Extension], simulator: Simulator, body: str, there: str
) -> None:
    attempt = unknown(agents[0], own_road, simulator, "500", body)
    kept = OutboundSms(OUR_NUMBER, CONTACT, there, "https://x.example/w/")
    pump.Pump()._sender(own_road.channel).send(kept, lambda: None)
    assert reconcile.check_due() == 1
    attempt.refresh_from_db()
    assert attempt.status == "delivered"


def test_text_with_another_number_of_pictures_is_not_adopted(
    own_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "rate": "unlimited", "mms": True})
    attempt = unknown(agents[0], own_road, simulator, "500")
    other = pump.Pump()._sender(own_road.channel)
    picture = OutboundSms(OUR_NUMBER, CONTACT, "Perhaps", "", media_urls=(f"{simulator.url}/cdn/none",))
    other.send(picture, lambda: None)
    assert reconcile.check_due() == 0
    attempt.refresh_from_db()
    assert attempt.status == "unknown"


def test_unknown_text_that_is_absent_is_sent_again_only_after_the_wait(
    own_road: Road, agents: list[Extension], simulator: Simulator, settings: Any
) -> None:
    attempt = unknown(agents[0], own_road, simulator, "500")
    assert reconcile.check_due() == 0
    attempt.refresh_from_db()
    assert attempt.status == "unknown"
    assert attempt.check_at is not None
    assert attempt.check_at > timezone.now()
    settings.RECONCILE_GIVE_UP_S = 0
    Attempt.objects.update(check_at=timezone.now())
    assert reconcile.check_due() == 1
    pump.run()
    assert bodies(simulator) == ["Perhaps"]


def test_copies_beyond_the_first_are_flagged(
    own_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    attempt = unknown(agents[0], own_road, simulator, "drop_after_accept")
    twin = pump.Pump()._sender(own_road.channel)
    second = twin.send(OutboundSms(OUR_NUMBER, CONTACT, "Perhaps", "https://x.example/w/"), lambda: None)
    assert reconcile.check_due() == 1
    attempt.refresh_from_db()
    first = simulator.get("/control/messages")["messages"][0]["sid"]
    assert attempt.itsp_message_id == first
    assert attempt.reason == f"The ITSP has it more than once: {second.itsp_message_id}."


def test_same_text_sent_before_is_not_adopted(
    own_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    write(agents[0], own_road, "Perhaps")
    pump.run()
    attempt = unknown(agents[0], own_road, simulator, "500")
    assert reconcile.check_due() == 1  # the first, whose callbacks never came
    attempt.refresh_from_db()
    assert attempt.status == "unknown"


def test_itsp_that_does_not_answer_leaves_it_unknown(
    own_road: Road, agents: list[Extension], simulator: Simulator, settings: Any
) -> None:
    attempt = unknown(agents[0], own_road, simulator, "500")
    settings.RECONCILE_GIVE_UP_S = 0
    settings.TWILIO_API_URL = "http://127.0.0.1:9"
    assert reconcile.check_due() == 0
    attempt.refresh_from_db()
    assert attempt.status == "unknown"


def test_text_without_a_final_state_is_looked_up(
    own_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    message = write(agents[0], own_road, "Silent")
    pump.run()
    assert reconcile.check_due() == 0  # not for hours
    Attempt.objects.update(check_at=timezone.now())
    assert reconcile.check_due() == 1
    message.refresh_from_db()
    assert message.status == "delivered"
    assert Attempt.objects.get().check_at is None


@pytest.mark.parametrize(
    ("fault", "days", "again_h"), [("404", 0, 6), ("503", 0, 30 / 3600), ("404", 3, None), ("503", 3, None)]
)
def test_look_up_that_fails_is_made_again_and_given_up_after_days(
    own_road: Road,
    agents: list[Extension],
    simulator: Simulator,
    fault: str,
    days: int,
    again_h: float | None,
) -> None:
    write(agents[0], own_road, "Silent")
    pump.run()
    simulator.post("/control/faults", {"kind": fault, "on": "api"})
    Attempt.objects.update(check_at=timezone.now(), queued_at=timezone.now() - timedelta(days=days))
    assert reconcile.check_due() == 0
    attempt = Attempt.objects.get()
    assert attempt.status == "accepted"
    again = attempt.check_at and (attempt.check_at - timezone.now()).total_seconds() / 3600
    assert again == (again_h and pytest.approx(again_h, abs=0.01))


def test_text_that_waited_too_long_expires_in_words_and_the_next_goes_out(
    own_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    message = write(agents[0], own_road, "Stale")
    Attempt.objects.update(queued_at=timezone.now() - timedelta(hours=4, seconds=1))
    write(agents[0], own_road, "Fresh")
    assert validity.expire(now=timezone.now()) == 1
    message.refresh_from_db()
    assert (message.status, message.reason) == (
        "expired",
        "It waited longer than 4 hours in our queue and was not sent.",
    )
    pump.run()
    assert bodies(simulator) == ["Fresh"]


def test_validity_stands_still_while_the_channel_is_held(own_road: Road, agents: list[Extension]) -> None:
    write(agents[0], own_road, "Patient")
    now = timezone.now()
    Attempt.objects.update(queued_at=now - timedelta(hours=5))
    own_road.channel.held_s = 2 * 3600
    own_road.channel.save()
    assert validity.expire(now=now) == 0
    assert validity.expire(now=now + timedelta(hours=1, seconds=1)) == 1


def test_scheduled_text_waits_for_its_time(
    own_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    message = write(agents[0], own_road, "Later")
    Attempt.objects.update(status=DeliveryStatus.SCHEDULED, due_at=timezone.now() + timedelta(hours=1))
    Lane.objects.update(head=None)
    assert seats.queue_due(now=timezone.now()) == 0
    pump.run()
    assert bodies(simulator) == []
    assert seats.queue_due(now=timezone.now() + timedelta(hours=2)) == 1
    pump.run()
    assert bodies(simulator) == ["Later"]
    message.refresh_from_db()
    assert message.status == "accepted"


def test_text_is_taken_back_from_the_itsp_while_it_can_be(
    own_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "rate": 0.01})
    write(agents[0], own_road, "Takes the number's only slot")
    message = write(agents[0], own_road, "Not after all")
    pump.run()
    assert reconcile.cancel(message.attempts.get().pk)
    message.refresh_from_db()
    assert message.status == "cancelled"
    assert simulator.get("/control/messages")["messages"][1]["status"] == "canceled"
