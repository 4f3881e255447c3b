"""Texts of a number at two ITSPs: they come by either, and leave by one at a time."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from channels.actions import order_standby, switch_numbers
from channels.itsp.texts import MediaLimits, OutboundSms
from channels.models import Channel, Number
from routing.models import Extension
from sessions import actions, standstill
from sessions.actions.resuming import resume_after_restore
from sessions.lanes import following
from sessions.media.outgoing import limits_of
from sessions.models import Attempt, Lane, Message, MessagingSession, OptOutEntry, Restoration, WebhookRequest
from sessions.sending import proving, pump
from tests.factories import CONTACT, OUR_NUMBER, Road
from tests.servers import Simulator
from tests.sessions.conftest import inbound_fields, sid_of, signed_post
from tests.telnyx_account import inbound_event, make_standby, signed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def standby(own_road: Road, simulator: Simulator, redis_client: "redis.Redis") -> Road:
    """Of the number on `own_road`, which is at the simulator's Twilio and Telnyx; it sends by neither yet."""
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "rate": "unlimited"})
    made = make_standby(own_road, simulator)
    redis_client.hset(f"pace:{made.channel.pk}", "next", 0)
    return made


def by_telnyx(client: Client, road: Road, body: str, **payload: Any) -> int:
    event = inbound_event(text=body, to=[{"phone_number": OUR_NUMBER}], **payload)
    event["data"]["payload"]["from"]["phone_number"] = CONTACT
    event["meta"]["delivered_to"] = django_settings.PUBLIC_URL + road.path
    content = json.dumps(event).encode()
    headers = signed(content, datetime.now(UTC))
    return client.post(road.path, content, content_type="application/json", headers=headers).status_code


def by_twilio(client: Client, road: Road, number: int, body: str) -> int:
    account = road.channel.credentials
    fields = inbound_fields(sid_of(number), body, AccountSid=account["account_sid"])
    return int(signed_post(client, road.path, fields, account["auth_token"]).status_code)


def write(agent: Extension, road: Road, body: str) -> Attempt:
    message = actions.start_session(agent=agent, number=road.number, contact=CONTACT, body=body)
    return message.attempts.get()


def send_by_standby(number: Number, *, ordered: bool = True) -> None:
    order_standby(number, ordered=ordered)
    number.refresh_from_db()


def sent(simulator: Simulator) -> list[tuple[str, str]]:
    return [(one["itsp"], one["body"]) for one in simulator.get("/control/messages")["messages"]]


def test_texts_by_either_are_in_the_same_session_once(client: Client, own_road: Road, standby: Road) -> None:
    assert by_twilio(client, own_road, 1, "By the one") == 200
    assert by_telnyx(client, standby, "By the other") == 200
    assert by_telnyx(client, standby, "By the other") == 200
    assert by_twilio(client, own_road, 2, "By the one again") == 200
    session = MessagingSession.objects.get()
    found = session.messages.order_by("pk").values_list("body", "channel__itsp")
    assert list(found) == [
        ("By the one", "twilio"),
        ("By the other", "telnyx"),
        ("By the one again", "twilio"),
    ]


def test_channel_that_stands_by_no_more_takes_none_of_its_texts(
    client: Client, own_road: Road, standby: Road
) -> None:
    Number.objects.update(standby=None)
    by_telnyx(client, standby, "Who are you?")
    assert not Message.objects.exists()
    assert WebhookRequest.objects.get().outcome == "ignored"


def test_stop_that_comes_by_the_standby_holds_for_the_number(
    client: Client, own_road: Road, standby: Road, agents: list[Extension], simulator: Simulator
) -> None:
    write(agents[0], own_road, "Waits")
    by_telnyx(client, standby, "STOP")
    assert OptOutEntry.objects.get().number == own_road.number
    pump.run()
    assert sent(simulator) == []


def test_what_waits_goes_over_with_what_is_written_since_in_order(
    own_road: Road, standby: Road, agents: list[Extension], simulator: Simulator
) -> None:
    write(agents[0], own_road, "One")
    send_by_standby(own_road.number)
    write(agents[0], own_road, "Two")
    pump.run()
    assert sent(simulator) == []  # until the queue has followed
    assert following.follow_all() == 1
    pump.run()
    assert sent(simulator) == [("telnyx", "One"), ("telnyx", "Two")]
    write(agents[0], own_road, "Three")
    pump.run()
    assert sent(simulator)[-1] == ("telnyx", "Three")


@pytest.mark.parametrize("status", ["sending", "unknown"])
def test_nothing_goes_over_while_a_text_may_be_at_the_former_itsp(
    own_road: Road, standby: Road, agents: list[Extension], simulator: Simulator, status: str
) -> None:
    first = write(agents[0], own_road, "Who knows")
    write(agents[0], own_road, "Behind it")
    Attempt.objects.filter(pk=first.pk).update(status=status, claimed_at=timezone.now())
    Lane.objects.update(in_flight=first)
    send_by_standby(own_road.number)
    assert following.follow_all() == 0
    pump.run()
    assert sent(simulator) == []
    first.refresh_from_db()
    assert first.channel == own_road.channel


@pytest.mark.parametrize(("seconds", "goes"), [(1, False), (29, False), (31, True), (300, True)])
def test_next_text_does_not_overtake_one_that_the_former_itsp_has_not_sent_on(
    own_road: Road, standby: Road, agents: list[Extension], simulator: Simulator, seconds: int, goes: bool
) -> None:
    first = write(agents[0], own_road, "Taken, and not sent on")
    Lane.objects.update(head=None)
    ago = timezone.now() - timedelta(seconds=seconds)
    Attempt.objects.filter(pk=first.pk).update(status="accepted", claimed_at=ago)
    send_by_standby(own_road.number)
    write(agents[0], own_road, "Next")
    following.follow_all()
    pump.run()
    assert sent(simulator) == ([("telnyx", "Next")] if goes else [])
    Attempt.objects.filter(pk=first.pk).update(status="sent")
    following.follow_all()
    pump.run()
    assert sent(simulator) == [("telnyx", "Next")]


def test_refused_texts_wait_and_leave_by_the_standby_after_a_while(
    own_road: Road,
    standby: Road,
    agents: list[Extension],
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pump, "RUN_S", 1.0)  # or it tries for longer
    simulator.post("/control/faults", {"kind": "429", "retry_after": 0.1, "path": "/2010-04-01/"})
    write(agents[0], own_road, "Important")
    pump.run()
    assert switch_numbers() == 0  # not for one second
    refused = Channel.objects.exclude(refused_since=None)
    assert refused.get() == own_road.channel
    refused.update(refused_since=timezone.now() - timedelta(minutes=3), refused_until=timezone.now())
    assert switch_numbers() == 1
    following.follow_all()
    pump.run()
    assert [itsp for itsp, _body in sent(simulator)] == ["telnyx"]


def test_after_a_restored_backup_both_itsps_are_asked(
    own_road: Road, standby: Road, agents: list[Extension], simulator: Simulator
) -> None:
    for body in ("By the one", "By nobody"):
        write(agents[0], own_road, body)
    sender = pump.Pump()._sender(own_road.channel)
    sender.send(OutboundSms(OUR_NUMBER, CONTACT, "By the one", "https://x.example/w/", "0"), lambda: None)
    now = timezone.now()
    restoration = Restoration.objects.create(backup_at=now - timedelta(minutes=1), at=now)
    standstill.doubt(Lane.objects.values_list("pk", flat=True), restoration)
    assert resume_after_restore(by=None)
    assert proving.prove_due() == 1
    first, second = Attempt.objects.order_by("pk")
    assert (first.itsp_message_id is not None, first.channel) == (True, own_road.channel)
    assert second.status == "uncertain"  # the other one may have it, and can't tell
    pump.run()
    assert sent(simulator) == [("twilio", "By the one")]


def test_pictures_are_bound_to_what_both_take(own_road: Road, standby: Road) -> None:
    limits, own = limits_of(own_road.number), limits_of(Number(channel=own_road.channel))
    other = limits_of(Number(channel=standby.channel))
    assert limits.most == min(own.most, other.most)
    assert limits.most_bytes == min(own.most_bytes, other.most_bytes)
    assert limits.types == own.types & other.types


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [({"US"}, {"US", "CA"}, {"US"}), (set(), {"US"}, {"US"}), ({"US"}, set(), {"US"}), (set(), set(), set())],
)
def test_countries_of_both(one: set[str], other: set[str], both: set[str]) -> None:
    """None named are all."""
    limits = MediaLimits(countries=frozenset(one)).narrowed(MediaLimits(countries=frozenset(other)))
    assert limits.countries == both
