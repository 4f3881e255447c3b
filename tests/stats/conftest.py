"""Ada, her queue with a number of a channel, and a number of another channel that is hers alone."""

import pytest

from routing.models import Extension, MessageQueue
from tests.factories import Road, make_agent, make_queue, make_road


@pytest.fixture
def ada(db: None) -> Extension:
    return make_agent("1001", "Ada")


@pytest.fixture
def queue(ada: Extension) -> MessageQueue:
    return make_queue(ada)


@pytest.fixture
def road(queue: MessageQueue, ada: Extension) -> Road:
    return make_road(queue, ada)


@pytest.fixture
def other(ada: Extension) -> Road:
    return make_road(ada, ada, address="+12015550123", name="Other")
