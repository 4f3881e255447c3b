"""The ITSP's side, played by the simulator over HTTP: a token that is changed, miscopied addresses."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from channels.models import Channel
from health.alarms import looking
from health.models import Alarm
from pbx_messaging.said import Kind
from routing.models import MessageQueue
from sessions.models import Message
from sessions.receiving import reasons, verifying
from tests.channels.form import rule
from tests.factories import CONTACT, OUR_NUMBER, Road
from tests.portal import messages_of
from tests.servers import Simulator
from tests.sessions.receiving.test_webhook import journal

pytestmark = [pytest.mark.once, pytest.mark.django_db(transaction=True)]
NEW_TOKEN, KEY = "feed" * 8, "a-shared-key"


@pytest.fixture
def texting(live_server: LiveServer, simulator: Simulator, own_road: Road, settings: Settings) -> Any:
    """`texting("Hi", path=…, method="GET")`: a contact texts our number; gives the webhook's last answer."""
    settings.PUBLIC_URL = live_server.url

    def text(body: str, *, path: str = "", method: str = "POST") -> int:
        url = live_server.url + (path.replace("TOKEN", own_road.token) or own_road.path)
        simulator.post("/control/numbers", {"address": OUR_NUMBER, "sms_url": url, "sms_method": method})
        told = simulator.post("/control/inbound", {"from": CONTACT, "to": OUR_NUMBER, "body": body})
        return int(told["status"])

    return text


def bodies() -> list[str]:
    return [message.body for message in Message.objects.order_by("pk")]


def save(admin_page: Client, road: Road, queue: MessageQueue, **said: str) -> Any:
    """The channel's page, as a browser sends it."""
    fields = {
        "name": "Main",
        "account_sid": road.channel.credentials["account_sid"],
        "sending_rate": "225",
        "session_timeout_days": "7",
        "rate_unit": "messages",
        "message_validity_hours": "4",
        "rule": [rule(OUR_NUMBER, queue)],
    }
    return admin_page.post(f"/channels/{road.channel.pk}/", fields | said, follow=True)


def test_token_that_was_changed_at_the_itsp_first_loses_no_text(
    texting: Any, simulator: Simulator, own_road: Road, queue: MessageQueue, admin_page: Client
) -> None:
    assert texting("Before") == 200
    simulator.post("/control/settings", {"promoted_token": NEW_TOKEN})
    assert [texting("First"), texting("Second")] == [403, 403]
    assert "2 texts came with another Auth Token" in admin_page.get("/channels/").content.decode()
    answer = save(admin_page, own_road, queue, auth_token=NEW_TOKEN)
    assert messages_of(answer)[-1] == "The channel “Main” was saved and is connected."
    assert texting("Third") == 200
    assert verifying.verify_due() == 2
    assert sorted(bodies()) == ["Before", "First", "Second", "Third"]
    assert Channel.objects.get().held_texts == 0


def test_texts_that_are_held_ring_until_they_have_arrived(
    texting: Any, simulator: Simulator, own_road: Road, queue: MessageQueue, admin_page: Client
) -> None:
    def ringing_after(seconds: float) -> list[tuple[str, str]]:
        looking.look(now=timezone.now() + timedelta(seconds=seconds))
        return list(Alarm.objects.ringing().filter(check_name="held").values_list("code", "about"))

    simulator.post("/control/settings", {"promoted_token": NEW_TOKEN})
    assert (texting("First"), ringing_after(0)) == (403, [])
    assert ringing_after(31) == [("held", str(own_road.channel.pk))]
    assert "Texts that are held" in admin_page.get("/extensions/").content.decode()
    save(admin_page, own_road, queue, auth_token=NEW_TOKEN)
    verifying.verify_due()
    ringing_after(40)
    assert (bodies(), ringing_after(160)) == (["First"], [])


def test_second_token_that_was_entered_before_loses_nothing_either(
    texting: Any, simulator: Simulator, own_road: Road, queue: MessageQueue, admin_page: Client
) -> None:
    simulator.post("/control/settings", {"secondary_token": NEW_TOKEN})
    save(admin_page, own_road, queue, second_auth_token=NEW_TOKEN)
    assert texting("Before") == 200
    simulator.post("/control/settings", {"promoted_token": NEW_TOKEN})
    assert texting("After") == 200
    assert (bodies(), journal()) == (["Before", "After"], [("processed", "")] * 2)


def test_webhook_setting_s_key_is_entered_later(
    texting: Any, simulator: Simulator, own_road: Road, queue: MessageQueue, admin_page: Client
) -> None:
    simulator.post("/control/settings", {"webhook_key": KEY})
    assert texting("Signed by the key") == 403
    save(admin_page, own_road, queue, webhook_key=KEY)
    verifying.verify_due()
    assert (bodies(), texting("Another")) == (["Signed by the key"], 200)


@pytest.mark.parametrize(
    ("path", "method", "mistake"),
    [
        ("/w/TOKEN", "POST", reasons.NO_SLASH),
        ("/w/TOKEN/", "GET", reasons.BY_GET),
    ],
)
def test_miscopied_address_loses_nothing(texting: Any, path: str, method: str, mistake: Kind) -> None:
    """The test's own server writes slashes and escapes anew; `test_asgi` has those."""
    assert texting("Grüße & mehr", path=path, method=method) == 200
    assert bodies() == ["Grüße & mehr"]
    assert journal() == [("processed", reasons.odd([mistake]))]
