"""What each check finds, by the real stores."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from redis import Redis

from channels.models import Channel, SetUpResult
from health import checks, outside
from health.checks import processes
from health.models import Fact, HealthSettings, note_fact
from health.result import Result
from pbx_messaging.processes import life
from pbx_messaging.queues import WORKER
from pbx_messaging.version import VERSION
from routing.models import Extension
from sessions import counts
from sessions.models import Attempt, Event, MessagingSession, WebhookRequest
from sessions.receiving import spool
from tests.factories import Road, make_agent, make_queue, make_road
from tests.pbx_messaging.outside.hanging import at_most, hanging
from tests.servers import ROOT, Simulator
from tests.sessions.sending.test_pump import write

COST = "No text leaves, and none that was kept back is taken in."

pytestmark = pytest.mark.django_db(transaction=True)


def found(*names: str) -> list[tuple[str, str, str]]:
    return [(one.state, one.code, one.says) for one in checks.run(names)]


def codes(*names: str) -> list[str]:
    return [one.code for one in checks.run(names)]


@pytest.fixture
def agent() -> Extension:
    return make_agent("1001")


@pytest.fixture
def road(agent: Extension) -> Road:
    return make_road(make_queue(agent), agent)


@pytest.mark.once
def test_version_is_that_of_the_project() -> None:
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text()
    assert f"\n## {VERSION} " in (ROOT / "CHANGELOG.md").read_text()
    done = subprocess.run([sys.executable, "manage.py", "version"], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == (f"{VERSION}\n", "")


# --- processes ---


def test_process_lives_as_long_as_it_says_so(redis_client: "Redis", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_began", float("-inf"))
    assert found("sender") == [("failing", "never", f"It has given no sign of life yet. {COST}")]
    life.leave("sender")
    assert found("sender") == [("ok", "ok", "Works. Last sign of life 0 s ago; 1 running.")]
    redis_client.zincrby("life:sender", -300, str(redis_client.zrange("life:sender", 0, -1)[0]))
    assert found("sender") == [("failing", "gone", f"No sign of life for 5 min. {COST}")]
    (result,) = checks.run(["sender"])
    assert result.what_to_do.startswith("Start it again: ")


def test_what_has_just_started_waits_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_began", time.monotonic())
    assert codes("worker", "web") == ["starting"]


def test_worker_that_takes_nothing_is_as_good_as_dead(redis_client: "Redis") -> None:
    life.leave("worker")
    redis_client.rpush(WORKER, *["task"] * (processes.PILED + 1))
    assert found("worker") == [("failing", "piled", "It lives, but takes nothing: 46 tasks wait for it.")]


def test_nobody_is_called_dead_while_valkey_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(life, "redis_client", lambda: Redis.from_url("redis://127.0.0.1:1/0"))
    assert codes("sender", "worker", "beat") == ["untold"] * 3


def test_nobody_is_called_dead_while_valkey_takes_no_signs(redis_client: "Redis") -> None:
    life.leave("sender")
    redis_client.zincrby("life:sender", -300, str(redis_client.zrange("life:sender", 0, -1)[0]))
    redis_client.config_set("maxmemory", "1")
    try:
        assert codes("sender", "worker") == ["untold"] * 2
    finally:
        redis_client.config_set("maxmemory", "0")
    assert codes("sender") == ["gone"]


# --- stores ---


def test_stores_are_fine() -> None:
    assert codes("database", "valkey", "valkey_memory", "valkey_file") == ["ok"] * 4


@pytest.mark.parametrize(
    ("settings", "check", "code"),
    [
        ({"maxmemory": "1"}, "valkey_memory", "full"),
        ({"maxmemory": "64mb", "maxmemory-policy": "allkeys-lru"}, "valkey_memory", "evicts"),
        ({"appendonly": "no"}, "valkey_file", "off"),
    ],
)
def test_valkey_that_loses_what_it_should_keep(
    redis_client: "Redis", settings: dict[str, str], check: str, code: str
) -> None:
    before = {name: str(redis_client.config_get(name)[name]) for name in settings}
    try:
        for name, value in settings.items():
            redis_client.config_set(name, value)
        (result,) = checks.run([check])
        assert (result.code, result.state) == (code, "failing")
    finally:
        for name, value in before.items():
            redis_client.config_set(name, value)


@pytest.mark.parametrize(
    ("version", "code"), [("6.2.14", "old"), ("7.0.15", "old"), ("7.2.4", "ok"), ("8.0.0", "ok")]
)
def test_redis_that_cannot_say_what_is_on_its_disk_is_too_old(
    version: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Redis.info
    told = {"server": {"redis_version": version}}
    monkeypatch.setattr(Redis, "info", lambda self, part: told.get(part) or ask(self, part))
    assert codes("valkey_file") == [code]


def test_disk_is_measured_against_what_is_wanted(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    HealthSettings.objects.create(pk=1, disk_percent=10)
    expected = {50: "ok", 12: "soon", 9: "low"}
    got = {}
    for percent in expected:
        usage = (100 << 30, (100 - percent) << 30, percent << 30)
        tell: Callable[..., Any] = lambda path, usage=usage: type(  # noqa: E731
            "Usage", (), dict(zip(("total", "used", "free"), usage, strict=True))
        )
        monkeypatch.setattr(shutil, "disk_usage", tell)
        got[percent] = codes("disk")[0]
    assert got == expected


def test_backup_is_late_only_once_there_was_one() -> None:
    assert [(one.state, one.code) for one in checks.run(["backup"])] == [("unknown", "never")]
    note_fact("backup", timezone.now() - timedelta(hours=20))
    assert found("backup") == [("ok", "ok", "Made 20 h ago.")]
    note_fact("backup", timezone.now() - timedelta(hours=30))
    assert codes("backup") == ["late"]


# --- texts ---


def test_texts_that_wait_too_long_are_told_by_channel(agent: Extension, road: Road) -> None:
    write(agent, road, "Hello")
    assert codes("queue") == ["ok"]
    Attempt.objects.update(queued_at=timezone.now() - timedelta(minutes=11))
    (result,) = checks.run(["queue"])
    assert (result.code, result.about, result.title) == (
        "old",
        str(road.channel.pk),
        "Texts that wait to be sent: Main",
    )
    assert result.says == "The oldest has waited for 11 min."
    HealthSettings.objects.create(pk=1, queue_minutes=30)
    assert codes("queue") == ["ok"]


def test_texts_of_a_paused_channel_wait_as_they_should(agent: Extension, road: Road) -> None:
    write(agent, road, "Hello")
    Attempt.objects.update(queued_at=timezone.now() - timedelta(minutes=11))
    Channel.objects.update(paused_at=timezone.now())
    assert codes("queue") == ["ok"]


def _count(road: Road, *, success: int, failed: int) -> None:
    counts.note([counts.Change(road.channel.pk, timezone.now(), success=success, failed=failed)])


def test_failures_are_told_with_the_commonest_code(agent: Extension, road: Road) -> None:
    write(agent, road, "Hello")
    Attempt.objects.update(
        status="undelivered", error_code="30007", reason="The carrier blocked it.", counted_at=timezone.now()
    )
    _count(road, success=5, failed=3)
    assert codes("failures") == ["ok"]  # of so few a share says nothing
    _count(road, success=5, failed=3)
    assert found("failures") == [
        (
            "failing",
            "many",
            "6 of 16 in the last hour; most often with the code 30007: The carrier blocked it.",
        )
    ]
    HealthSettings.objects.create(pk=1, failures_percent=40)
    assert codes("failures") == ["ok"]


def test_failures_of_long_ago_are_forgotten(road: Road) -> None:
    long_ago = timezone.now() - timedelta(minutes=80)
    counts.note([counts.Change(road.channel.pk, long_ago, failed=20)])
    assert codes("failures") == ["ok"]


def test_failed_webhooks_are_counted(road: Road) -> None:
    for outcome in ("failed", "failed", "processed", "dismissed"):
        WebhookRequest.objects.create(received_at=timezone.now(), body=b"", outcome=outcome)
    (result,) = checks.run(["webhooks"])
    assert (result.code, result.value) == ("failed", 2)


def test_held_texts_are_told_beside_what_else_a_channel_has(agent: Extension, road: Road) -> None:
    assert codes("held") == ["ok"]
    Channel.objects.update(held_texts=3, status="failing", status_reason="No such account.")
    (result,) = checks.run(["held"])
    assert (result.state, result.value, result.title) == (
        "failing",
        3,
        "Texts that are held: Main",
    )
    assert result.says == "Texts that came with another Auth Token, and wait for it: 3."
    assert codes("channels") == ["failing"]
    Channel.objects.update(disabled_at=timezone.now())
    assert codes("held") == ["ok"]


def test_spool_that_is_not_emptied_is_stuck(redis_client: "Redis") -> None:
    assert codes("spool") == ["ok"]
    redis_client.xadd(spool.TEXTS, {"request": "x"})
    assert codes("spool") == ["waiting"]
    redis_client.xadd(spool.VERIFIED, {"request": "x"}, id="1-1")
    (result,) = checks.run(["spool"])
    assert (result.code, result.value) == ("stuck", 2)


def test_news_that_nobody_publishes_is_told(agent: Extension, road: Road) -> None:
    write(agent, road, "Hello")
    Event.objects.all().delete()
    session = MessagingSession.objects.get()
    for seconds, code in ((2, "ok"), (15, "late"), (60, "stuck")):
        at = timezone.now() - timedelta(seconds=seconds)
        event = Event.objects.create(kind="message", session=session, audience=[], created_at=at)
        assert codes("outbox") == [code]
        event.delete()


# --- channels ---


def test_channel_that_is_refused_is_told_with_its_reason(road: Road) -> None:
    assert found("channels") == [("ok", "ok", "All work.")]
    Channel.objects.update(status="failing", status_reason="No such account.")
    assert found("channels") == [
        ("failing", "failing", "The ITSP refuses it, and its queue waits: No such account.")
    ]
    Channel.objects.update(disabled_at=timezone.now())
    assert codes("channels") == ["none"]


def test_set_up_check_that_fails_is_told_once_for_all_numbers(road: Road) -> None:
    make_road(make_agent("1002"), address="+14155550100", name="Second")
    first = {
        "check_name": "webhook",
        "outcome": "fail",
        "why": "It leads elsewhere.",
        "checked_at": timezone.now(),
    }
    for number in (road.number, None):
        SetUpResult.objects.create(channel=road.channel, number=number, what_to_do="Mend it.", **first)
    assert [one.state for one in checks.run(["set_up"])] == ["warning"]  # it is being set up
    Channel.objects.update(created_at=timezone.now() - timedelta(hours=2))
    (result,) = checks.run(["set_up"])
    assert (result.state, result.about) == ("failing", f"{road.channel.pk}-webhook")
    assert result.says.endswith(": It leads elsewhere.")
    assert result.what_to_do == "Open the channel. Mend it."


# --- outside ---


def test_worker_looks_at_the_account_and_at_the_clock(
    road: Road, simulator: Simulator, settings: Any
) -> None:
    settings.PUBLIC_URL = simulator.url
    account = simulator.get("/control/state")
    login = {name: account[name] for name in ("account_sid", "auth_token")}
    Channel.objects.update(credentials=Channel(credentials=login).credentials)
    assert codes("clock", "balance") == ["later", "later"]
    simulator.post("/control/settings", {"balance": "12.50", "clock_behind_s": 40})
    assert outside.look() >= 2
    assert codes("clock") == ["wrong"]
    (result,) = checks.run(["balance"])
    assert (result.state, result.figure) == ("ok", "12.50 USD")
    HealthSettings.objects.create(pk=1, balance_below=20)
    (result,) = checks.run(["balance"])
    assert (result.state, result.says, result.title) == (
        "failing",
        "Only 12.50 USD is left.",
        "Balance at the ITSP: Main",
    )
    assert outside.look() == 0  # not again so soon
    Fact.objects.update(at=timezone.now() - timedelta(minutes=31))
    assert codes("clock", "balance") == ["later", "later"]


def test_account_that_hangs_costs_its_time_only(road: Road, settings: Any) -> None:
    settings.ITSP_CHECK_TIMEOUT_S = 1.0
    with hanging() as outsider:
        settings.ITSP_API_URLS = {"twilio": outsider.url}
        settings.PUBLIC_URL = outsider.url
        with at_most(6):
            outside.look()
    assert codes("clock") == ["later"]


@pytest.mark.parametrize(("days", "code"), [(60, "ok"), (10, "near"), (-1, "ended")])
def test_certificates_end_is_told_before(days: int, code: str) -> None:
    note_fact("certificate", timezone.now(), ends_at=(timezone.now() + timedelta(days=days)).isoformat())
    assert codes("certificate") == [code]


def test_address_that_nobody_reaches_is_told() -> None:
    words = {"why": "Something else answers.", "advice": "Correct PUBLIC_URL."}
    note_fact("address", timezone.now(), outcome="fail", url="https://pbx.example.com", **words)
    assert found("address") == [("failing", "fails", "Something else answers.")]


def test_what_can_not_be_found_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[Result]:
        raise ValueError("broken")

    monkeypatch.setitem(checks.CHECKS, "disk", broken)
    assert [(one.state, one.code) for one in checks.run(["disk", "valkey"])] == [
        ("unknown", "untold"),
        ("ok", "ok"),
    ]
