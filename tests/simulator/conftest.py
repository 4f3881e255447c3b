"""One simulator process and one receiver of webhooks for all tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.simulator.stand_in import NUMBER, Receiver, StandIn


@pytest.fixture(autouse=True)
def redis_client() -> None:
    """The simulator needs nothing of what the product runs on."""


@pytest.fixture(scope="session")
def stand_in_process() -> Iterator[StandIn]:
    process = StandIn()
    yield process
    process.stop()


@pytest.fixture(scope="session")
def receiver_process() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()


@pytest.fixture
def receiver(receiver_process: Receiver) -> Receiver:
    receiver_process.reset()
    return receiver_process


@pytest.fixture
def stand_in(stand_in_process: StandIn, receiver: Receiver) -> StandIn:
    """As new and quick, with a webhook on NUMBER."""
    stand_in_process.post("reset")
    stand_in_process.post("settings", send_delay_ms=[5, 10], deliver_delay_ms=[5, 10])
    stand_in_process.post("numbers", address=NUMBER, sms_url=f"{receiver.url}/in?number=1", rate="unlimited")
    return stand_in_process
