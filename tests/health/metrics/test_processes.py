"""What Prometheus reads of real processes while texts come and go, and some are killed."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from django.db import connection
from django.test import Client

from channels.models import Channel
from pbx_messaging.version import VERSION
from sessions.models import Attempt
from tests.health.metrics.promtool import promtool
from tests.health.metrics.test_rules import ASKED
from tests.house import House, open_house
from tests.servers import ROOT
from tests.stack import Servers
from tests.waiting import wait_until

__all__ = ["open_house"]

TOKEN = "a-token-of-prometheus-0123456789"
NOT_LOADED = """
import sys, django; django.setup()
import pbx_messaging.asgi, sessions.tasks
from pbx_messaging.metrics.series import TEXTS_IN; TEXTS_IN.add(1, "processed")
print(sorted({"prometheus_client", "sentry_sdk", "opentelemetry.exporter"} & sys.modules.keys()))
"""


@pytest.mark.once
def test_nothing_is_loaded_where_all_is_off() -> None:
    done = subprocess.run([sys.executable, "-c", NOT_LOADED], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr


@pytest.mark.once
def test_without_a_token_there_is_no_such_page(client: Client) -> None:
    assert client.get("/metrics").status_code == 404


def look(house: House) -> str:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = requests.get(f"{house.stack.url}/metrics", headers=headers, timeout=30)
    assert answer.status_code == 200
    return answer.text


def value(told: str, series: str) -> float:
    """0 where it is not told."""
    found = re.search(rf"^{re.escape(series)} (\S+)$", told, re.MULTILINE)
    return float(found[1]) if found else 0.0


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.long
def test_all_processes_are_counted_together_and_the_dead_are_not_forgotten(
    open_house: Callable[..., House], servers: Servers, tmp_path: Path
) -> None:
    house = open_house(METRICS_TOKEN=TOKEN, DATA_DIR=str(tmp_path))
    for token in ("", "wrong", TOKEN[:-1]):
        refused = requests.get(
            f"{house.stack.url}/metrics", headers={"Authorization": f"Bearer {token}"}, timeout=30
        )
        assert (refused.status_code, refused.text) == (401, "Send METRICS_TOKEN as a bearer token.")
    assert house.text(1).status_code == 200
    assert house.text(1).status_code == 200
    assert house.answer("It is on its way").status_code == 201
    wait_until(lambda: Attempt.objects.filter(status="delivered").exists(), timeout_s=40)
    channel = Channel.objects.get()
    place = f'channel="Main",channel_id="{channel.pk}"'
    expected = {
        f'pbx_texts_in_total{{{place},outcome="processed"}}': 1,
        f'pbx_texts_in_total{{{place},outcome="duplicate"}}': 1,
        f'pbx_texts_out_total{{{place},outcome="delivered"}}': 1,
        f"pbx_rate_used_total{{{place}}}": 1,
        "pbx_queue_wait_seconds_count": 1,
        'pbx_itsp_seconds_count{itsp="Twilio",status="201"}': 1,
    }
    wait_until(lambda: {one: value(look(house), one) for one in expected} == expected, timeout_s=20)
    told = look(house)
    assert value(told, 'pbx_webhook_seconds_count{status="200"}') >= 4
    assert value(told, f'pbx_build_info{{version="{VERSION}"}}') == 1
    assert value(told, f'pbx_queue_texts{{channel="Main",channel_id="{channel.pk}",state="queued"}}') == 0
    assert 'pbx_check_state{about="",check="database",label=""} 0.0' in told
    assert set(re.findall(r"^# TYPE (\S+)", told, re.MULTILINE)) >= ASKED
    checked = subprocess.run([promtool(), "check", "metrics"], input=told, capture_output=True, text=True)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
    assert [secret for secret in (house.road.token, "1415555", "on its way") if secret in told] == []

    sender = "background" if connection.vendor == "sqlite" else "sender-1"
    for name in (sender, next(iter(house.stack.children))):
        house.stack.restart(name)
    assert {one: value(look(house), one) for one in expected} == expected
    marks = list((tmp_path / "metrics").glob("*.alive"))
    assert len(marks) <= len(house.stack.children) + 2
