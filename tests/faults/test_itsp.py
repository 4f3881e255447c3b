"""The ITSP spoils its answers, hangs, pushes back or is away in mid-drain."""

import time

import pytest

from channels.models import Channel
from tests.faults.conftest import NUMBERS, StartDrain
from tests.faults.drain import JITTER_S, gaps, most_within
from tests.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

RETRY_AFTER_S = 4.0


@pytest.mark.parametrize(
    "kind",
    [pytest.param("drop_after_accept", marks=pytest.mark.short), "error_after_accept", "garbage_201", "503"],
)
@pytest.mark.long
def test_answers_that_say_nothing_are_cleared_up(start_drain: StartDrain, kind: str) -> None:
    drain = start_drain()
    drain.spoil(kind, count=20)
    drain.ends_well()


def test_channel_that_hangs_delays_no_other(start_drain: StartDrain) -> None:
    rate = 10
    drain = start_drain(rate=rate)
    fault = drain.spoil("hang", share=0.1, number=NUMBERS[0])
    hung_at = time.time()
    time.sleep(30)
    drain.simulator.delete(f"/control/faults/{fault}")
    for number in NUMBERS[1:]:
        times = [request.at for request in drain.requests(number) if request.at > hung_at]
        assert len(times) / (times[-1] - hung_at) >= 0.9 * rate
        assert max(gaps(times)) < 1.0
    drain.ends_well()


def test_storm_of_too_many_requests_is_waited_out(start_drain: StartDrain) -> None:
    drain = start_drain()
    drain.spoil("429", retry_after=RETRY_AFTER_S, count=60)
    drain.ends_well()
    drain.assert_waited_out(RETRY_AFTER_S)


def test_answers_that_never_come_of_texts_that_arrived(start_drain: StartDrain) -> None:
    drain = start_drain()
    drain.spoil("hang", accept=True, count=6)
    drain.ends_well()


def test_full_queue_of_the_sender_slows_down_and_recovers(start_drain: StartDrain) -> None:
    drain = start_drain()
    drain.spoil("refuse", code=21611, count=30)
    drain.ends_well()
    for number in NUMBERS:
        requests = drain.requests(number)
        refused = [request.at for request in requests if request.status == 429]
        slow = [one.at for one in requests if refused[-1] + 1 <= one.at < refused[-1] + 3]
        assert len(slow) <= 2 * 30 * 0.75
    assert sum(request.status == 429 for request in drain.requests()) == 30


def test_refused_credentials_stop_all_until_they_are_mended(start_drain: StartDrain) -> None:
    drain = start_drain()
    fault = drain.spoil("reject_credentials")
    wait_until(lambda: not Channel.objects.exclude(status=Channel.Status.FAILING).exists(), timeout_s=30)
    time.sleep(1)  # what was in flight is answered
    refused = len(drain.requests())
    time.sleep(3)
    assert len(drain.requests()) == refused
    drain.mend(fault)
    drain.ends_well()


def test_callbacks_in_any_order_and_late(start_drain: StartDrain) -> None:
    drain = start_drain()
    for share, manner in ((0.1, "shuffled"), (0.4, "repeated"), (0.7, "late")):
        drain.wait_for(share)
        drain.simulator.post("/control/settings", {"callbacks": manner})
    drain.ends_well()


def test_itsp_that_is_away_gets_everything_when_it_is_back(start_drain: StartDrain) -> None:
    drain = start_drain()
    drain.wait_for(0.3)
    drain.simulator.stop()
    time.sleep(10)
    drain.simulator.start()
    drain.ends_well()


def test_changed_rate_holds_a_second_later(start_drain: StartDrain) -> None:
    drain = start_drain(rate=20)
    drain.wait_for(0.2)
    Channel.objects.update(sending_rate=5)
    slower_at = time.time()
    time.sleep(5)
    Channel.objects.update(sending_rate=40)
    faster_at = time.time()
    drain.ends_well()
    for number in NUMBERS:
        times = [request.at for request in drain.requests(number)]
        slow = [at for at in times if slower_at + 1 <= at < faster_at]
        assert most_within(1.0 - JITTER_S, slow) <= 5
        assert len(slow) >= 5 * 0.8 * (faster_at - slower_at - 1)
        assert len([at for at in times if faster_at + 1 <= at < faster_at + 2]) > 2 * 5
        assert most_within(1.0 - JITTER_S, times) <= 40
