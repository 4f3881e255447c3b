"""The simulator's Telnyx, asked and judged by Telnyx's own package."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import telnyx
from telnyx.lib.webhook_verification import WebhookVerificationError, verify_webhook_signature
from telnyx.types import (
    DeliveryUpdateWebhookEvent,
    InboundMessageWebhookEvent,
    MessageSendResponse,
    WebhookDelivery,
)

from tests.simulator.stand_in import Answer, Receiver, StandIn, wait_until
from tests.telnyx_account import API_KEY, CONTACT, OUR_NUMBER, PROFILE_ID, PUBLIC_KEY

Send = Callable[..., Any]
OTHER = "+13125550151"


@pytest.fixture
def telnyx_face(stand_in: StandIn, receiver: Receiver) -> StandIn:
    """A number in the profile, whose webhook is the receiver."""
    number = {"itsp": "telnyx", "belongs_to": PROFILE_ID, "rate": "unlimited"}
    stand_in.post("numbers", address=OUR_NUMBER, **number)
    stand_in.post("numbers", address=OTHER, **number)
    stand_in.post("telnyx", profile={"id": PROFILE_ID, "webhook_url": f"{receiver.url}/in"})
    return stand_in


@pytest.fixture
def client(telnyx_face: StandIn) -> Iterator[Any]:
    with telnyx.Telnyx(api_key=API_KEY, base_url=f"{telnyx_face.url}/telnyx/v2", max_retries=0) as made:
        yield made


@pytest.fixture
def send(client: Any, receiver: Receiver) -> Send:
    def run(**fields: Any) -> Any:
        own = {"from_": OUR_NUMBER, "to": CONTACT, "text": "Hello", "use_profile_webhooks": False}
        return client.messages.send(**{**own, "webhook_url": f"{receiver.url}/status?attempt=1", **fields})

    return run


def events(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in list(receiver.received)]


def finalized(receiver: Receiver) -> dict[str, Any]:
    def last() -> dict[str, Any] | None:
        found = [one for one in events(receiver) if one["data"]["event_type"] == "message.finalized"]
        return found[0] if found else None

    return dict(wait_until(last))


def judged(model: Any, value: dict[str, Any]) -> Any:
    """The value as the package's own model has it, which refuses what Telnyx would never say."""
    return model.model_validate(value)


def refusal(error: telnyx.APIStatusError) -> tuple[int, str]:
    body = error.response.json()
    return error.status_code, body["errors"][0]["code"]


def test_text_is_sent_and_reported_in_telnyxs_shapes(
    send: Send, receiver: Receiver, telnyx_face: StandIn
) -> None:
    taken = send()
    judged(MessageSendResponse, taken.to_dict())
    assert (taken.data.to[0].status, taken.data.parts, taken.data.cost) == ("queued", 1, None)
    final = finalized(receiver)
    for event in events(receiver):
        assert judged(DeliveryUpdateWebhookEvent, event).data.payload.id == taken.data.id
    kinds = [event["data"]["event_type"] for event in events(receiver)]
    assert kinds == ["message.sent", "message.finalized"]
    assert final["data"]["payload"]["to"][0]["status"] == "delivered"
    assert final["data"]["payload"]["cost"] == {"amount": "0.0040", "currency": "USD"}
    assert final["meta"] == {"attempt": 1, "delivered_to": f"{receiver.url}/status?attempt=1"}
    assert telnyx_face.message(taken.data.id)["itsp"] == "telnyx"


def test_calls_are_signed_as_telnyxs_own_package_wants_it(send: Send, receiver: Receiver) -> None:
    send()
    finalized(receiver)
    for one in receiver.received:
        verify_webhook_signature(one.body, one.headers, PUBLIC_KEY)
        with pytest.raises(WebhookVerificationError, match="does not match"):
            verify_webhook_signature(one.body + b" ", one.headers, PUBLIC_KEY)


def test_contacts_text_comes_in_telnyxs_shape(telnyx_face: StandIn, receiver: Receiver) -> None:
    picture = {"content_type": "image/png", "data": "iVBORw0KGgo="}
    result = telnyx_face.text("Hello 👋", to=OUR_NUMBER, media=[picture])
    (event,) = events(receiver)
    payload = judged(InboundMessageWebhookEvent, event).data.payload
    assert (payload.id, payload.text, payload.type) == (result["sid"], "Hello 👋", "MMS")
    assert (payload.from_.phone_number, payload.to[0].phone_number) == (CONTACT, OUR_NUMBER)
    assert payload.messaging_profile_id == PROFILE_ID
    file = requests.get(payload.media[0].url, timeout=5)
    assert (file.content, file.headers["Content-Type"]) == (b"\x89PNG\r\n\x1a\n", "image/png")


def test_same_key_and_bytes_are_one_message(send: Send, telnyx_face: StandIn) -> None:
    key = {"idempotency_key": "attempt-1:a_B"}
    assert send(**key).data.id == send(**key).data.id
    assert telnyx_face.get("messages", to=CONTACT)["count"] == 1
    assert send(idempotency_key="attempt-2").data.id != send(**key).data.id


def test_same_key_with_other_bytes_is_refused(send: Send, telnyx_face: StandIn) -> None:
    send(idempotency_key="attempt-1")
    with pytest.raises(telnyx.UnprocessableEntityError):
        send(idempotency_key="attempt-1", text="Something else")
    assert telnyx_face.get("messages", to=CONTACT)["count"] == 1


def test_refusals_are_not_replayed(send: Send, telnyx_face: StandIn) -> None:
    telnyx_face.post("faults", kind="refuse", code=40318, count=1)
    with pytest.raises(telnyx.BadRequestError):
        send(idempotency_key="attempt-1")
    assert send(idempotency_key="attempt-1").data.id


def test_accepted_text_whose_answer_was_lost_is_found_by_its_key(send: Send, telnyx_face: StandIn) -> None:
    telnyx_face.post("faults", kind="drop_after_accept", count=1)
    with pytest.raises(telnyx.APIConnectionError):
        send(idempotency_key="attempt-1")
    found = send(idempotency_key="attempt-1").data.id
    assert [one["sid"] for one in telnyx_face.get("messages", to=CONTACT)["messages"]] == [found]


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256])
def test_key_of_another_form_is_refused(telnyx_face: StandIn, key: str) -> None:
    answer = requests.post(
        f"{telnyx_face.url}/telnyx/v2/messages",
        json={"from": OUR_NUMBER, "to": CONTACT, "text": "Hello"},
        headers={"Authorization": f"Bearer {API_KEY}", "Idempotency-Key": key.encode()},
        timeout=5,
    )
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "10015")


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"to": ""}, 422, "10004"),
        ({"to": "4155550123"}, 400, "40310"),
        ({"from_": "+14155550100"}, 400, "40305"),  # another ITSP's
        ({"from_": "Acme"}, 400, "40306"),
        ({"text": ""}, 400, "40316"),
        ({"text": "x" * 1601}, 400, "40302"),
        ({"text": "é" + "\u4e00" * 700}, 400, "40302"),
        ({"media_urls": ["ftp://example.com/a.png"]}, 400, "40317"),
        ({"webhook_url": "nowhere"}, 400, "10015"),
        ({"encoding": "gsm7", "text": "\u4e00"}, 400, "10015"),
    ],
)
def test_what_telnyx_would_refuse_is_refused(
    send: Send, fields: dict[str, Any], status: int, code: str
) -> None:
    with pytest.raises(telnyx.APIStatusError) as caught:
        send(**fields)
    assert refusal(caught.value) == (status, code)


def test_profile_decides_where_texts_go(send: Send, telnyx_face: StandIn, client: Any) -> None:
    telnyx_face.post("telnyx", profile={"id": PROFILE_ID, "whitelisted_destinations": ["KE"]})
    with pytest.raises(telnyx.BadRequestError) as caught:
        send()
    assert refusal(caught.value) == (400, "40309")
    client.messaging_profiles.update(PROFILE_ID, enabled=False)
    with pytest.raises(telnyx.PermissionDeniedError) as disabled:
        send()
    assert refusal(disabled.value) == (403, "40312")
    assert telnyx_face.text("Hello", to=OUR_NUMBER)["error"] == "The messaging profile is disabled."


def test_stop_holds_for_all_numbers_of_the_profile(
    send: Send, telnyx_face: StandIn, receiver: Receiver
) -> None:
    telnyx_face.text("stop all", to=OUR_NUMBER)
    assert events(receiver)[0]["data"]["payload"]["autoresponse_type"] == "STOP"
    for number in (OUR_NUMBER, OTHER):
        with pytest.raises(telnyx.BadRequestError) as caught:
            send(from_=number)
        assert refusal(caught.value) == (400, "40300")
    telnyx_face.text("START", to=OTHER)
    assert send(from_=OUR_NUMBER).data.id


def test_yes_and_others_of_twilios_words_mean_nothing(telnyx_face: StandIn, receiver: Receiver) -> None:
    for word in ("YES", "REVOKE", "INFO"):
        telnyx_face.text(word, to=OUR_NUMBER)
    texts = [one["data"] for one in events(receiver) if one["data"]["event_type"] == "message.received"]
    assert [one["payload"]["autoresponse_type"] for one in texts] == [None] * 3


def test_each_address_is_tried_three_times_then_the_failover(
    telnyx_face: StandIn, receiver: Receiver
) -> None:
    failover = f"{receiver.url}/failover"
    telnyx_face.post("telnyx", profile={"id": PROFILE_ID, "webhook_failover_url": failover})
    receiver.answers.extend([Answer(500), Answer(404), Answer(0)])
    result = telnyx_face.text("Hello", to=OUR_NUMBER)
    assert [one.path for one in receiver.received] == ["/in", "/in", "/in", "/failover"]
    assert [one["meta"]["attempt"] for one in events(receiver)] == [1, 2, 3, 4]
    assert len({one["data"]["payload"]["id"] for one in events(receiver)}) == 1
    assert result["failure"] is None


def test_answer_after_two_seconds_is_too_late(telnyx_face: StandIn, receiver: Receiver) -> None:
    receiver.answers.append(Answer(after_s=2.4))
    result = telnyx_face.text("Hello", to=OUR_NUMBER)
    assert [one["failure"] for one in result["tries"]] == ["rt", None]
    assert 1900 < result["tries"][0]["ms"] < 2400


def test_failed_calls_can_be_asked_for(telnyx_face: StandIn, receiver: Receiver, client: Any) -> None:
    receiver.answers.extend([Answer(500)] * 3)
    telnyx_face.text("Lost", to=OUR_NUMBER)
    telnyx_face.text("Taken", to=OUR_NUMBER)
    (found,) = client.webhook_deliveries.list(filter={"status": {"eq": "failed"}}).data
    judged(WebhookDelivery, found.to_dict())
    assert [one.http.response.status for one in found.attempts] == [500] * 3
    assert found.webhook.payload["text"] == "Lost"
    nothing = client.webhook_deliveries.list(filter={"attempts": {"contains": "https://elsewhere"}})
    assert nothing.data == []


@pytest.mark.parametrize(
    ("ends_as", "told", "codes"),
    [
        ("undelivered", "delivery_failed", ["40008"]),
        ("failed", "sending_failed", ["40008"]),
        ("sent", "delivery_unconfirmed", []),
    ],
)
def test_ends_have_telnyxs_names(
    send: Send, telnyx_face: StandIn, receiver: Receiver, ends_as: str, told: str, codes: list[str]
) -> None:
    telnyx_face.post("faults", kind="undeliver", status=ends_as)
    send()
    event = finalized(receiver)
    payload = judged(DeliveryUpdateWebhookEvent, event).data.payload
    assert payload.to[0].status == told
    assert [one.code for one in payload.errors] == codes


def test_callbacks_come_shuffled_and_doubled_if_told(
    send: Send, telnyx_face: StandIn, receiver: Receiver
) -> None:
    telnyx_face.post("faults", kind="callbacks", mode="shuffled", count=1)
    telnyx_face.post("faults", kind="callbacks", mode="repeated", count=1)
    send()
    receiver.wait_for(2)
    kinds = [one["data"]["event_type"] for one in events(receiver)]
    assert kinds == ["message.finalized", "message.sent"]
    receiver.reset()
    send()
    receiver.wait_for(6)
    ids = [one["data"]["id"] for one in events(receiver)]
    assert len(set(ids)) == 6


def test_too_many_requests_say_when_to_come_back(send: Send, telnyx_face: StandIn) -> None:
    telnyx_face.post("faults", kind="429", retry_after=7, count=1)
    with pytest.raises(telnyx.RateLimitError) as caught:
        send()
    assert refusal(caught.value) == (429, "10011")
    assert caught.value.response.headers["x-ratelimit-reset"] == "7"


def test_other_keys_are_refused(telnyx_face: StandIn) -> None:
    for key in ("K", "KEY0", API_KEY.lower()):
        with telnyx.Telnyx(api_key=key, base_url=f"{telnyx_face.url}/telnyx/v2", max_retries=0) as stranger:
            with pytest.raises(telnyx.AuthenticationError) as caught:
                stranger.balance.retrieve()
            assert refusal(caught.value) == (401, "10009")


def test_message_can_be_looked_up(send: Send, client: Any) -> None:
    pk = send(text="Look me up").data.id
    found = client.messages.retrieve(pk).data
    assert (found.id, found.text, found.direction) == (pk, "Look me up", "outbound")
    with pytest.raises(telnyx.NotFoundError):
        client.messages.retrieve("b0c7e8cb-6227-4c74-9f32-c7f80c30934b")


def test_numbers_move_between_profiles(telnyx_face: StandIn, client: Any) -> None:
    other = "50017e19-51a0-4e19-851a-0051a07e1952"
    telnyx_face.post("telnyx", profile={"id": other, "name": "Second"})
    (found,) = client.phone_numbers.messaging.list(filter_phone_number=OUR_NUMBER).data
    assert found.messaging_profile_id == PROFILE_ID
    client.phone_numbers.messaging.update(found.id, messaging_profile_id=other)
    there = client.messaging_profiles.list_phone_numbers(other).data
    assert [one.phone_number for one in there] == [OUR_NUMBER]


def test_twilios_face_knows_nothing_of_it(send: Send, telnyx_face: StandIn) -> None:
    pk = send().data.id
    assert telnyx_face.message(pk)["itsp"] == "telnyx"
    numbers = [one.phone_number for one in telnyx_face.client.incoming_phone_numbers.list()]
    assert OUR_NUMBER not in numbers
    assert telnyx_face.client.messages.list() == []


def test_texts_leave_at_the_numbers_own_rate(send: Send, telnyx_face: StandIn) -> None:
    number = telnyx_face.post("numbers", address="+18335550150", itsp="telnyx", belongs_to=PROFILE_ID)
    assert number["rate"] == 20
    sids = [send(from_="+18335550150", text=f"Text {n}").data.id for n in range(11)]
    telnyx_face.ended(sids[-1])
    began, *later = [telnyx_face.message(sid)["history"][1]["at"] for sid in sids]
    early = [0.05 * slot - (at - began) for slot, at in enumerate(later, start=1)]
    assert all(seconds < 0.02 for seconds in early), early  # a busy machine may be late, never early
