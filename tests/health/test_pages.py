"""The System page, the alarms' page, and the mark on all others."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import AuditEntry, Role, User
from health.checks import processes
from health.models import Alarm, AlarmWishes, HealthSettings
from pbx_messaging.processes import life
from pbx_messaging.version import VERSION
from tests.health.conftest import DEAD, FAILING, Clock
from tests.portal import logged_in, make_user, messages_of, text_of

pytestmark = pytest.mark.django_db(transaction=True)

LIMITS = {
    "queue_minutes": "10",
    "failures_percent": "30",
    "certificate_days": "14",
    "disk_percent": "10",
    "balance_below": "",
    "dead_man_url": "",
}


def page_of(browser: Client, path: str = "/system/status/", **headers: str) -> str:
    return text_of(browser.get(path, headers=headers).content.decode())


def test_page_says_at_one_look_what_fails(
    admin_page: Client, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_began", float("-inf"))
    for kind in ("stream", "sender", "beat"):
        life.leave(kind)
    said = page_of(admin_page)
    assert "1 thing fails" in said
    cost = "No attachments, set-up checks, e-mails and look-ups."
    assert f"Worker. It has given no sign of life yet. {cost} Start it again:" in said
    life.leave("worker")
    assert "1 thing fails" not in page_of(admin_page)


def test_foot_of_each_page_names_the_version(admin_page: Client) -> None:
    for path in ("/system/status/", "/channels/", "/profile/"):
        assert f">PBX Messaging {VERSION}</footer>" in admin_page.get(path).content.decode()


def test_page_renews_itself_by_a_fragment(admin_page: Client) -> None:
    answer = admin_page.get("/system/status/", headers={"HX-Request": "true"})
    assert answer.templates[0].name == "health/_system.html"
    assert "<html" not in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_every_page_of_an_administrator_shows_what_rings(admin_page: Client, clock: Clock) -> None:
    clock.look(DEAD, FAILING)
    assert "alarm-names" not in admin_page.get("/tags/").content.decode()
    clock.look(DEAD, FAILING, after_s=20)
    said = page_of(admin_page, "/tags/")
    assert "2 alarms Channel: Main · Worker What to do" in said
    agent = logged_in(make_user("vera", Role.SUPERVISOR))
    assert "alarm-banner" not in agent.get("/contacts/").content.decode()
    clock.look(after_s=10)
    clock.look(after_s=90)
    assert "alarm-names" not in admin_page.get("/tags/").content.decode()


def test_open_page_is_told_with_the_mark_in_the_navigation(admin_page: Client, clock: Clock) -> None:
    clock.look(DEAD)
    clock.look(DEAD, after_s=20)
    content = admin_page.get("/system/alarms/ringing/").content.decode()
    assert text_of(content) == "1 alarm Worker What to do 1 alarms last"
    assert 'hx-swap-oob="true"' in content


def test_page_lists_the_alarms_of_lately(admin_page: Client, clock: Clock) -> None:
    clock.look(FAILING)
    clock.look(FAILING, after_s=20)
    assert "Channel: Main The ITSP refuses it" in page_of(admin_page)
    assert "– lasts" in page_of(admin_page)
    clock.look(after_s=10)
    clock.look(after_s=90)
    assert (Alarm.objects.open().count(), "– lasts" in page_of(admin_page)) == (0, False)


def test_wishes_are_kept_and_the_secret_is_shown_once(
    admin_page: Client, administrator: User, settings: Any
) -> None:
    settings.ALARM_NEAR_URLS = ["http://127.0.0.1:9"]
    asked = {
        "by_mail": "on",
        "told": ["channel", "processes"],
        "webhook_url": " \u200bhttp://127.0.0.1:9/x\ufeff ",
    }
    answer = admin_page.post("/system/alarms/", asked, follow=True)
    wishes = AlarmWishes.objects.get(user=administrator)
    assert messages_of(answer) == ["Your wishes were saved."]
    assert (wishes.by_mail, wishes.by_push, wishes.webhook_url) == (True, False, "http://127.0.0.1:9/x")
    assert {"channel", "processes"}.isdisjoint(wishes.muted)
    assert len(wishes.muted) == 9
    assert wishes.webhook_secret in answer.content.decode()
    assert wishes.webhook_secret not in admin_page.get("/system/alarms/").content.decode()
    before = wishes.webhook_secret
    admin_page.post("/system/alarms/", asked)
    assert AlarmWishes.objects.get(user=administrator).webhook_secret == before
    admin_page.post("/system/alarms/", {**asked, "webhook_url": "http://127.0.0.1:9/y"})
    assert AlarmWishes.objects.get(user=administrator).webhook_secret != before


def test_secrets_are_neither_in_the_audit_log_nor_readable_in_the_database(
    admin_page: Client, administrator: User, settings: Any
) -> None:
    settings.ALARM_NEAR_URLS = ["http://127.0.0.1:9"]
    admin_page.post("/system/alarms/", {"webhook_url": "http://127.0.0.1:9/hidden"})
    admin_page.post("/system/alarms/for-all/", {**LIMITS, "dead_man_url": "http://127.0.0.1:9/hidden"})
    told = str([entry.changes for entry in AuditEntry.objects.all()])
    assert ("hidden" in told, "whsec_" in told, "webhook_url" in told) == (False, False, True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT webhook_url FROM health_alarmwishes UNION SELECT dead_man_url FROM health_healthsettings"
        )
        assert "hidden" not in str(cursor.fetchall())


@pytest.mark.parametrize(
    "url", ["http://example.com", "https://u@example.com", "hooks.example.com", "x" * 3000]
)
def test_address_that_can_not_be_called_is_refused_and_kept_in_the_form(admin_page: Client, url: str) -> None:
    answer = admin_page.post("/system/alarms/", {"webhook_url": url, "told": ["channel"]})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["webhook_url"]
    assert answer.context["form"]["webhook_url"].value() == url
    assert AlarmWishes.objects.count() == 0


def test_limits_are_for_all(admin_page: Client) -> None:
    posted = {
        **LIMITS,
        "queue_minutes": "25",
        "balance_below": "12.50",
        "dead_man_url": "https://hc-ping.com/x",
    }
    answer = admin_page.post("/system/alarms/for-all/", posted, follow=True)
    assert messages_of(answer) == ["The limits were saved."]
    saved = HealthSettings.load()
    assert (saved.queue_minutes, str(saved.balance_below), saved.dead_man_url) == (
        25,
        "12.50",
        "https://hc-ping.com/x",
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [("queue_minutes", "0"), ("queue_minutes", ""), ("failures_percent", "101"), ("balance_below", "-1")],
)
def test_limit_that_is_none_is_refused(admin_page: Client, field: str, value: str) -> None:
    answer = admin_page.post("/system/alarms/for-all/", {**LIMITS, field: value})
    assert (answer.status_code, list(answer.context["house"].errors)) == (422, [field])
    assert HealthSettings.objects.count() == 0


def test_without_a_road_a_test_says_so(admin_page: Client) -> None:
    answer = admin_page.post("/system/alarms/try/", follow=True)
    assert messages_of(answer) == ["There is no way to tell you yet: choose one, and save."]


def test_pages_cost_a_bounded_number_of_queries(
    admin_page: Client, clock: Clock, django_assert_max_num_queries: Any
) -> None:
    clock.look(DEAD, FAILING)
    clock.look(DEAD, FAILING, after_s=20)
    with django_assert_max_num_queries(45):
        admin_page.get("/system/status/")
