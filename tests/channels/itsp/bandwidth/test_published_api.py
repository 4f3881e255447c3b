"""What we ask of Bandwidth, what the simulator answers and what it posts are as Bandwidth's own file says."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.utils import timezone

from channels.itsp import ITSPS
from channels.itsp.api import Api
from channels.itsp.base import Credentials
from channels.itsp.calls import WebhookCall
from channels.itsp.errors import ItspError
from channels.itsp.texts import InboundSms, OutboundSms, StatusUpdate
from tests.channels.itsp.bandwidth.account import CONTACT, OURS, TOLL_FREE, Receiver
from tests.channels.itsp.bandwidth.published_api import examples, parameters, violations
from tests.servers import Simulator

pytestmark = pytest.mark.once

BANDWIDTH = ITSPS["bandwidth"]
FILES = ("https://pbx.example.com/a.png", "https://pbx.example.com/b.png?x=1&y=%C3%BC")
OF_ANSWERS = {202: "message", 200: "messagesList", 400: "createMessageRequestError"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[requests.Response]]:
    """All answers of the messaging API, each with its request."""
    answers: list[requests.Response] = []
    real = Api.call

    def call(api: Api, method: str, url: str, *arguments: Any, **parts: Any) -> requests.Response:
        answer = real(api, method, url, *arguments, **parts)
        if "/api/v2/" in url:
            answers.append(answer)
        return answer

    monkeypatch.setattr(Api, "call", call)
    yield answers


def judged(answer: requests.Response) -> list[str]:
    request = answer.request
    said = violations(OF_ANSWERS.get(answer.status_code, "messagingRequestError"), answer.json())
    if request.method == "POST":
        assert isinstance(request.body, bytes)
        return said + violations("messageRequest", json.loads(request.body))
    query = parse_qs(urlsplit(str(request.url)).query)
    return said + [f"{name}: no parameter" for name in query.keys() - parameters()]


def test_what_we_ask_about_texts_is_as_published(
    simulator: Simulator, credentials: Credentials, asked: list[requests.Response]
) -> None:
    sender = BANDWIDTH.sender(credentials)
    callback = "https://pbx.example.com/w/token/", "18-2f"
    plain = sender.send(OutboundSms(OURS, CONTACT, "Grüße 😀", *callback), lambda: None)
    for media in (FILES[:1], FILES):
        sender.send(OutboundSms(TOLL_FREE, CONTACT, "", *callback, media), lambda: None)
    with pytest.raises(ItspError):
        sender.send(OutboundSms(OURS, "+1", "To nobody", *callback), lambda: None)
    since = timezone.now() - timedelta(days=1)
    assert BANDWIDTH.list_sent(credentials, sender=OURS, recipient=CONTACT, since=since).texts
    assert len(BANDWIDTH.list_recent(credentials, since=since)) == 3
    assert BANDWIDTH.look_up(credentials, plain.itsp_message_id).characters == len("Grüße 😀")
    simulator.post("/control/bandwidth", {"rate": 0.0})
    with pytest.raises(ItspError):
        sender.send(OutboundSms(OURS, CONTACT, "Too many", *callback), lambda: None)
    with pytest.raises(ItspError):
        BANDWIDTH.check_credentials({**credentials, "api_password": "wrong"})
    assert [answer.status_code for answer in asked] == [202, 202, 202, 400, 200, 200, 200, 429, 401]
    assert [judged(answer) for answer in asked] == [[]] * len(asked)


def test_what_is_not_as_published_is_found() -> None:
    request = {"applicationId": "a", "to": [CONTACT, CONTACT], "from": 7, "callbackUrl": "x"}
    assert len(violations("messageRequest", request)) == 3
    assert violations("messagesList", {"messages": [{"segmentCount": "1", "tag": "t"}]})


def test_what_the_simulator_posts_is_as_published(
    simulator: Simulator, credentials: Credentials, receiver: Receiver
) -> None:
    sender = BANDWIDTH.sender(credentials)
    sender.send(OutboundSms(OURS, CONTACT, "Hi", "https://x.example/", "18-2f"), lambda: None)
    simulator.post("/control/faults", {"kind": "undeliver", "code": 4720, "count": 1})
    sender.send(OutboundSms(OURS, CONTACT, "Lost", "https://x.example/", "18-30"), lambda: None)
    picture = {"content_type": "image/png", "data": "iVBORw0KGgo="}
    for more in ({"body": "Hello"}, {"body": "", "media": [picture]}):
        simulator.post("/control/inbound", {"from": CONTACT, "to": OURS, **more})
    events = receiver.wait_for(6)
    schemas = ["inboundCallback" if one["type"] == "message-received" else "statusCallback" for one in events]
    said = [violations(schema, event) for schema, event in zip(schemas, events, strict=True)]
    assert said == [[]] * len(events)
    assert {event["type"] for event in events} == {
        "message-received",
        "message-sending",
        "message-delivered",
        "message-failed",
    }


def test_published_examples_are_read() -> None:
    """Those of services that we don't use are of no use."""
    for name, event in examples().items():
        body = json.dumps([event]).encode()
        found = BANDWIDTH.read(WebhookCall("POST", "https://x.example/", {}, body, timezone.now()), {})
        if event["type"] == "message-received":
            assert [type(one) for one in found] == [InboundSms], name
        elif event["type"] in {"message-sending", "message-sent", "message-delivered", "message-failed"}:
            assert [type(one) for one in found] == [StatusUpdate], name
    types = {event["type"] for event in examples().values()}
    assert {"message-received", "message-sending", "message-delivered", "message-failed"} <= types
