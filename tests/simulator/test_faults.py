"""Each fault, as the unmodified twilio client meets it."""

import json
import time
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from tests.simulator.stand_in import CONTACT, NUMBER, SID, TOKEN, StandIn

pytestmark = pytest.mark.once


def bodies(stand_in: StandIn) -> list[str]:
    return [message["body"] for message in stand_in.get("messages")["messages"]]


def test_429_tells_when_to_retry_and_accepts_nothing(stand_in: StandIn) -> None:
    stand_in.post("faults", kind="429", retry_after=7, count=1)
    answer = stand_in.api("POST", "/Messages.json", data={"To": CONTACT, "From": NUMBER, "Body": "x"})
    assert [answer.status_code, answer.json()["code"], answer.headers["Retry-After"]] == [429, 20429, "7"]
    assert bodies(stand_in) == []
    stand_in.send("after it")
    assert bodies(stand_in) == ["after it"]


@pytest.mark.parametrize(("kind", "status", "code"), [("500", 500, 20500), ("503", 503, 20503)])
def test_server_error_accepts_nothing(stand_in: StandIn, kind: str, status: int, code: int) -> None:
    stand_in.post("faults", kind=kind, count=2)
    for _ in range(2):
        with pytest.raises(TwilioRestException) as failed:
            stand_in.send("x")
        assert [failed.value.status, failed.value.code] == [status, code]
    assert bodies(stand_in) == []
    assert stand_in.send("works again")


def test_error_after_accept(stand_in: StandIn) -> None:
    stand_in.post("faults", kind="error_after_accept", count=1, status=502)
    with pytest.raises(TwilioRestException) as failed:
        stand_in.send("accepted all the same")
    assert failed.value.status == 502
    assert bodies(stand_in) == ["accepted all the same"]


def test_garbage_201(stand_in: StandIn) -> None:
    stand_in.post("faults", kind="garbage_201", count=1)
    with pytest.raises(json.JSONDecodeError):
        stand_in.send("accepted")
    assert bodies(stand_in) == ["accepted"]


def test_drop_after_accept(stand_in: StandIn) -> None:
    stand_in.post("faults", kind="drop_after_accept", count=1)
    with pytest.raises(requests.exceptions.ConnectionError):
        stand_in.send("accepted")
    assert bodies(stand_in) == ["accepted"]


@pytest.mark.parametrize(("accept", "expected"), [(True, ["x"]), (False, [])])
def test_hang_until_the_client_gives_up(stand_in: StandIn, accept: bool, expected: list[str]) -> None:
    stand_in.post("faults", kind="hang", accept=accept, count=1)
    form = {"To": CONTACT, "From": NUMBER, "Body": "x"}
    url = f"{stand_in.url}/2010-04-01/Accounts/{SID}/Messages.json"
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.post(url, data=form, auth=(SID, TOKEN), timeout=0.4)
    assert bodies(stand_in) == expected


@pytest.mark.parametrize(("accept", "status"), [(True, 201), (False, 500)])
def test_hang_for_some_seconds(stand_in: StandIn, accept: bool, status: int) -> None:
    stand_in.post("faults", kind="hang", after_s=0.3, accept=accept, count=1)
    began = time.monotonic()
    answer = stand_in.api("POST", "/Messages.json", data={"To": CONTACT, "From": NUMBER, "Body": "x"})
    assert answer.status_code == status
    assert 0.3 <= time.monotonic() - began < 0.8


def test_latency_is_added(stand_in: StandIn) -> None:
    stand_in.post("faults", kind="latency", ms=250, number=NUMBER)
    began = time.monotonic()
    stand_in.send("slow")
    assert 0.25 <= time.monotonic() - began < 0.6


def test_rejected_credentials_hold_for_the_whole_api(stand_in: StandIn) -> None:
    fault = stand_in.post("faults", kind="reject_credentials")
    for call in (lambda: stand_in.send("x"), lambda: stand_in.client.balance.fetch()):
        with pytest.raises(TwilioRestException) as refused:
            call()
        assert [refused.value.status, refused.value.code] == [401, 20003]
    stand_in.session.delete(f"{stand_in.url}/control/faults/{fault['id']}")
    assert stand_in.client.balance.fetch().currency == "USD"


def test_refuse_for_one_recipient(stand_in: StandIn) -> None:
    stand_in.post("faults", kind="refuse", code=21614, to=CONTACT)
    with pytest.raises(TwilioRestException) as refused:
        stand_in.send("x")
    assert [refused.value.status, refused.value.code] == [400, 21614]
    assert stand_in.send("x", to="+14155550199")


@pytest.mark.parametrize(
    ("options", "end"),
    [
        ({"status": "undelivered", "code": 30006}, ["undelivered", 30006]),
        ({"status": "failed", "code": 30007}, ["failed", 30007]),
    ],
)
def test_undeliver(stand_in: StandIn, options: dict[str, Any], end: list[Any]) -> None:
    stand_in.post("faults", kind="undeliver", count=1, **options)
    message = stand_in.ended(stand_in.send("x"))
    assert [message["status"], message["error_code"]] == end
    assert stand_in.ended(stand_in.send("y"))["status"] == "delivered"


def test_sent_can_be_the_end(stand_in: StandIn) -> None:
    stand_in.post("faults", kind="undeliver", status="sent", count=1)
    sid = stand_in.send("no receipt")
    time.sleep(0.2)
    assert [stand_in.message(sid)["status"], stand_in.message(sid)["error_code"]] == ["sent", None]


def test_fault_with_a_probability_hits_some(stand_in: StandIn) -> None:
    stand_in.post("faults", kind="error_after_accept", probability=0.5)
    form = {"To": CONTACT, "From": NUMBER, "Body": "x"}
    answers = [stand_in.api("POST", "/Messages.json", data=form).status_code for _ in range(40)]
    assert set(answers) == {201, 500}
    (fault,) = stand_in.get("faults")["faults"]
    assert [fault["hits"], len(bodies(stand_in))] == [answers.count(500), 40]


def test_concurrency_limit_refuses(stand_in: StandIn) -> None:
    stand_in.post("settings", api_concurrency=0)
    with pytest.raises(TwilioRestException) as refused:
        stand_in.send("x")
    assert [refused.value.status, refused.value.code] == [429, 20429]


@pytest.mark.parametrize(
    "body", [{"kind": "nonsense"}, {"kind": "429", "speed": 1}, {"kind": "429", "on": "all"}]
)
def test_unknown_fault_is_refused_in_words(stand_in: StandIn, body: dict[str, Any]) -> None:
    answer = stand_in.session.post(f"{stand_in.url}/control/faults", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert stand_in.get("faults")["faults"] == []
