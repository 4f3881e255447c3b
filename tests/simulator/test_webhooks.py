"""Inbound webhooks: signature, fields, connection overrides, fallback, answers."""

import uuid

import pytest
from twilio.request_validator import RequestValidator

from tests.simulator.stand_in import CONTACT, NUMBER, SID, TOKEN, Answer, Receiver, StandIn, free_port, gaps

pytestmark = pytest.mark.once


def set_webhook(stand_in: StandIn, url: str, **more: str) -> None:
    (number,) = stand_in.client.incoming_phone_numbers.list(phone_number=NUMBER)
    number.update(sms_url=url, **more)


def alert_codes(stand_in: StandIn) -> list[int | None]:
    return [int(alert.error_code or 0) for alert in stand_in.client.monitor.v1.alerts.list(log_level="error")]


def test_webhook_is_signed_over_url_without_fragment(stand_in: StandIn, receiver: Receiver) -> None:
    set_webhook(stand_in, f"{receiver.url}/in/?b=2&a=%2F1#rc=2&rp=all")
    stand_in.text("Grüße 😀 & more=1")
    (request,) = receiver.received
    url, signature = f"{receiver.url}/in/?b=2&a=%2F1", request.headers["X-Twilio-Signature"]
    assert request.path == "/in/?b=2&a=%2F1"
    assert RequestValidator(TOKEN).validate(url, request.params, signature)
    assert not RequestValidator("other").validate(url, request.params, signature)


@pytest.mark.parametrize("path", ["/%7Ein/?a=~", "/prüfung/?ö=ß", "/a b/", "/%C3%BC/%7e/", "/in/?x=%2B+%20é"])
def test_webhook_is_called_as_it_is_signed(stand_in: StandIn, receiver: Receiver, path: str) -> None:
    set_webhook(stand_in, f"{receiver.url}{path}")
    stand_in.text("Hi")
    (request,) = receiver.received
    assert request.path.isascii()
    signature = request.headers["X-Twilio-Signature"]
    assert RequestValidator(TOKEN).validate(f"{receiver.url}{request.path}", request.params, signature)


def test_webhook_has_twilios_fields_and_headers(stand_in: StandIn, receiver: Receiver) -> None:
    result = stand_in.text("Are you open?", fields={"Novelty": "1"})
    (request,) = receiver.received
    sid = result["sid"]
    places = {f"{who}{what}": "" for who in ("From", "To") for what in ("State", "City", "Zip")}
    assert request.params == places | {
        "FromCountry": "US",
        "ToCountry": "US",
        "SmsMessageSid": sid,
        "SmsSid": sid,
        "MessageSid": sid,
        "AccountSid": SID,
        "From": CONTACT,
        "To": NUMBER,
        "Body": "Are you open?",
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
        "Novelty": "1",
    }
    assert request.headers["User-Agent"] == "TwilioProxy/1.1"
    assert uuid.UUID(request.headers["I-Twilio-Idempotency-Token"])
    assert [result["status"], result["body"], result["failure"]] == [200, request_body(), None]


def request_body() -> str:
    return Answer().body


def test_webhook_by_get_carries_signed_query(stand_in: StandIn, receiver: Receiver) -> None:
    set_webhook(stand_in, f"{receiver.url}/in?x=1", sms_method="GET")
    stand_in.text("a b&c")
    (request,) = receiver.received
    assert request.method == "GET"
    assert "Body=a+b%26c" in request.path
    signature = request.headers["X-Twilio-Signature"]
    assert RequestValidator(TOKEN).validate(receiver.url + request.path, {}, signature)


def test_server_error_is_not_retried_by_default(stand_in: StandIn, receiver: Receiver) -> None:
    receiver.answers.append(Answer(503))
    result = stand_in.text("x")
    assert [result["status"], result["failure"], len(result["tries"])] == [503, "5xx", 1]
    assert alert_codes(stand_in) == [11200]


def test_retries_share_one_idempotency_token(stand_in: StandIn, receiver: Receiver) -> None:
    set_webhook(stand_in, f"{receiver.url}/in#rc=3&rp=5xx")
    receiver.answers.extend([Answer(500), Answer(502)])
    result = stand_in.text("x")
    assert [one["status"] for one in result["tries"]] == [500, 502, 200]
    assert len({request.headers["I-Twilio-Idempotency-Token"] for request in receiver.received}) == 1
    assert alert_codes(stand_in) == []


def test_retries_end_with_their_count(stand_in: StandIn, receiver: Receiver) -> None:
    set_webhook(stand_in, f"{receiver.url}/in#rc=2&rp=all")
    receiver.answers.extend([Answer(404)] * 5)
    assert [one["status"] for one in stand_in.text("x")["tries"]] == [404, 404, 404]


def test_policy_decides_what_is_retried(stand_in: StandIn, receiver: Receiver) -> None:
    set_webhook(stand_in, f"{receiver.url}/in#rc=5&rp=ct,rt,5xx")
    receiver.answers.append(Answer(400))
    assert [one["failure"] for one in stand_in.text("x")["tries"]] == ["4xx"]


def test_read_timeout_is_honoured_and_retried(stand_in: StandIn, receiver: Receiver) -> None:
    set_webhook(stand_in, f"{receiver.url}/in#rc=1&rp=rt&rt=200")
    receiver.answers.append(Answer(after_s=0.6))
    result = stand_in.text("x")
    assert [one["failure"] for one in result["tries"]] == ["rt", None]
    assert 0.15 < gaps([request.at for request in receiver.received])[0] < 2


def test_total_time_bounds_all_tries(stand_in: StandIn, receiver: Receiver) -> None:
    set_webhook(stand_in, f"{receiver.url}/in#rc=5&rp=all&rt=300&tt=500")
    receiver.answers.extend([Answer(after_s=0.7)] * 6)
    result = stand_in.text("x")
    assert [one["failure"] for one in result["tries"]] == ["rt", "rt"]
    assert 450 < result["ms"] < 650


def test_closed_connection_counts_as_no_answer(stand_in: StandIn, receiver: Receiver) -> None:
    set_webhook(stand_in, f"{receiver.url}/in#rp=rt")
    receiver.answers.append(Answer(0))
    assert [one["failure"] for one in stand_in.text("x")["tries"]] == ["rt", None]


def test_refused_connection_is_retried_once_by_default(stand_in: StandIn) -> None:
    set_webhook(stand_in, f"http://127.0.0.1:{free_port()}/in")
    assert [one["failure"] for one in stand_in.text("x")["tries"]] == ["ct", "ct"]
    assert alert_codes(stand_in) == [11205]


def test_redirect_is_not_followed(stand_in: StandIn, receiver: Receiver) -> None:
    receiver.answers.append(Answer(302))
    assert stand_in.text("x")["failure"] == "3xx"


def test_fallback_is_asked_with_error_and_its_answer_used(stand_in: StandIn, receiver: Receiver) -> None:
    set_webhook(stand_in, f"{receiver.url}/in", sms_fallback_url=f"{receiver.url}/fallback#rc=1&rp=5xx")
    receiver.answers.extend([Answer(500), Answer(503)])
    result = stand_in.text("x")
    first, second, third = receiver.received
    assert [first.path, second.path, third.path] == ["/in", "/fallback", "/fallback"]
    assert second.params == first.params | {"ErrorCode": "11200", "ErrorUrl": f"{receiver.url}/in"}
    signature = second.headers["X-Twilio-Signature"]
    assert RequestValidator(TOKEN).validate(f"{receiver.url}/fallback", second.params, signature)
    assert [result["status"], result["fallback"]["status"]] == [500, 200]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(204, "", ""), 11200),
        (Answer(200, "{}", "application/json"), 12300),
        (Answer(200, "<Response>", "text/xml"), 12100),
        (Answer(200, "<html/>", "text/html"), 12100),
    ],
)
def test_unusable_answer_raises_alert(
    stand_in: StandIn, receiver: Receiver, answer: Answer, code: int
) -> None:
    receiver.answers.append(answer)
    assert stand_in.text("x")["alert"] == code
    assert alert_codes(stand_in) == [code]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<Response><Message>Hello back</Message></Response>", "application/xml; charset=utf-8"),
        ("<Response><Message><Body>Hello back</Body></Message></Response>", "text/xml"),
        ("Hello back", "text/plain"),
    ],
)
def test_answered_message_is_sent(
    stand_in: StandIn, receiver: Receiver, body: str, content_type: str
) -> None:
    receiver.answers.append(Answer(200, body, content_type))
    stand_in.text("Hello")
    (reply,) = stand_in.get("messages", direction="outbound-reply")["messages"]
    assert [reply["from"], reply["to"], reply["body"]] == [NUMBER, CONTACT, "Hello back"]
    assert stand_in.ended(reply["sid"])["status"] == "delivered"


def test_number_without_webhook_says_so(stand_in: StandIn, receiver: Receiver) -> None:
    set_webhook(stand_in, "")
    assert stand_in.text("x")["error"] == "The number has no webhook URL."
    assert receiver.received == []


def test_application_on_number_hides_its_webhook(stand_in: StandIn, receiver: Receiver) -> None:
    set_webhook(stand_in, f"{receiver.url}/in", sms_application_sid="AP" + "0" * 32)
    assert "application" in stand_in.text("x")["error"]
    assert receiver.received == []


def test_same_message_can_be_posted_again(stand_in: StandIn, receiver: Receiver) -> None:
    sid = stand_in.text("once")["sid"]
    stand_in.post("inbound", resend=sid)
    first, second = receiver.received
    assert first.params == second.params
    assert first.headers["I-Twilio-Idempotency-Token"] != second.headers["I-Twilio-Idempotency-Token"]


def test_many_texts_at_once(stand_in: StandIn, receiver: Receiver) -> None:
    results = stand_in.text("text {n}", contact="+1415555{n}000", num=5)["results"]
    assert [result["status"] for result in results] == [200] * 5
    texts = sorted((request.params["From"], request.params["Body"]) for request in receiver.received)
    assert texts == [(f"+1415555{n}000", f"text {n}") for n in range(5)]


def test_text_in_the_background_answers_at_once(stand_in: StandIn, receiver: Receiver) -> None:
    receiver.answers.append(Answer(after_s=0.3))
    (sid,) = stand_in.text("x", wait=False)["sids"]
    assert stand_in.message(sid)["webhook"] is None
    receiver.wait_for(1)
