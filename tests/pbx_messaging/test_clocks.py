"""Two clocks run: one leads, and the other one takes over as soon as that one is gone, or hangs."""

import platform
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from pbx_messaging.embedded.children import Child
from pbx_messaging.processes.signing import LEADER
from pbx_messaging.processes.workers import beat
from pbx_messaging.queues import SENDER
from tests.product import Stack
from tests.waiting import wait_until

if TYPE_CHECKING:
    import redis

pytestmark = [
    pytest.mark.once,
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(240),
]


@pytest.mark.long
def test_second_clock_stands_by_until_the_first_hangs_is_killed_or_ends(
    start_stack: Callable[..., Stack], redis_client: "redis.Redis"
) -> None:
    stack = start_stack(only=["beat"])
    leader, other = stack.children["beat"], stack.add(beat("beat-2"))

    def leads(clock: Child) -> bool:
        return redis_client.get(LEADER) == f"{platform.node()}:{clock.pid}"

    def nudges_come() -> bool:
        redis_client.delete(SENDER)
        wait_until(lambda: redis_client.llen(SENDER), timeout_s=20)
        return True

    wait_until(lambda: leads(leader), timeout_s=40)
    other.start()
    wait_until(lambda: says(other, "stands by"), timeout_s=40)
    assert leads(leader)
    for way in (signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL):
        leader.signal(way)
        wait_until(lambda: leads(other), timeout_s=40)  # noqa: B023
        assert nudges_come()
        if way == signal.SIGSTOP:
            leader.signal(signal.SIGCONT)
        else:
            leader.wait(20)
            leader.start()
        wait_until(lambda: says(leader, "stands by"), timeout_s=40)  # noqa: B023
        assert leads(other)
        leader, other = other, leader


def says(clock: Child, words: str) -> bool:
    return any(words in line for line in clock.last_lines(1))
