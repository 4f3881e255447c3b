"""Status callbacks: signed, in order, or as a fault wants them."""

import time

import pytest
from twilio.request_validator import RequestValidator

from tests.simulator.stand_in import CONTACT, NUMBER, SID, TOKEN, Answer, Receiver, StandIn, wait_until

pytestmark = pytest.mark.once


def test_callbacks_come_in_order_and_signed_over_query(stand_in: StandIn, receiver: Receiver) -> None:
    url = f"{receiver.url}/w/token?message=42&x=a%20b"
    receiver.answers.append(Answer(after_s=0.1))
    sid = stand_in.send(status_callback=url)
    sent, delivered = receiver.wait_for(2)
    assert sent.params == {
        "MessageSid": sid,
        "SmsSid": sid,
        "MessageStatus": "sent",
        "SmsStatus": "sent",
        "AccountSid": SID,
        "From": NUMBER,
        "To": CONTACT,
        "ApiVersion": "2010-04-01",
    }
    assert delivered.params["MessageStatus"] == "delivered"
    assert delivered.params["RawDlrDoneDate"] == time.strftime("%y%m%d%H%M", time.gmtime(delivered.at))
    for request in (sent, delivered):
        assert RequestValidator(TOKEN).validate(url, request.params, request.headers["X-Twilio-Signature"])


def test_callback_answers_are_kept_in_history(stand_in: StandIn, receiver: Receiver) -> None:
    receiver.answers.extend([Answer(204, "", ""), Answer(500)])
    sid = stand_in.send(status_callback=f"{receiver.url}/w#rc=1&rp=5xx")
    callbacks = wait_until(lambda: len(c := stand_in.message(sid)["callbacks"]) == 2 and c)
    assert [(c["status"], c["answered"], c["tries"]) for c in callbacks] == [
        ("sent", 204, 1),
        ("delivered", 200, 2),
    ]


def test_statuses_that_are_called_back_can_be_chosen(stand_in: StandIn, receiver: Receiver) -> None:
    stand_in.post("settings", callback_statuses=["sending", "delivered"])
    stand_in.send(status_callback=receiver.url)
    receiver.wait_for(2)
    assert receiver.statuses() == ["sending", "delivered"]


def test_shuffled_callbacks_come_in_another_order(stand_in: StandIn, receiver: Receiver) -> None:
    stand_in.post("faults", kind="callbacks", mode="shuffled", count=1)
    stand_in.send(status_callback=receiver.url)
    receiver.wait_for(2)
    assert receiver.statuses() == ["delivered", "sent"]


def test_what_was_held_back_to_be_shuffled_comes_when_that_is_over(
    stand_in: StandIn, receiver: Receiver
) -> None:
    stand_in.post("settings", callbacks="shuffled", deliver_delay_ms=[800, 900])
    sid = stand_in.send(status_callback=receiver.url)
    wait_until(lambda: stand_in.message(sid)["status"] == "sent")
    stand_in.post("settings", callbacks="normal")
    receiver.wait_for(2)
    assert receiver.statuses() == ["sent", "delivered"]


def test_repeated_callbacks_come_three_times(stand_in: StandIn, receiver: Receiver) -> None:
    stand_in.post("settings", callbacks="repeated")
    stand_in.send(status_callback=receiver.url)
    receiver.wait_for(6)
    assert receiver.statuses() == ["sent"] * 3 + ["delivered"] * 3


def test_late_callbacks_come_after_their_delay(stand_in: StandIn, receiver: Receiver) -> None:
    stand_in.post("settings", callbacks="late", callback_late_ms=300)
    sid = stand_in.send(status_callback=receiver.url)
    sent, delivered = receiver.wait_for(2)
    times = {entry["status"]: entry["at"] for entry in stand_in.message(sid)["history"]}
    assert 0.29 < sent.at - times["sent"] < 0.6
    assert 0.29 < delivered.at - times["delivered"] < 0.6


def test_no_callbacks_for_matching_recipient_only(stand_in: StandIn, receiver: Receiver) -> None:
    stand_in.post("faults", kind="callbacks", mode="never", to=CONTACT)
    stand_in.ended(stand_in.send(status_callback=receiver.url + "/silent"))
    stand_in.send(to="+14155550199", status_callback=receiver.url + "/loud")
    receiver.wait_for(2)
    assert {request.path for request in receiver.received} == {"/loud"}


@pytest.mark.parametrize(
    ("status", "statuses"), [("undelivered", ["sent", "undelivered"]), ("failed", ["failed"])]
)
def test_failure_is_called_back_with_its_code(
    stand_in: StandIn, receiver: Receiver, status: str, statuses: list[str]
) -> None:
    stand_in.post("faults", kind="undeliver", status=status, code=30005, count=1)
    sid = stand_in.send(status_callback=receiver.url)
    receiver.wait_for(len(statuses))
    assert receiver.statuses() == statuses
    assert receiver.received[-1].params["ErrorCode"] == "30005"
    assert stand_in.client.messages(sid).fetch().error_code == 30005
