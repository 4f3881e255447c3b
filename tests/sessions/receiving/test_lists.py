"""A call that holds several items: each fares as it would alone, by whatever road the call comes."""

from typing import Any

import pytest
from django.test import Client

from channels.itsp.delivery import DeliveryStatus
from channels.webhook import keys as webhook_keys
from routing.models import Extension
from sessions import actions
from sessions.models import Attempt, Message, WebhookRequest
from sessions.receiving import inbound, spool, verifying
from sessions.sending import references
from tests.channels.itsp import example
from tests.factories import CONTACT, OUR_NUMBER, Road
from tests.sessions.receiving.test_spool import database_away
from tests.sessions.receiving.test_webhook import journal

pytestmark = pytest.mark.django_db

BROKEN = "break"
TWO_OF_THREE = "2 of 3 items were taken in."
GOOD = example.text(1, "Good", to=OUR_NUMBER)
KNOWN = example.text(2, "Known", to=OUR_NUMBER)
OF_NO_USE: list[Any] = [
    KNOWN,
    GOOD,
    example.text(3, "Nowhere", to="+14155550199"),
    example.text(4, BROKEN, to=OUR_NUMBER),
    {"id": "text-5"},
    {"no": "id"},
    ["no", "object"],
    {"id": "text-6", "status": "delivered", "tag": "999999999-abc"},
    {"id": "text-7", "status": "delivered", "tag": "somebody else's"},
]


@pytest.fixture(autouse=True)
def of_example(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    example.register(monkeypatch)
    example.moved_to_example(road)
    webhook_keys.remember(road.channel.webhook_addresses.all())
    made = inbound._text

    def text_or_defect(item: Any, sms: Any, *rest: Any) -> Any:
        if sms.body == BROKEN:
            raise RuntimeError("a defect")
        return made(item, sms, *rest)

    monkeypatch.setattr(inbound, "_text", text_or_defect)


@pytest.fixture
def attempt(road: Road, agents: list[Extension]) -> Attempt:
    message = actions.start_session(agent=agents[0], number=road.number, contact=CONTACT, body="Hi")
    Attempt.objects.update(status=DeliveryStatus.ACCEPTED)
    return message.attempts.get()


def delivered(attempt: Attempt) -> dict[str, str]:
    return {"id": "sent-1", "status": "delivered", "tag": references.of(attempt)}


def received() -> list[str]:
    texts = Message.objects.filter(kind=Message.Kind.INBOUND)
    return [message.body for message in texts.order_by("pk")]


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("other", OF_NO_USE, ids=str)
def test_item_of_no_use_costs_text_and_status_nothing(
    client: Client, road: Road, attempt: Attempt, other: Any, place: int
) -> None:
    assert example.post(client, road.path, [KNOWN]) == 200
    items = [GOOD, delivered(attempt)]
    items.insert(place, other)
    assert example.post(client, road.path, items) == 200
    attempt.refresh_from_db()
    assert (received(), attempt.status) == (["Known", "Good"], "delivered")
    row = WebhookRequest.objects.latest("pk")
    assert (row.kind, row.reason[-len(TWO_OF_THREE) :]) == ("text", TWO_OF_THREE)


def test_list_of_many_is_stored_in_its_order(client: Client, road: Road) -> None:
    items = [example.text(number, f"Text {number}", to=OUR_NUMBER) for number in range(100, 160)]
    assert example.post(client, road.path, [*items, *items[:20]]) == 200
    assert received() == [f"Text {number}" for number in range(100, 160)]
    assert journal() == [("processed", "The text is already stored. 60 of 80 items were taken in.")]


def test_list_without_items_is_of_no_use(client: Client, road: Road) -> None:
    assert example.post(client, road.path, []) == 200
    assert journal() == [("ignored", "It holds nothing that we have a use for.")]


def test_list_that_was_spooled_fares_alike(client: Client, road: Road, attempt: Attempt) -> None:
    with database_away():
        assert example.post(client, road.path, [*OF_NO_USE, delivered(attempt)]) == 200
        assert (
            example.post(client, road.path, [delivered(attempt), example.text(9, "Next", to=OUR_NUMBER)])
            == 200
        )
    assert spool.drain() == 2
    attempt.refresh_from_db()
    assert (sorted(received()), attempt.status) == (["Good", "Known", "Next"], "delivered")


def test_list_with_a_text_in_it_is_held_whole(client: Client, road: Road, attempt: Attempt) -> None:
    items, wrong = [delivered(attempt), {"no": "id"}, GOOD], example.basic("not-yet-entered")
    assert example.post(client, road.path, items, wrong) == 403
    assert [(row.outcome, row.contact) for row in WebhookRequest.objects.all()] == [("held", GOOD["from"])]
    road.channel.credentials = {**example.CREDENTIALS, "password": "not-yet-entered"}
    road.channel.credentials_changed_at = WebhookRequest.objects.get().received_at
    road.channel.save()
    assert verifying.verify_due() == 1
    attempt.refresh_from_db()
    assert (received(), attempt.status) == (["Good"], "delivered")


def test_list_of_statuses_alone_is_not_held(client: Client, road: Road, attempt: Attempt) -> None:
    assert example.post(client, road.path, [delivered(attempt)], example.basic("guessed")) == 403
    assert [row.outcome for row in WebhookRequest.objects.all()] == ["rejected"]
