from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from routing.models import Extension, MessageQueue
from tests.channels import form
from tests.factories import make_agent, make_queue
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
