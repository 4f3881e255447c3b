"""What goes wrong at Telnyx in mid-drain: the same bytes again, and no text is lost or there twice."""

import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from channels.models import Channel
from sessions.models import Message
from tests.faults.conftest import StartDrain
from tests.faults.drain import WHOLE, Drain
from tests.servers import Simulator
from tests.telnyx_account import moved_to_telnyx
from tests.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

KILLS = 10 if WHOLE else 2
RETRY_AFTER_S = 4.0
LATE_MS = 12_000  # reports must not settle what the repeat shall


@pytest.fixture
def drain(start_drain: StartDrain, simulator: Simulator) -> Callable[..., Drain]:
    """Of three channels at Telnyx."""
    return lambda **more: start_drain(prepare=lambda road: moved_to_telnyx(road, simulator), **more)


def keys_of_bodies(drain: Drain) -> Counter[str]:
    """How often each request's bytes came: all of a text's are alike."""
    asked: list[Any] = drain.simulator.get("/control/requests?kind=api&limit=0")["requests"]
    return Counter(repr(sorted(one["params"].items())) for one in asked if one["method"] == "POST")


@pytest.mark.parametrize(
    "kind",
    [pytest.param("drop_after_accept", marks=pytest.mark.short), "error_after_accept", "garbage_201", "503"],
)
@pytest.mark.long
def test_answers_that_say_nothing_are_settled_by_the_same_bytes(
    drain: Callable[..., Drain], kind: str
) -> None:
    one = drain()
    one.simulator.post("/control/settings", {"callbacks": "late", "callback_late_ms": LATE_MS})
    one.spoil(kind, count=20)
    one.ends_well()
    assert any(times > 1 for times in keys_of_bodies(one).values())
    assert not Message.objects.filter(status="unknown").exists()


def test_answers_that_never_come_of_texts_that_arrived(drain: Callable[..., Drain]) -> None:
    one = drain()
    one.spoil("hang", accept=True, count=6)
    one.ends_well()


def test_answers_that_never_come_of_texts_that_did_not_arrive(drain: Callable[..., Drain]) -> None:
    one = drain()
    one.spoil("hang", count=6)
    one.ends_well()


def test_storm_of_too_many_requests_is_waited_out(drain: Callable[..., Drain]) -> None:
    one = drain()
    one.spoil("429", retry_after=RETRY_AFTER_S, count=60)
    one.ends_well()
    one.assert_waited_out(RETRY_AFTER_S)


def test_full_queue_slows_down_and_recovers(drain: Callable[..., Drain]) -> None:
    one = drain()
    one.spoil("refuse", code=40318, count=20)
    one.ends_well()


def test_refused_key_stops_all_until_it_is_mended(drain: Callable[..., Drain]) -> None:
    one = drain()
    fault = one.spoil("reject_credentials")
    wait_until(lambda: not Channel.objects.exclude(status=Channel.Status.FAILING).exists(), timeout_s=30)
    one.mend(fault)
    one.ends_well()


@pytest.mark.short
@pytest.mark.long
def test_what_a_killed_sender_left_open_is_settled_by_the_same_bytes(drain: Callable[..., Drain]) -> None:
    """No report settles it before: what was in flight is sent once more, and Telnyx has it once."""
    one, dice = drain(rate=10), random.Random(11)
    one.simulator.post("/control/settings", {"callbacks": "late", "callback_late_ms": LATE_MS})
    one.wait_for(0.1)
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.3, 1))
        one.kill_a_sender(dice)
    one.ends_well()
    assert any(times > 1 for times in keys_of_bodies(one).values())


def test_callbacks_in_any_order_and_doubled(drain: Callable[..., Drain]) -> None:
    one = drain()
    for share, manner in ((0.1, "shuffled"), (0.5, "repeated")):
        one.wait_for(share)
        one.simulator.post("/control/settings", {"callbacks": manner})
    one.ends_well()


def test_telnyx_that_is_away_gets_everything_when_it_is_back(drain: Callable[..., Drain]) -> None:
    one = drain()
    one.wait_for(0.3)
    one.simulator.stop()
    time.sleep(10)
    one.simulator.start()
    one.ends_well()
