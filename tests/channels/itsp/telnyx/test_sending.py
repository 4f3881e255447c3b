"""A text on its way to Telnyx: what is posted, that it can be repeated, and what each answer means."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import telnyx.types
from pydantic import TypeAdapter
from pytest_django.fixtures import Settings

from channels.itsp import ITSPS
from channels.itsp.base import Sender
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice, ItspError
from channels.itsp.texts import Charge, OutboundSms
from tests.pbx_messaging.outside.hanging import at_most, hanging
from tests.servers import Simulator
from tests.telnyx_account import CONTACT, CREDENTIALS, OUR_NUMBER, PROFILE_ID
from tests.waiting import wait_until

pytestmark = pytest.mark.once

TELNYX = ITSPS["telnyx"]
JUDGE = TypeAdapter(telnyx.types.MessageSendParams)
SMS = OutboundSms(
    sender=OUR_NUMBER,
    recipient=CONTACT,
    body="Grüße 👋",
    callback_url="http://127.0.0.1:9/w/abc/",
    reference="7c2f-19",
)

Refuse = Callable[..., ItspError]


def no_slot() -> None:
    """Nobody is waited for."""


@pytest.fixture
def number(simulator: Simulator) -> Simulator:
    fields = {"address": OUR_NUMBER, "itsp": "telnyx", "belongs_to": PROFILE_ID, "rate": "unlimited"}
    simulator.post("/control/numbers", {**fields, "mms": True})
    return simulator


@pytest.fixture
def sender(number: Simulator) -> Sender:
    return TELNYX.sender(CREDENTIALS)


@pytest.fixture
def refused(number: Simulator, sender: Sender) -> Refuse:
    """The error that a fault leads to."""

    def run(**fault: Any) -> ItspError:
        number.post("/control/faults", {"count": 1, **fault})
        with pytest.raises(ItspError) as caught:
            sender.send(SMS, no_slot)
        return caught.value

    return run


def posted(simulator: Simulator) -> list[dict[str, Any]]:
    asked = simulator.get("/control/requests?kind=api")["requests"]
    return [one["params"] for one in asked if one["method"] == "POST"]


def there(simulator: Simulator) -> list[str]:
    return [one["body"] for one in simulator.get("/control/messages")["messages"]]


def test_text_is_accepted(number: Simulator, sender: Sender) -> None:
    waited = []
    taken = sender.send(SMS, lambda: waited.append(there(number)))
    assert waited == [[]]
    (message,) = number.get("/control/messages")["messages"]
    assert (taken.itsp_message_id, taken.status) == (message["sid"], DeliveryStatus.ACCEPTED)
    assert taken.charge == Charge(parts=1)
    assert (message["body"], message["to"]) == (SMS.body, CONTACT)
    assert message["status_callback"] == "http://127.0.0.1:9/w/abc/?attempt=7c2f-19"


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, {"type": "SMS", "text": SMS.body}),
        (
            {"media_urls": ("https://pbx.example.com/m/a/", "https://pbx.example.com/m/b/"), "body": ""},
            {"type": "MMS", "media_urls": ["https://pbx.example.com/m/a/", "https://pbx.example.com/m/b/"]},
        ),
        ({"sender": "Acme"}, {"type": "SMS", "text": SMS.body, "messaging_profile_id": PROFILE_ID}),
        ({"sender": "28849"}, {"type": "SMS", "text": SMS.body}),
    ],
)
def test_what_is_posted_is_what_telnyxs_package_would_post(changes: dict[str, Any], wanted: Any) -> None:
    sms = replace(SMS, **changes)
    with recording() as requests:
        with pytest.raises(ItspError):
            TELNYX.sender(CREDENTIALS).send(sms, no_slot)
        (request,) = requests
    fields = json.loads(request)
    assert fields == {
        "from": sms.sender,
        "to": CONTACT,
        "webhook_url": sms.status_url,
        "use_profile_webhooks": False,
        **wanted,
    }
    JUDGE.validate_python({"from_" if name == "from" else name: value for name, value in fields.items()})


@contextmanager
def recording() -> Iterator[list[bytes]]:
    """The bodies of requests to somebody who never answers."""
    with pytest.MonkeyPatch.context() as patched:
        sent: list[bytes] = []
        ask = "requests.Session.send"

        def send(_self: Any, request: Any, **_options: Any) -> Any:
            sent.append(request.body)
            raise TimeoutError

        patched.setattr(ask, send)
        yield sent


def test_same_text_is_the_same_bytes_under_the_same_key(sender: Sender, number: Simulator) -> None:
    first = sender.send(SMS, no_slot)
    again = TELNYX.sender(CREDENTIALS).send(replace(SMS), no_slot)
    assert again == first
    assert there(number) == [SMS.body]
    assert len(posted(number)) == 2


@pytest.mark.parametrize(
    "changes", [{"body": "Other"}, {"reference": "7c2f-20"}, {"recipient": "+14155550124"}]
)
def test_another_text_is_another_message(sender: Sender, number: Simulator, changes: dict[str, Any]) -> None:
    sender.send(SMS, no_slot)
    sender.send(replace(SMS, **changes), no_slot)
    assert len(there(number)) == 2


@pytest.mark.parametrize("kind", ["drop_after_accept", "error_after_accept", "garbage_201"])
def test_accepted_text_whose_answer_was_lost_is_unknown_and_repeated_safely(
    refused: Refuse, sender: Sender, number: Simulator, kind: str
) -> None:
    assert refused(kind=kind).advice is Advice.UNKNOWN
    taken = sender.send(SMS, no_slot)
    (message,) = number.get("/control/messages")["messages"]
    assert message["sid"] == taken.itsp_message_id


def test_window_in_which_it_may_be_repeated_is_within_telnyxs_own() -> None:
    assert 20 * 3600 <= TELNYX.repeats_safely_for.total_seconds() < 24 * 3600


@pytest.mark.parametrize(
    ("fault", "advice", "code"),
    [
        ({"kind": "429", "retry_after": 7}, Advice.RETRY, "10011"),
        ({"kind": "reject_credentials"}, Advice.STOP, "10009"),
        ({"kind": "403"}, Advice.STOP, "10010"),
        ({"kind": "404"}, Advice.FAIL, "10005"),
        ({"kind": "500"}, Advice.UNKNOWN, "10007"),
        ({"kind": "503"}, Advice.UNKNOWN, "10007"),
        ({"kind": "refuse", "code": 40300}, Advice.FAIL, "40300"),
        ({"kind": "refuse", "code": 40318}, Advice.SLOW_DOWN, "40318"),
        ({"kind": "refuse", "code": 40016}, Advice.LATER, "40016"),
        ({"kind": "refuse", "code": 40305}, Advice.STOP, "40305"),
        ({"kind": "refuse", "code": 49999}, Advice.FAIL, "49999"),
    ],
)
def test_answer_means(
    refused: Refuse, number: Simulator, fault: dict[str, Any], advice: Advice, code: str
) -> None:
    error = refused(**fault)
    assert (error.advice, error.code) == (advice, code)
    assert error.reason.endswith((".", f"(error {code})."))
    assert there(number) == []


def test_wait_is_what_telnyx_says(refused: Refuse) -> None:
    assert refused(kind="429", retry_after=7).retry_after_s == 7
    assert refused(kind="429", retry_after=1_764_000_000).retry_after_s is None  # a date, not a wait
    assert refused(kind="403").retry_after_s is None


def test_nobody_there_proves_that_nothing_was_sent(settings: Settings) -> None:
    settings.ITSP_API_URLS = {"telnyx": "http://127.0.0.1:9/telnyx"}
    with pytest.raises(ItspError) as caught:
        TELNYX.sender(CREDENTIALS).send(SMS, no_slot)
    assert caught.value.advice is Advice.RETRY


@pytest.mark.parametrize("drip", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"])
def test_who_hangs_or_drips_is_left_in_time_and_the_text_is_unknown(settings: Settings, drip: bytes) -> None:
    settings.ITSP_TIMEOUT_S = 0.8
    with hanging(drip) as outsider, at_most(2.5):
        settings.ITSP_API_URLS = {"telnyx": outsider.url}
        with pytest.raises(ItspError) as caught:
            TELNYX.sender(CREDENTIALS).send(SMS, no_slot)
    assert caught.value.advice is Advice.UNKNOWN


def test_time_that_a_slot_takes_is_none_of_telnyxs(
    sender: Sender, number: Simulator, settings: Settings
) -> None:
    settings.ITSP_TIMEOUT_S = 0.5
    slow = TELNYX.sender(CREDENTIALS)
    slow.send(SMS, lambda: time.sleep(0.8))
    assert there(number) == [SMS.body]


def test_what_waiting_raises_comes_out_and_nothing_is_sent(sender: Sender, number: Simulator) -> None:
    def late() -> None:
        raise LookupError("its claim is over")

    with pytest.raises(LookupError):
        sender.send(SMS, late)
    assert posted(number) == []


def test_connection_is_used_again(sender: Sender, number: Simulator) -> None:
    before = len(_established(number.port))
    for index in range(5):
        sender.send(replace(SMS, reference=f"r{index}"), no_slot)
    assert len(_established(number.port)) <= before + 1


def _established(port: int) -> list[str]:
    """Lines of the kernel's table of connections to a port of this machine."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()]
    return [line[1] for line in lines if line[2].endswith(f":{port:04X}") and line[3] == "01"]


def test_text_is_looked_up_with_words_status_and_price(sender: Sender, number: Simulator) -> None:
    taken = sender.send(SMS, no_slot)

    def settled() -> Any:
        found = TELNYX.look_up(CREDENTIALS, taken.itsp_message_id)
        return found if found.status is DeliveryStatus.DELIVERED else None

    found = wait_until(settled)
    assert (found.itsp_message_id, found.body, found.media_count) == (taken.itsp_message_id, SMS.body, 0)
    assert found.charge == Charge(1, Decimal("0.0040"), "USD")


def test_text_that_telnyx_does_not_know_can_not_be_looked_up(number: Simulator) -> None:
    with pytest.raises(ItspError) as caught:
        TELNYX.look_up(CREDENTIALS, "834f3d53-8a3c-4aa0-a733-7f2d682a72df")
    assert (caught.value.advice, caught.value.code) == (Advice.FAIL, "10005")


@pytest.mark.parametrize(
    ("kind", "advice"), [("500", Advice.RETRY), ("garbage_201", Advice.RETRY), ("403", Advice.STOP)]
)
def test_looking_up_without_a_clear_answer_may_be_tried_again(
    sender: Sender, number: Simulator, kind: str, advice: Advice
) -> None:
    taken = sender.send(SMS, no_slot)
    number.post("/control/faults", {"kind": kind, "count": 1, "path": "/v2/messages"})
    with pytest.raises(ItspError) as caught:
        TELNYX.look_up(CREDENTIALS, taken.itsp_message_id)
    assert caught.value.advice is advice


def test_clocks_differ_by_what_telnyxs_answer_says(sender: Sender, number: Simulator) -> None:
    number.post("/control/settings", {"clock_behind_s": 3600})
    ahead = TELNYX.account_state(CREDENTIALS).ahead
    assert ahead is not None
    assert abs(ahead.total_seconds() - 3600) < 3
