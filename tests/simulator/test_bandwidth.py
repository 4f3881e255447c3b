"""Bandwidth's face: no kinder than Bandwidth is."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.channels.itsp.bandwidth.account import (
    CONTACT,
    OURS,
    PASSWORD,
    TOLL_FREE,
    USER,
    Receiver,
    authorization,
    made_account,
)
from tests.simulator.stand_in import StandIn, wait_until


class Account:
    """The API as a client of the account uses it."""

    def __init__(self, stand_in: StandIn, receiver: Receiver) -> None:
        self.stand_in, self.receiver = stand_in, receiver
        self.credentials = made_account(self._post, receiver.url)
        self.url = f"{stand_in.url}/bandwidth/api/v2/users/{self.credentials['account_id']}/messages"
        self.login = (self.credentials["api_user"], self.credentials["api_password"])

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return self.stand_in.post(path.removeprefix("/control/"), **body)

    def change(self, **said: Any) -> None:
        self.stand_in.post("bandwidth", **said)

    def send(self, text: str = "Hi", sender: str = OURS, **more: Any) -> requests.Response:
        body = {"applicationId": self.credentials["application_id"], "from": sender, "to": [CONTACT]}
        return requests.post(self.url, json=body | {"text": text} | more, auth=self.login, timeout=10)

    def listed(self, **query: Any) -> requests.Response:
        return requests.get(self.url, params=query, auth=self.login, timeout=10)

    def phone(self, number: str) -> list[tuple[str, str]]:
        """What a contact's phone shows: who wrote, and what."""
        found = self.stand_in.get("messages", contact=CONTACT, number=number)["messages"]
        return [(one["direction"], one["body"]) for one in found if one["on_phone"]]


@pytest.fixture
def account(stand_in: StandIn) -> Iterator[Account]:
    with Receiver().listening() as receiver:
        yield Account(stand_in, receiver)


def test_callbacks_carry_basic_and_nothing_that_is_signed(account: Account) -> None:
    account.stand_in.text("Hello", to=OURS, contact=CONTACT)
    ((headers, events),) = account.receiver.calls
    assert headers["Authorization"] == authorization()
    assert (headers["User-Agent"], headers["Content-Type"]) == (
        "BandwidthAPI/v2",
        "application/json; charset=utf-8",
    )
    assert [event["message"]["text"] for event in events] == ["Hello"]


def test_what_is_due_together_comes_in_one_list(account: Account) -> None:
    account.change(batch_s=0.3)
    answer = account.stand_in.post(
        "inbound", **{"from": "+191955501{n}7", "to": OURS, "body": "No. {n}", "num": 5}
    )
    ((_headers, events),) = account.receiver.calls
    assert sorted(event["message"]["text"] for event in events) == [f"No. {n}" for n in range(5)]
    assert {one["status"] for one in answer["results"]} == {200}


def test_call_that_is_refused_is_made_again_until_it_is_taken(account: Account) -> None:
    account.change(repeat_after_s=0.2)
    account.receiver.answer = lambda number: 200 if number > 2 else 401
    answer = account.stand_in.text("Hello", to=OURS, contact=CONTACT)
    assert answer["status"] == 401
    wait_until(lambda: len(account.receiver.calls) == 3)
    ids = {event["message"]["id"] for event in account.receiver.events}
    assert ids == {answer["sid"]}
    time.sleep(1.0)
    assert len(account.receiver.calls) == 3


def test_calls_come_at_least_once(account: Account) -> None:
    account.change(doubles=True)
    account.stand_in.text("Hello", to=OURS, contact=CONTACT)
    wait_until(lambda: len(account.receiver.calls) == 2)
    assert account.receiver.calls[0][1] == account.receiver.calls[1][1]


def test_only_callbacks_that_the_application_asks_for_come(account: Account) -> None:
    account.stand_in.post("bandwidth/applications", types=["message-failed"])
    account.send()
    failing = account.send(to=["+447700900123"], text="x" * 2048)
    assert failing.status_code == 202
    account.stand_in.post("settings", blocked_prefixes=["+44"])
    account.send(to=["+447700900123"])
    account.receiver.wait_for(1)
    assert account.receiver.types() == ["message-failed"]


def test_answer_echoes_and_the_list_does_not(account: Account) -> None:
    answer = account.send("Grüße", tag="18-2f")
    said = answer.json()
    assert answer.status_code == 202
    assert (said["text"], said["tag"], said["segmentCount"], said["to"]) == ("Grüße", "18-2f", 1, [CONTACT])
    (row,) = account.listed(messageId=said["id"]).json()["messages"]
    assert not {"text", "tag", "body"} & row.keys()
    assert (row["messageLength"], row["sourceTn"], row["destinationTn"]) == (5, OURS, CONTACT)


def test_list_is_late_and_wants_a_filter(account: Account) -> None:
    account.change(list_after_s=60.0)
    account.send()
    assert account.listed(sourceTn=OURS).json()["messages"] == []
    for query in ({}, {"sourceTn": "+1"}, {"limit": "10001"}, {"unheard": "of"}, {"fromDateTime": "noon"}):
        assert account.listed(**query).status_code == 400


def test_list_is_paged(account: Account) -> None:
    ids = [account.send(f"No. {n}").json()["id"] for n in range(5)]
    first = account.listed(sourceTn=OURS, limit=3).json()
    rest = account.listed(sourceTn=OURS, limit=3, pageToken=first["pageInfo"]["nextPageToken"]).json()
    found = [row["messageId"] for page in (first, rest) for row in page["messages"]]
    assert (found, first["totalCount"], rest["pageInfo"]) == (ids[::-1], 5, {})


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"to": ["1"]}, "to"),
        ({"to": []}, "to"),
        ({"from": "?"}, "from"),
        ({"media": ["ftp://x/"]}, "media"),
        ({"tag": "x" * 1025}, "tag"),
        ({"callbackUrl": "https://x/"}, "callbackUrl"),
        ({"applicationId": "another"}, "applicationId"),
    ],
)
def test_field_that_is_wrong_is_named(account: Account, wrong: dict[str, Any], field: str) -> None:
    answer = account.send(**wrong)
    assert (answer.status_code, answer.json()["type"]) == (400, "request-validation")
    assert [one["fieldName"] for one in answer.json()["fieldErrors"]] == [field]


def test_other_refusals_have_their_own_shapes(account: Account) -> None:
    account.login = ("nobody", "x")
    assert (account.send().status_code, account.send().json()["type"]) == (401, "unauthorized")
    account.login = (account.credentials["api_user"], account.credentials["api_password"])
    missing = requests.get(f"{account.url}/happy", auth=account.login, timeout=10)
    assert (missing.status_code, missing.json()["error"]) == (404, "Not Found")
    form = requests.post(account.url, data={"to": CONTACT}, auth=account.login, timeout=10)
    assert form.status_code == 415
    account.change(rate=0.0)
    full = account.send()
    assert (full.status_code, full.json()["type"]) == (429, "max-message-queue-size-exceeded")


def test_all_numbers_share_the_account_s_rate_in_segments(account: Account) -> None:
    account.change(rate=10.0)
    for sender in (OURS, TOLL_FREE):
        for _ in range(2):
            account.send("x" * 300, sender=sender)
    began = time.monotonic()
    account.receiver.wait_for(8)
    assert time.monotonic() - began > 0.5  # of eight segments, six wait their turn


def test_number_of_another_application_is_taken_and_fails(account: Account) -> None:
    account.stand_in.post("numbers", address=OURS, belongs_to="another")
    assert account.send().status_code == 202
    account.receiver.wait_for(2)
    assert account.receiver.events[-1]["errorCode"] == 4403


def test_stop_is_answered_and_obeyed_on_toll_free_numbers_only(account: Account) -> None:
    for number in (OURS, TOLL_FREE):
        account.stand_in.text("stop", to=number, contact=CONTACT)
        account.send("After", sender=number)
    wait_until(lambda: len(account.phone(OURS)) == 2)
    assert account.phone(OURS) == [("inbound", "stop"), ("outbound-api", "After")]
    wait_until(lambda: "message-failed" in account.receiver.types())
    assert [direction for direction, _body in account.phone(TOLL_FREE)] == ["inbound", "outbound-reply"]
    failed = [one for one in account.receiver.events if one["type"] == "message-failed"]
    assert [one["errorCode"] for one in failed] == [4775]
    assert len(account.listed(sourceTn=TOLL_FREE).json()["messages"]) == 1  # the network's own is not in it


def test_dashboard_tells_no_password(account: Account) -> None:
    base = f"{account.stand_in.url}/bandwidth/api/accounts/{account.credentials['account_id']}/applications"
    for url in (base, f"{base}/{account.credentials['application_id']}"):
        told = requests.get(url, auth=account.login, timeout=10)
        assert told.headers["Content-Type"].startswith("application/xml")
        assert USER in told.text
        assert PASSWORD not in told.text


def test_it_is_as_before_after_a_reset(account: Account) -> None:
    account.change(rate=2.5)
    account.stand_in.post("reset")
    known = account.stand_in.get("bandwidth")
    assert (known["rate"], [one["inbound_url"] for one in known["applications"]]) == (1.0, [""])
