"""A channel of each ITSP in turn, its calls at the webhook's door, and what stands for its API."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from channels.itsp.base import Credentials
from channels.models import Channel
from channels.webhook import keys as webhook_keys
from routing.models import Extension
from sessions.models import Message
from tests.channels.itsp.contract import api as apis
from tests.channels.itsp.contract.kit import Kit, Told
from tests.channels.itsp.contract.kits import KITS, name_of
from tests.factories import OUR_NUMBER, Road, make_agent, make_queue, make_road


@pytest.fixture(params=KITS, ids=name_of)
def kit(request: pytest.FixtureRequest) -> Kit:
    found: Kit = request.param
    return found


@pytest.fixture
def ada(db: None) -> Extension:
    return make_agent("1001", "Ada")


def road_of(kit: Kit, agent: Extension, *, address: str, name: str, credentials: Credentials) -> Road:
    road = make_road(make_queue(agent, name=name), agent, address=address, name=name)
    road.channel.itsp, road.channel.credentials = kit.itsp.code, dict(credentials)
    road.channel.save()
    webhook_keys.remember(road.channel.webhook_addresses.all())
    return road


@pytest.fixture
def road(kit: Kit, ada: Extension) -> Road:
    return road_of(kit, ada, address=OUR_NUMBER, name="Main", credentials=kit.credentials)


class Door:
    """Posts what the ITSP posts to a channel, by default to `road`'s; gives the status of the answer."""

    def __init__(self, client: Client, kit: Kit, road: Road) -> None:
        self.client, self.kit, self.road = client, kit, road

    def post(self, *told: Told, at: datetime | None = None, credentials: Credentials | None = None) -> int:
        return self.post_body(self.kit.body_of(told), url=self.url(*told), at=at, credentials=credentials)

    def post_body(
        self,
        body: bytes,
        *,
        url: str = "",
        at: datetime | None = None,
        credentials: Credentials | None = None,
    ) -> int:
        """A body of any bytes, signed as the ITSP does."""
        url, signed = url or self.url(), self.kit.credentials if credentials is None else credentials
        return self.send(url, body, self.kit.headers_of(url, body, signed, at or timezone.now()))

    def send(self, url: str, body: bytes, headers: Any) -> int:
        """Just as it is."""
        others = {name: value for name, value in headers.items() if name.lower() != "content-type"}
        kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
        path = url.removeprefix(django_settings.PUBLIC_URL)
        answer = self.client.generic("POST", path, body, content_type=kind, headers=others)
        return int(answer.status_code)

    def url(self, *told: Told) -> str:
        return self.kit.url_of(django_settings.PUBLIC_URL + self.road.path, told)


@pytest.fixture
def door(client: Client, kit: Kit, road: Road) -> Door:
    return Door(client, kit, road)


def received() -> list[str]:
    """The words of contacts' texts, in the order in which they were stored."""
    texts = Message.objects.filter(kind=Message.Kind.INBOUND)
    return [message.body for message in texts.order_by("pk")]


def change_credentials(channel: Channel, credentials: Credentials) -> None:
    channel.credentials, channel.credentials_changed_at = dict(credentials), timezone.now()
    channel.save()


@pytest.fixture
def api(kit: Kit, settings: Settings) -> Iterator[apis.Api]:
    """The product calls it in the place of the ITSP's API, and waits for it for a second in all."""
    with apis.api() as stand_in:
        settings.ITSP_API_URLS = {kit.itsp.code: stand_in.url}
        settings.ITSP_TIMEOUT_S = settings.ITSP_CHECK_TIMEOUT_S = 1.0
        yield stand_in
