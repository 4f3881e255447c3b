"""A number's rate, in segments a second, and its queue."""

import time

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.stand_in import CONTACT, NUMBER, StandIn, gaps

pytestmark = pytest.mark.once


def times_of(stand_in: StandIn, sids: list[str], status: str = "sending") -> list[float]:
    histories = [stand_in.ended(sid)["history"] for sid in sids]
    return [entry["at"] for history in histories for entry in history if entry["status"] == status]


def test_messages_leave_at_the_numbers_rate(stand_in: StandIn) -> None:
    stand_in.post("numbers", address=NUMBER, rate=10)
    sids = [stand_in.send(f"text {i}") for i in range(6)]
    assert stand_in.client.messages(sids[-1]).fetch().status == "queued"
    began, *later = times_of(stand_in, sids)
    late = [at - began - 0.1 * slot for slot, at in enumerate(later, start=1)]
    assert all(-0.02 < seconds < 0.5 for seconds in late), late  # a busy machine may be late, never early


def test_long_text_holds_the_number_for_its_segments(stand_in: StandIn) -> None:
    stand_in.post("numbers", address=NUMBER, rate=10)
    sids = [stand_in.send("a" * 459), stand_in.send("b")]
    (gap,) = gaps(times_of(stand_in, sids))
    assert 0.28 < gap < 2


def test_kinds_of_number_have_twilios_rates(stand_in: StandIn) -> None:
    for address in ("+14155550177", "+18005550100", "72345", "+33612345678"):
        stand_in.post("numbers", address=address)
    rates = {number["address"]: number["rate"] for number in stand_in.get("numbers")["numbers"]}
    assert [rates[a] for a in ("+14155550177", "+18005550100", "72345", "+33612345678")] == [1, 3, 100, 10]


def test_new_rate_holds_for_what_waits(stand_in: StandIn) -> None:
    stand_in.post("numbers", address=NUMBER, rate=0.01)
    sids = [stand_in.send(f"text {i}") for i in range(3)]
    stand_in.post("numbers", address=NUMBER, rate="unlimited")
    began = time.monotonic()
    assert [stand_in.ended(sid)["status"] for sid in sids] == ["delivered"] * 3
    assert time.monotonic() - began < 20  # and not the two hundred of the former rate


def test_full_queue_refuses(stand_in: StandIn) -> None:
    stand_in.post("numbers", address=NUMBER, rate=0.01, queue_limit=3)
    for index in range(4):  # one is on its way, three wait
        stand_in.send(f"text {index}")
        time.sleep(0.02)
    with pytest.raises(TwilioRestException) as refused:
        stand_in.send("one too many")
    assert [refused.value.code, refused.value.status] == [21611, 429]
    assert stand_in.get("state")["waiting_segments"][NUMBER] == 3


def test_queue_holds_ten_hours_by_default(stand_in: StandIn) -> None:
    stand_in.post("numbers", address=NUMBER, rate=0.0002)  # 7.2 segments in 10 hours
    stand_in.send("on its way")
    time.sleep(0.05)
    stand_in.send("a" * 1071)  # 7 segments
    stand_in.send("still fits")
    with pytest.raises(TwilioRestException) as refused:
        stand_in.send("one too many")
    assert refused.value.code == 21611


def test_message_fails_when_its_validity_is_over(stand_in: StandIn) -> None:
    stand_in.post("numbers", address=NUMBER, rate=0.7)
    first, second = stand_in.send("first"), stand_in.send("second", validity_period=1)
    assert stand_in.ended(first)["status"] == "delivered"
    late = stand_in.ended(second)
    assert [late["status"], late["error_code"], late["sent_at"]] == ["failed", 30036, None]


def test_canceled_message_leaves_the_queue(stand_in: StandIn) -> None:
    stand_in.post("numbers", address=NUMBER, rate=0.1)
    first, second = stand_in.send("first"), stand_in.send("second")
    canceled = stand_in.client.messages(second).update(status="canceled")
    assert [canceled.status, stand_in.message(second)["history"][-1]["status"]] == ["canceled", "canceled"]
    assert stand_in.get("state")["waiting_segments"][NUMBER] == 0
    stand_in.ended(first)
    with pytest.raises(TwilioRestException) as refused:
        stand_in.client.messages(first).update(status="canceled")
    assert [refused.value.status, refused.value.code] == [409, 30409]


def test_contact_without_a_phone_gets_one(stand_in: StandIn) -> None:
    stand_in.ended(stand_in.send("Hello"))
    assert stand_in.get("phones")["phones"][0]["contact"] == CONTACT
