"""From a contact's text to a device, through real processes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from routing.models import Extension
from tests.factories import CONTACT
from tests.product import Stack
from tests.sessions.conftest import Post
from tests.sessions.push.conftest import Subscribe
from tests.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.mark.long
def test_text_that_comes_is_told_on_a_device(
    client: Client,
    agents: list[Extension],
    subscribe: Subscribe,
    post_inbound: Post,
    settings: Any,
    start_stack: Callable[..., Stack],
) -> None:
    _ada, phone = subscribe(agents[0])
    start_stack(PUSH_STAND_IN_URLS=",".join(settings.PUSH_STAND_IN_URLS))
    post_inbound(1, "Hello")
    wait_until(lambda: phone.shown, timeout_s=30)
    assert [(one["title"], one["body"]) for one in phone.shown] == [(CONTACT, "A new session waits")]
