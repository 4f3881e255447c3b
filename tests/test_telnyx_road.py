"""A channel at Telnyx from end to end: the product's real processes, and the simulator's Telnyx."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from routing.models import Extension
from sessions import actions
from sessions.models import Attachment, Message, MessagingSession, OptOutEntry, WebhookRequest
from tests.factories import Road, make_agent, make_road
from tests.product import Stack
from tests.servers import Simulator
from tests.telnyx_account import CONTACT, PROFILE_ID, moved_to_telnyx
from tests.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def ada() -> Extension:
    return make_agent("1001", "Ada")


@pytest.fixture
def road(simulator: Simulator, ada: Extension) -> Road:
    return moved_to_telnyx(make_road(ada, ada, rate=225, address="+13125550150"), simulator)


@pytest.fixture
def stack(road: Road, simulator: Simulator, start_stack: Callable[..., Stack]) -> Stack:
    """Its webhook is the profile's."""
    started = start_stack()
    profile = {"id": PROFILE_ID, "webhook_url": f"{started.url}{road.path}"}
    simulator.post("/control/telnyx", {"profile": profile})
    simulator.post("/control/numbers", {"address": road.number.address, "mms": True})
    return started


def text(simulator: Simulator, road: Road, body: str, **more: Any) -> Any:
    """A contact's; what became of the webhook."""
    return simulator.post(
        "/control/inbound", {"from": CONTACT, "to": road.number.address, "body": body, **more}
    )


def test_text_and_picture_come_in_and_the_answer_goes_out_and_is_reported(
    stack: Stack, road: Road, ada: Extension, simulator: Simulator
) -> None:
    picture = {"content_type": "image/png", "data": base64.b64encode(PNG).decode()}
    told = text(simulator, road, "Is this the right one?", media=[picture])
    assert (told["failure"], len(told["tries"])) == (None, 1)
    session = MessagingSession.objects.get()
    assert [one.body for one in Message.objects.filter(kind="inbound")] == ["Is this the right one?"]
    wait_until(lambda: Attachment.objects.filter(state="stored").exists(), timeout_s=20)

    answer = actions.reply(session, agent=ada, body="It is. 👍")

    def delivered() -> bool:
        answer.refresh_from_db()
        return answer.status == "delivered"

    wait_until(delivered, timeout_s=20)
    there = simulator.get(f"/control/messages?contact={CONTACT.replace('+', '%2B')}")["messages"]
    assert [(one["itsp"], one["body"]) for one in there if one["direction"] != "inbound"] == [
        ("telnyx", "It is. 👍")
    ]
    attempt = answer.attempts.get()
    assert attempt.itsp_message_id == there[-1]["sid"]
    assert sorted(attempt.events.values_list("status", flat=True)) == ["delivered", "sent"]


def test_same_event_twice_and_to_another_channel_is_stored_once(
    stack: Stack, road: Road, ada: Extension, simulator: Simulator
) -> None:
    other = moved_to_telnyx(make_road(ada, ada, address="+13125550151", name="Other"), simulator)
    told = text(simulator, road, "Once")
    again = simulator.post("/control/inbound", {"resend": told["sid"]})
    assert again["failure"] is None
    profile = {"id": PROFILE_ID, "webhook_url": f"{stack.url}{other.path}"}
    simulator.post("/control/telnyx", {"profile": profile})
    simulator.post("/control/inbound", {"resend": told["sid"]})
    assert [one.body for one in Message.objects.filter(kind="inbound")] == ["Once"]


def test_call_of_another_profile_or_key_is_refused(stack: Stack, road: Road, simulator: Simulator) -> None:
    simulator.post("/control/telnyx", {"new_key_pair": True})
    told = text(simulator, road, "From a stranger")
    assert [one["status"] for one in told["tries"]] == [403] * 3
    assert not Message.objects.exists()
    assert WebhookRequest.objects.exists()


def test_stop_is_in_the_ledger_and_closes_the_contact(
    stack: Stack, road: Road, ada: Extension, simulator: Simulator
) -> None:
    text(simulator, road, "Unsubscribe")
    entry = OptOutEntry.objects.get()
    assert (entry.contact, entry.opted_out, entry.number) == (CONTACT, True, road.number)
    with pytest.raises(actions.OptedOut):
        actions.start_session(agent=ada, number=road.number, contact=CONTACT, body="Please stay")
