"""Pictures that contacts send: fetched from the ITSP by a worker, kept, and never believed."""

import base64
from typing import Any

import pytest
from django.utils import timezone

from routing.models import Extension, MessageQueue
from sessions.media import fetching
from sessions.models import Attachment
from tests.factories import CONTACT, OUR_NUMBER, Road, make_road
from tests.servers import Simulator
from tests.sessions.conftest import Post, inbound_fields, sid_of, signed_post

pytestmark = pytest.mark.django_db
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def account(simulator: Simulator) -> dict[str, Any]:
    state: dict[str, Any] = simulator.get("/control/state")
    return state


@pytest.fixture
def own_road(account: dict[str, Any], queue: MessageQueue, agents: list[Extension]) -> Road:
    return make_road(queue, name="Own", account_sid=account["account_sid"], auth_token=account["auth_token"])


def sent_picture(client: Any, simulator: Simulator, account: dict[str, Any], road: Road) -> Attachment:
    """A contact sends a picture; its reference comes in by the webhook."""
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "mms": True})
    picture = {"content_type": "image/jpeg", "data": base64.b64encode(PNG).decode()}
    simulator.post(
        "/control/inbound", {"from": CONTACT, "to": OUR_NUMBER, "body": "Look", "media": [picture]}
    )
    (message,) = simulator.get("/control/messages")["messages"]
    media_sid = message["media"][0].rsplit("/", 1)[-1]
    base = f"{simulator.url}/2010-04-01/Accounts/{account['account_sid']}"
    fields = inbound_fields(
        sid_of(1),
        "Look",
        NumMedia="1",
        MediaUrl0=f"{base}/Messages/{message['sid']}/Media/{media_sid}",
        MediaContentType0="image/jpeg",
        AccountSid=account["account_sid"],
    )
    assert signed_post(client, road.path, fields, token=account["auth_token"]).status_code == 200
    return Attachment.objects.get()


def test_picture_is_fetched_and_its_real_type_found(
    client: Any, simulator: Simulator, account: dict[str, Any], own_road: Road
) -> None:
    attachment = sent_picture(client, simulator, account, own_road)
    assert (attachment.state, attachment.content_type) == ("pending", "image/jpeg")
    assert fetching.fetch_due() == 1
    attachment.refresh_from_db()
    assert (attachment.state, attachment.content_type) == ("stored", "image/png")
    assert attachment.file.read() == PNG


def test_picture_that_is_too_large_is_refused_in_words(
    client: Any, simulator: Simulator, account: dict[str, Any], own_road: Road, settings: Any
) -> None:
    attachment = sent_picture(client, simulator, account, own_road)
    settings.MEDIA_MAX_BYTES = 10
    assert fetching.fetch_due() == 1
    attachment.refresh_from_db()
    assert (attachment.state, attachment.reason) == ("refused", "The attachment is too large.")


def test_picture_that_can_not_be_fetched_now_is_tried_later(
    client: Any, simulator: Simulator, account: dict[str, Any], own_road: Road, settings: Any
) -> None:
    attachment = sent_picture(client, simulator, account, own_road)
    settings.TWILIO_API_URL = "http://127.0.0.1:9"
    Attachment.objects.update(url="https://api.twilio.com/x")
    assert fetching.fetch_due() == 0
    attachment.refresh_from_db()
    assert (attachment.state, attachment.tries) == ("pending", 1)
    assert attachment.next_try_at is not None
    assert attachment.next_try_at > timezone.now()


def test_attachment_that_does_not_lie_at_the_itsp_is_never_asked_for(post_inbound: Post) -> None:
    post_inbound(
        1, "", NumMedia="1", MediaUrl0="http://169.254.169.254/secret", MediaContentType0="image/png"
    )
    assert fetching.fetch_due() == 1
    attachment = Attachment.objects.get()
    assert (attachment.state, attachment.reason) == ("refused", "The attachment does not lie at Twilio.")
