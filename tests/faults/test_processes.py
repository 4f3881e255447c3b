"""Each kind of process is killed, stopped or frozen in mid-drain."""

import signal
import time

import pytest
from django.db import connection

from tests.faults.conftest import NUMBERS, SHORT_WAITS, StartDrain
from tests.faults.drain import most_within

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.mark.short
@pytest.mark.long
def test_killed_worker_loses_and_doubles_nothing(start_drain: StartDrain) -> None:
    drain = start_drain()
    drain.wait_for(0.2)
    drain.stack.restart(drain.senders[0])
    drain.ends_well()


def test_worker_killed_three_times_in_a_row(start_drain: StartDrain) -> None:
    drain = start_drain()
    for share in (0.15, 0.3, 0.5):
        drain.wait_for(share)
        drain.stack.restart(drain.senders[0])
    drain.ends_well()


def test_all_workers_killed_at_once(start_drain: StartDrain) -> None:
    drain = start_drain()
    drain.wait_for(0.3)
    for name in drain.workers:
        drain.stack.kill(name)
    time.sleep(3)
    drain.stack.start(*drain.workers)
    drain.ends_well()


def test_worker_that_is_asked_to_end_settles_what_it_sent(start_drain: StartDrain) -> None:
    drain = start_drain()
    drain.wait_for(0.3)
    leaving = drain.stack.children[drain.senders[0]]
    leaving.signal(signal.SIGTERM)
    assert leaving.wait(10)
    drain.stack.start(leaving.name)
    drain.ends_well()


def test_workers_that_come_and_go_leave_the_rate_as_it_is(start_drain: StartDrain) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the embedded stack has one worker")
    rate = 10
    drain = start_drain(rate=rate)
    for share in (0.2, 0.4):
        drain.wait_for(share)
        drain.stack.children[drain.senders[-1]].signal(signal.SIGTERM)
        drain.wait_for(share + 0.1)
        drain.stack.start(drain.senders[-1])
    drain.ends_well()
    for number in NUMBERS:
        times = [request.at for request in drain.requests(number)]
        assert most_within(3.0, times) <= 1.1 * 3 * rate  # one that starts up delays what others send
        assert len(times) / (times[-1] - times[0]) >= 0.8 * rate


def test_worker_frozen_for_longer_than_its_claims_hold(start_drain: StartDrain) -> None:
    drain = start_drain()
    drain.wait_for(0.2)
    frozen = drain.stack.children[drain.senders[0]]
    frozen.signal(signal.SIGSTOP)
    time.sleep(sum(float(SHORT_WAITS[name]) for name in ("ITSP_TIMEOUT_S", "CLAIM_MARGIN_S")) + 8)
    frozen.signal(signal.SIGCONT)
    drain.ends_well()


def test_killed_web_process_misses_callbacks_that_are_asked_for_later(start_drain: StartDrain) -> None:
    drain = start_drain()
    drain.wait_for(0.3)
    drain.stack.kill("web")
    time.sleep(2)
    drain.stack.restart("web")
    drain.ends_well()


def test_killed_beat_stops_nothing(start_drain: StartDrain) -> None:
    drain = start_drain()
    drain.wait_for(0.2)
    drain.stack.kill("beat")
    drain.wait_for(1.0)
    drain.stack.start("beat")
    drain.ends_well()


@pytest.mark.parametrize("name", ["stream", "proxy"])
def test_killed_stream_or_proxy_stops_nothing(start_drain: StartDrain, name: str) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("one process serves all on the embedded stack")
    drain = start_drain()
    drain.wait_for(0.3)
    drain.stack.kill(name)
    time.sleep(2)
    drain.stack.start(name)
    drain.ends_well()
