"""Whatever process is killed at whatever moment, each text is there once, out and in."""

import random
import time
from collections import Counter

import pytest
from django.db import connection

from sessions.models import Event, Message, WebhookRequest
from tests.faults.conftest import NUMBERS, StartDrain
from tests.faults.drain import WHOLE, Drain
from tests.pbx_messaging.doors.twilio_calls import TwilioCalls
from tests.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

KILLS = 50 if WHOLE else 5
MORE_TEXTS = 10  # that an agent writes between two kills


@pytest.mark.short
@pytest.mark.timeout(900)
def test_kills_at_random_moments_lose_and_double_nothing(start_drain: StartDrain) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")  # noqa: T201  is shown if it fails
    dice = random.Random(seed)
    drain = start_drain(rate=10)
    road = drain.roads[0]
    account = road.channel.credentials
    calls = TwilioCalls(
        drain.stack.url + road.path, account["account_sid"], account["auth_token"], NUMBERS[0]
    )
    with calls.running():
        for _ in range(KILLS):
            name = dice.choice(list(drain.stack.children))
            drain.write_more(MORE_TEXTS)
            time.sleep(dice.uniform(0, 1))
            drain.stack.kill(name)
            time.sleep(dice.uniform(0, 0.5))
            drain.stack.start(name)
    drain.ends_well()
    assert_each_text_came_in_once(drain, calls)
    connection.close()


def assert_each_text_came_in_once(drain: Drain, calls: TwilioCalls) -> None:
    """Those that Twilio was answered 200 for; of the others Twilio knows that they did not arrive."""
    taken = {sid for sid, tries in calls.answers.items() if tries[-1] == "200"}
    assert len(taken) > KILLS
    wait_until(lambda: taken <= set(_stored()), timeout_s=60)
    assert set(_stored().values()) == {1}
    wait_until(lambda: not Event.objects.exists(), timeout_s=60)
    assert not WebhookRequest.objects.filter(outcome=WebhookRequest.Outcome.FAILED).exists()


def _stored() -> "Counter[str | None]":
    texts = Message.objects.filter(kind=Message.Kind.INBOUND)
    return Counter(texts.values_list("itsp_message_id", flat=True))
