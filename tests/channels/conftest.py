from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from channels.itsp import ITSPS
from channels.webhook.url import webhook_url_of
from routing.models import Extension, MessageQueue
from tests.channels import form
from tests.channels.answering import answering
from tests.factories import OUR_NUMBER, Road, make_agent, make_queue, make_road
from tests.servers import Simulator

Filled = Callable[..., dict[str, Any]]


@pytest.fixture
def ada(db: None) -> Extension:
    return make_agent("1001", "Ada")


@pytest.fixture
def support(ada: Extension) -> MessageQueue:
    return make_queue(ada)


@pytest.fixture
def filled(simulator: Simulator, admin_page: Client) -> Filled:
    """A whole valid Add form on the simulator's account: `filled(rule, name="Other")`."""
    account = simulator.get("/control/state")
    credentials = {"account_sid": account["account_sid"], "auth_token": account["auth_token"]}

    def fill(*rules: str, **changes: Any) -> dict[str, Any]:
        return form.filled(admin_page, *rules, **(credentials | changes))

    return fill


@pytest.fixture
def public_url(settings: Settings) -> Iterator[str]:
    """PBX answers where it says that it does."""
    with answering() as url:
        settings.PUBLIC_URL = url
        yield url


@pytest.fixture
def road(simulator: Simulator, ada: Extension, public_url: str) -> Road:
    """A channel on the simulator's account that is set up as the guide says."""
    account = simulator.get("/control/state")
    road = make_road(ada, account_sid=account["account_sid"], auth_token=account["auth_token"])
    url = webhook_url_of(road.channel, ITSPS["twilio"])
    values = {"sms_url": url, "sms_fallback_url": url.partition("#")[0]}
    simulator.post("/control/numbers", {"address": OUR_NUMBER, **values})
    return road
