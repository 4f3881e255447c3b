"""The dead man's switch: called each minute, as long as all that must live does."""

from typing import Any

import pytest
from django.utils import timezone

from health import checks
from health.alarms import dead_man
from health.models import Fact, HealthSettings
from pbx_messaging.processes import life
from tests.health.conftest import Receiver
from tests.pbx_messaging.outside.hanging import at_most, hanging

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def switch(receiver: Receiver) -> Receiver:
    HealthSettings.objects.create(pk=1, dead_man_url=f"{receiver.url}/ping/1")
    for kind in ("stream", "sender", "worker", "beat"):
        life.leave(kind)
    return receiver


def test_monitor_is_called_while_all_live(switch: Receiver) -> None:
    assert dead_man.call(now=timezone.now())
    assert [path for path, _headers, _body in switch.calls] == ["/ping/1"]
    assert [(one.state, one.code) for one in checks.run(["dead_man"])] == [("ok", "ok")]


@pytest.mark.parametrize("kind", ["stream", "sender", "worker", "beat"])
def test_monitor_is_not_called_while_one_is_dead(switch: Receiver, redis_client: Any, kind: str) -> None:
    redis_client.delete(f"life:{kind}")
    assert not dead_man.call(now=timezone.now())
    assert (switch.calls, Fact.objects.get().values["dead"]) == ([], [kind])
    assert codes() == ["silent"]


def test_monitor_is_not_called_while_valkey_takes_nothing(switch: Receiver, redis_client: Any) -> None:
    redis_client.config_set("maxmemory", "1")
    try:
        assert not dead_man.call(now=timezone.now())
    finally:
        redis_client.config_set("maxmemory", "0")
    assert switch.calls == []


def test_without_an_address_nobody_is_called(receiver: Receiver) -> None:
    assert not dead_man.call(now=timezone.now())
    assert (receiver.calls, Fact.objects.count(), codes()) == ([], 0, ["unset"])


def test_monitor_that_refuses_or_hangs_is_told_on_the_page(switch: Receiver, settings: Any) -> None:
    switch.answers = [404]
    assert not dead_man.call(now=timezone.now())
    assert checks.run(["dead_man"])[0].says == "The monitor did not take the call (HTTP 404)."
    settings.ALARM_TOTAL_S = 1.0
    with hanging() as outsider:
        settings.ALARM_NEAR_URLS = [outsider.url]
        HealthSettings.objects.all().delete()
        HealthSettings.objects.create(pk=1, dead_man_url=outsider.url)
        with at_most(3):
            assert not dead_man.call(now=timezone.now())
    assert codes() == ["refused"]


def codes() -> list[str]:
    return [one.code for one in checks.run(["dead_man"])]
