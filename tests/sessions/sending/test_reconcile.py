"""What became of it: unknown texts are adopted or proven absent, silent ones are looked up."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from channels.itsp import ITSPS
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice, ItspError
from channels.itsp.texts import OutboundSms
from channels.itsp.twilio import Twilio, lists
from channels.models import Channel
from pbx_messaging.redis import redis_client
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.lanes import seats
from sessions.models import Attempt, Lane, Message
from sessions.receiving import heart
from sessions.sending import look_ups, pump, reconcile, validity
from tests.factories import CONTACT, OUR_NUMBER, Road, make_agent, make_road
from tests.itsp_doubles import become
from tests.servers import Simulator
from tests.waiting import wait_until

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
    kept = OutboundSms(OUR_NUMBER, CONTACT, there, "https://x.example/w/", "0")
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
    picture = OutboundSms(
        OUR_NUMBER, CONTACT, "Perhaps", "https://x.example/w/", "0", media_urls=(f"{simulator.url}/cdn/none",)
    )
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
    second = twin.send(OutboundSms(OUR_NUMBER, CONTACT, "Perhaps", "https://x.example/w/", "0"), lambda: None)
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
    settings.ITSP_API_URLS = {"twilio": "http://127.0.0.1:9"}
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


def test_text_is_left_to_an_itsp_that_can_not_be_asked(
    own_road: Road,
    agents: list[Extension],
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    write(agents[0], own_road, "Silent")
    pump.run()
    become(monkeypatch, own_road.channel, Twilio, can_look_up=False)
    simulator.post("/control/faults", {"kind": "503", "on": "api"})  # a question would fail
    Attempt.objects.update(check_at=timezone.now())
    assert reconcile.check_due() == 0
    attempt = Attempt.objects.get()
    assert (attempt.status, attempt.check_at) == ("accepted", None)
    assert [one.message for one in caplog.records if one.levelname == "WARNING"] == []


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


def told_by(simulator: Simulator) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = simulator.get("/control/messages")["messages"]
    return messages


# --- fair between channels, bounded, and soon after a gap ---


def due_unknown(road: Road, count: int) -> None:
    """Attempts without a clear answer, all due now."""
    agent = make_agent(road.number.address[-4:], "Eve")
    road.number.initiators.add(agent)
    for number in range(count):
        contact = f"+1415557{number:04}"
        actions.start_session(agent=agent, number=road.number, contact=contact, body="Perhaps")
    now = timezone.now()
    mine = Attempt.objects.filter(channel=road.channel)
    mine.update(status=DeliveryStatus.UNKNOWN, claimed_at=now, check_at=now)
    Lane.objects.filter(channel=road.channel).update(head=None)


@pytest.mark.long
def test_silent_account_delays_no_others_unknown_texts(
    own_road: Road, queue: MessageQueue, simulator: Simulator
) -> None:
    silent = make_road(queue, address="+12015550101", name="Silent", account_sid="AC" + "9" * 32)
    due_unknown(silent, 200)
    due_unknown(own_road, 1)
    sid = silent.channel.credentials["account_sid"]
    simulator.post("/control/faults", {"kind": "503", "on": "api", "path": sid})
    began = timezone.now()
    reconcile.check_due()
    asked = [one["url"] for one in simulator.get("/control/requests?kind=api&limit=0")["requests"]]
    assert len([path for path in asked if sid in path]) == 1
    assert len(asked) == 2
    put_off = Attempt.objects.filter(channel=silent.channel, check_at__gt=began + timedelta(seconds=25))
    assert put_off.count() == 200


def test_questions_that_nobody_answers_come_further_and_further_apart(
    own_road: Road, agents: list[Extension], simulator: Simulator, settings: Any
) -> None:
    attempt = unknown(agents[0], own_road, simulator, "500")
    settings.ITSP_API_URLS = {"twilio": "http://127.0.0.1:9"}
    waits = []
    for passed_s in (0, 100, 400, 10_000):
        now = timezone.now()
        Attempt.objects.update(check_at=now, claimed_at=now - timedelta(seconds=passed_s))
        reconcile.check_due()
        attempt.refresh_from_db()
        assert attempt.check_at is not None
        waits.append((attempt.check_at - now).total_seconds())
    assert waits == pytest.approx([30, 50, 200, 300], abs=2)


def test_list_is_read_back_to_the_claim_only(
    own_road: Road, agents: list[Extension], simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)
    monkeypatch.setattr(lists, "DISORDER", timedelta(0))
    sender = pump.Pump()._sender(own_road.channel)
    for number in range(12):
        sender.send(
            OutboundSms(OUR_NUMBER, CONTACT, f"Before {number}", "https://x.example/w/", "0"), lambda: None
        )
    time.sleep(1.1)  # the list's times are of whole seconds
    since = timezone.now()
    simulator.get("/control/state")
    told = ITSPS["twilio"].list_sent(
        own_road.channel.credentials, sender=OUR_NUMBER, recipient=CONTACT, since=since
    )
    assert [one.body for one in told.texts] == ["Before 11", "Before 10"]  # of the one page that was read
    monkeypatch.setattr(lists, "MOST_PAGES", 2)
    with pytest.raises(ItspError) as error:  # absence would prove nothing
        ITSPS["twilio"].list_sent(
            own_road.channel.credentials,
            sender=OUR_NUMBER,
            recipient=CONTACT,
            since=since - timedelta(hours=1),
        )
    assert error.value.advice is Advice.UNKNOWN
    recent = ITSPS["twilio"].list_recent(own_road.channel.credentials, since=since - timedelta(hours=1))
    assert len(recent) == 4  # as far as it is read


def test_many_look_ups_are_answered_by_the_list(
    own_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "rate": "unlimited"})
    for number in range(25):
        contact = f"+1415557{number:04}"
        actions.start_session(agent=agents[0], number=own_road.number, contact=contact, body="Silent")
    while Attempt.objects.filter(status="queued").exists():
        pump.run()
    assert look_ups.look_up_after_gap() == 25
    asked = len(simulator.get("/control/requests?kind=api&limit=0")["requests"])
    wait_until(lambda: {one["status"] for one in told_by(simulator)} == {"delivered"})
    Attempt.objects.update(check_at=timezone.now())
    assert reconcile.check_due() == 25
    assert len(simulator.get("/control/requests?kind=api&limit=0")["requests"]) == asked + 1
    assert set(Attempt.objects.values_list("status", "check_at")) == {("delivered", None)}


def test_what_the_list_leaves_out_is_asked_for_one_by_one(
    own_road: Road, agents: list[Extension], simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look_ups, "BY_LIST", 1)
    write(agents[0], own_road, "Silent")
    pump.run()
    Attempt.objects.update(check_at=timezone.now())
    monkeypatch.setattr(lists, "sent", lambda *_arguments, **_options: [])
    assert reconcile.check_due() == 1
    assert Attempt.objects.get().status == "delivered"


def test_after_a_gap_texts_are_looked_up_soon(own_road: Road, agents: list[Extension]) -> None:
    write(agents[0], own_road, "Silent")
    pump.run()
    client = redis_client()
    client.set("webhook:alive:web", time.time() - 5)
    assert not heart.beat("webhook:alive:web")
    assert heart.EVERY_S < 5 < heart.GAP_S
    client.set("webhook:alive:web", time.time() - 20)
    before = timezone.now()
    assert heart.beat("webhook:alive:web")
    check_at = Attempt.objects.get().check_at
    assert check_at is not None
    assert (check_at - before).total_seconds() == pytest.approx(30, abs=2)
    assert not heart.beat("webhook:alive:web")


def test_gap_is_noticed_until_the_database_knows_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> int:
        raise OperationalError

    monkeypatch.setattr(look_ups, "look_up_after_gap", fail)
    with pytest.raises(OperationalError):
        heart.beat("webhook:alive:web")
    monkeypatch.undo()
    assert heart.beat("webhook:alive:web")


def test_channel_without_any_callback_has_each_text_looked_up_once(
    own_road: Road, agents: list[Extension], settings: Any
) -> None:
    write(agents[0], own_road, "Silent")
    pump.run()
    assert look_ups.look_up_unreported() == 0
    long_ago = timezone.now() - timedelta(seconds=settings.LOOK_UP_UNREPORTED_S + 1)
    Channel.objects.update(unreported_since=long_ago)
    planned = long_ago + timedelta(hours=settings.LOOK_UP_AFTER_H)
    Attempt.objects.update(claimed_at=long_ago, check_at=planned)
    assert look_ups.look_up_unreported() == 1
    later = planned + timedelta(seconds=settings.LOOK_UP_UNREPORTED_S)  # as after that look-up
    Attempt.objects.update(check_at=later)
    assert look_ups.look_up_unreported() == 0
