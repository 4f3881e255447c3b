"""Killed processes are seen dead, told of once, and over when they are back; all of it by `make faults`."""

import json
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.utils import timezone
from redis import Redis

from accounts.models import Role, User
from health import checks
from health.alarms import kinds
from health.models import Alarm, AlarmMessage, HealthSettings
from pbx_messaging.processes import life
from tests.faults.drain import WHOLE
from tests.health.conftest import SECRET, Receiver, wish
from tests.portal import make_user
from tests.product import Stack
from tests.waiting import wait_until

pytestmark = [
    pytest.mark.processes,
    pytest.mark.timeout(240),
    pytest.mark.django_db(transaction=True),
]
MINUTE_S = 60.0


@pytest.fixture
def anna() -> User:
    return make_user("anna", Role.ADMINISTRATOR)


@pytest.fixture
def stack(anna: User, receiver: Receiver, start_stack: Callable[..., Stack]) -> Iterator[Stack]:
    """All processes, and an administrator with a webhook."""
    wish(anna, by_mail=False, webhook_url=f"{receiver.url}/hook", webhook_secret=SECRET)
    HealthSettings.objects.create(pk=1, dead_man_url=f"{receiver.url}/alive")
    stack = start_stack(ALARM_NEAR_URLS=receiver.url)
    wait_until(lambda: not dead(), timeout_s=40)
    yield stack


def dead() -> set[str]:
    """What is not seen to live."""
    names = [name for name in life.KINDS if name != "web" or connection.vendor == "postgresql"]
    return {one.check for one in checks.run(names) if one.code != "ok"}


WORKER = "background" if connection.vendor == "sqlite" else "worker-1"


def deaths() -> dict[str, tuple[list[str], set[str]]]:
    """What is killed at once, and what is seen dead then."""
    if connection.vendor == "sqlite":
        return {"worker": ([WORKER], {"sender", "worker"}), "others": (["beat"], {"beat"})}
    return {
        "worker": ([WORKER], {"worker"}),
        "others": (["sender-1", "beat", "stream"], {"sender", "beat", "stream"}),
        "web": (["web"], {"web"}),
    }


def told(receiver: Receiver, kind: str = "processes") -> list[tuple[str, str]]:
    """What came by the webhook about them."""
    read = [json.loads(body) for path, _headers, body in receiver.calls if path == "/hook"]
    return [(one["type"], one["data"]["check"]) for one in read if one["data"]["kind"] == kind]


def is_over() -> bool:
    """Of what is fine again the minute has passed in which it must stay so."""
    mine = Alarm.objects.open().filter(check_name__in=life.KINDS)
    mine.filter(fine_since__isnull=False).update(fine_since=timezone.now() - kinds.FINE_MOST)
    return not mine.exists()


@pytest.mark.parametrize("death", ["worker", "others", "web"] if WHOLE else ["others"])
@pytest.mark.long
def test_killed_process_is_told_within_a_minute_and_over_when_it_is_back(
    stack: Stack, receiver: Receiver, death: str
) -> None:
    """The worker's own death is told by a web process, which has no worker for it."""
    if death not in deaths():
        pytest.skip("one process serves pages and streams")
    names, dying = deaths()[death]
    for name in names:
        stack.kill(name)
    began = time.monotonic()
    wait_until(lambda: {check for _type, check in told(receiver)} >= dying, timeout_s=MINUTE_S)
    assert time.monotonic() - began < MINUTE_S
    assert dying <= {alarm.check_name for alarm in Alarm.objects.ringing()}
    stack.start(*names)
    wait_until(lambda: not dead(), timeout_s=40)
    wait_until(is_over, timeout_s=30)
    wait_until(lambda: len(told(receiver)) == 2 * len(dying), timeout_s=30)
    assert sorted(told(receiver)) == sorted(
        [("alarm.began", check) for check in dying] + [("alarm.ended", check) for check in dying]
    )


@pytest.mark.long
def test_restart_neither_repeats_nor_forgets(stack: Stack, receiver: Receiver) -> None:
    """All else is started anew while the worker is dead."""
    _names, dying = deaths()["worker"]
    stack.kill(WORKER)
    wait_until(lambda: {check for _type, check in told(receiver)} >= dying, timeout_s=MINUTE_S)
    others = [name for name in stack.children if name != WORKER]
    for name in others:
        stack.kill(name)
    stack.start(*others)
    looked_at = timezone.now()
    time.sleep(12)  # some looks
    assert len(told(receiver)) == len(dying)
    assert Alarm.objects.ringing().filter(began_at__lt=looked_at, check_name__in=dying).count() == len(dying)


@pytest.mark.skipif(not WHOLE, reason="it waits for a minute; a part of `make faults`")
def test_worker_sends_what_it_can_and_calls_the_monitor_while_all_live(
    stack: Stack, receiver: Receiver, anna: User
) -> None:
    now = timezone.now()
    AlarmMessage.objects.create(user=anna, road="webhook", at=now, next_try_at=now)
    wait_until(lambda: "/hook" in paths(receiver), timeout_s=30)
    wait_until(lambda: "/alive" in paths(receiver), timeout_s=90)
    stack.kill("beat")
    before = paths(receiver).count("/alive")
    wait_until(lambda: "beat" in dead(), timeout_s=40)
    assert paths(receiver).count("/alive") == before


@pytest.mark.long
def test_valkey_that_takes_nothing_is_told_and_nobody_is_called_dead(
    stack: Stack, receiver: Receiver, redis_client: "Redis"
) -> None:
    """No task can be asked for then: a web process sends it by itself."""
    redis_client.config_set("maxmemory", "1")
    try:
        wait_until(lambda: ("alarm.began", "valkey") in told(receiver, "stores"), timeout_s=MINUTE_S)
        assert told(receiver) == []
    finally:
        redis_client.config_set("maxmemory", "0")
    wait_until(lambda: not dead(), timeout_s=40)


def paths(receiver: Receiver) -> list[str]:
    return [path for path, _headers, _body in receiver.calls]
