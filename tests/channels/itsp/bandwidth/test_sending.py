"""What an answer of Bandwidth's, or none, means for a text: through the simulator."""

import time
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from channels.itsp import ITSPS
from channels.itsp.base import Credentials
from channels.itsp.errors import Advice, ItspError
from channels.itsp.texts import Accepted, Charge, OutboundSms
from pbx_messaging.processes.ports import free_port
from tests.channels.itsp.bandwidth.account import CONTACT, OURS, Receiver
from tests.servers import Simulator

BANDWIDTH = ITSPS["bandwidth"]


def send(
    credentials: Credentials, body: str = "Hi", recipient: str = CONTACT, sender: str = OURS
) -> Accepted:
    sms = OutboundSms(sender, recipient, body, "https://pbx.example.com/w/token/", "18-2f")
    return BANDWIDTH.sender(credentials).send(sms, lambda: None)


def refused(credentials: Credentials, **more: str) -> ItspError:
    with pytest.raises(ItspError) as error:
        send(credentials, **more)
    return error.value


def test_text_is_taken_with_its_segments_and_reported_with_our_reference(
    credentials: Credentials, receiver: Receiver
) -> None:
    accepted = send(credentials, "x" * 161)
    assert accepted == Accepted(accepted.itsp_message_id, charge=Charge(2))
    events = receiver.wait_for(2)
    assert {one["message"]["tag"] for one in events} == {"18-2f"}
    assert {one["message"]["id"] for one in events} == {accepted.itsp_message_id}


@pytest.mark.parametrize(
    ("wrong", "code", "advice"),
    [
        ({"recipient": "+1"}, "400 to", Advice.FAIL),
        ({"sender": "+1"}, "400 from", Advice.STOP),
        ({"body": "x" * 2049}, "400 text", Advice.FAIL),
        ({"body": ""}, "400 text", Advice.FAIL),
    ],
)
def test_field_to_blame_decides(
    credentials: Credentials, wrong: dict[str, str], code: str, advice: Advice
) -> None:
    error = refused(credentials, **wrong)
    assert (error.code, error.advice) == (code, advice)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("api_password", "wrong", "401"),
        ("account_id", "9900903", "403"),
        ("application_id", "2cfcb382-161c-46d4-8c67-87ca09a72c85", "400 applicationId"),
    ],
)
def test_account_that_can_not_be_used_stops_the_channel(
    credentials: Credentials, name: str, value: str, code: str
) -> None:
    error = refused({**credentials, name: value})
    assert (error.code, error.advice) == (code, Advice.STOP)


@pytest.mark.parametrize(
    ("fault", "advice"),
    [
        ({"kind": "429", "retry_after": 7}, Advice.SLOW_DOWN),
        ({"kind": "500"}, Advice.UNKNOWN),
        ({"kind": "503"}, Advice.UNKNOWN),
        ({"kind": "error_after_accept"}, Advice.UNKNOWN),
        ({"kind": "drop_after_accept"}, Advice.UNKNOWN),
        ({"kind": "garbage_201"}, Advice.UNKNOWN),
    ],
)
def test_answer_without_a_clear_meaning_is_unknown(
    simulator: Simulator, credentials: Credentials, fault: dict[str, Any], advice: Advice
) -> None:
    simulator.post("/control/faults", {**fault, "count": 1})
    error = refused(credentials)
    assert error.advice is advice
    assert error.retry_after_s == fault.get("retry_after")


def test_queue_that_is_full_slows_down(simulator: Simulator, credentials: Credentials) -> None:
    simulator.post("/control/bandwidth", {"rate": 0.0})
    assert refused(credentials).advice is Advice.SLOW_DOWN


def test_hanging_answer_is_left_in_time(
    simulator: Simulator, credentials: Credentials, settings: Settings
) -> None:
    settings.ITSP_TIMEOUT_S = 0.5
    simulator.post("/control/faults", {"kind": "hang", "accept": True, "count": 1})
    began = time.monotonic()
    assert refused(credentials).advice is Advice.UNKNOWN
    assert time.monotonic() - began < 3


def test_without_a_connection_nothing_was_sent(credentials: Credentials, settings: Settings) -> None:
    settings.ITSP_API_URLS = {"bandwidth": f"http://127.0.0.1:{free_port()}/bandwidth"}
    assert refused(credentials).advice is Advice.RETRY


def test_slot_is_waited_for_and_may_be_denied(simulator: Simulator, credentials: Credentials) -> None:
    class Denied(Exception):
        pass

    def deny() -> None:
        raise Denied

    sms = OutboundSms(OURS, CONTACT, "Hi", "https://pbx.example.com/w/token/", "18-2f")
    with pytest.raises(Denied):
        BANDWIDTH.sender(credentials).send(sms, deny)
    assert simulator.get("/control/messages")["count"] == 0


def test_text_that_came_back_as_failed_says_why(
    simulator: Simulator, credentials: Credentials, receiver: Receiver
) -> None:
    simulator.post("/control/settings", {"blocked_prefixes": ["+44"]})
    send(credentials, recipient="+447700900123")
    event = receiver.wait_for(2)[-1]
    assert (event["type"], event["errorCode"]) == ("message-failed", 4432)
