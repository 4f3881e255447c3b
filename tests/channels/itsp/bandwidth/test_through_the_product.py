"""Texts of contacts at Bandwidth, through its real calls to the product's real processes."""

from collections.abc import Callable

import pytest
from pytest_django.fixtures import Settings

from channels.webhook.url import callback_url
from sessions.models import Attachment, Message
from tests.channels.itsp.bandwidth.account import CONTACT, OURS, PASSWORD, USER, made_account
from tests.factories import make_agent, make_queue, make_road
from tests.product import Stack
from tests.servers import Simulator
from tests.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.mark.long
def test_texts_and_pictures_come_in_once_and_only_with_the_password(
    simulator: Simulator, settings: Settings, start_stack: Callable[..., Stack]
) -> None:
    settings.ITSP_API_URLS = {"bandwidth": f"{simulator.url}/bandwidth"}
    credentials = made_account(simulator.post, doubles=True, batch_s=0.3)
    agent = make_agent("1001")
    road = make_road(make_queue(agent), agent, address=OURS)
    road.channel.itsp, road.channel.credentials = "bandwidth", dict(credentials)
    road.channel.save()
    start_stack()

    def text(body: str, password: str, **more: object) -> list[int]:
        login = {"inbound": [USER, password], "inbound_url": callback_url(road.token)}
        application = {"application_id": credentials["application_id"], **login}
        simulator.post("/control/bandwidth/applications", application)
        answer = simulator.post("/control/inbound", {"from": CONTACT, "to": OURS, "body": body, **more})
        return [one["status"] for one in answer.get("results", [answer])]

    assert text("No. {n}", PASSWORD, num=3) == [200, 200, 200]
    (refused,) = text("Forged", "a-password-of-24-others")
    assert refused >= 400
    picture = {"content_type": "image/png", "data": "iVBORw0KGgo="}
    assert text("Look", PASSWORD, media=[picture]) == [200]
    wait_until(lambda: Attachment.objects.filter(state=Attachment.State.STORED).count() == 1)
    bodies = Message.objects.filter(kind=Message.Kind.INBOUND).values_list("body", flat=True)
    assert sorted(bodies) == ["Look", "No. 0", "No. 1", "No. 2"]
