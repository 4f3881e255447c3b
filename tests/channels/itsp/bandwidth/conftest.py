from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from channels.itsp.base import Credentials
from tests.channels.itsp.bandwidth.account import Receiver, made_account
from tests.servers import Simulator


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().listening() as receiver:
        yield receiver


@pytest.fixture
def credentials(simulator: Simulator, receiver: Receiver, settings: Settings) -> Credentials:
    """Of the simulator's account, which is called in Bandwidth's place."""
    settings.ITSP_API_URLS = {"bandwidth": f"{simulator.url}/bandwidth"}
    return made_account(simulator.post, receiver.url)
