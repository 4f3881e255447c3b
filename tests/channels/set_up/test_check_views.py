"""The set-up check on the channel's page: asked for, shown live, fixed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from accounts.models import AuditEntry
from channels import actions, tasks
from channels.itsp import ITSPS
from channels.itsp.twilio.http import HttpClient
from channels.models import Channel, Number, SetUpResult
from channels.set_up import preflight
from channels.webhook.url import webhook_url_of
from routing.models import Extension
from tests.channels.conftest import Filled
from tests.channels.form import ADD, rule
from tests.factories import OUR_NUMBER, Road
from tests.portal import text_of
from tests.servers import Simulator

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What a worker is nudged to do."""
    nudges: list[tuple[Any, ...]] = []
    monkeypatch.setattr("channels.actions.checking.nudge", lambda *args: nudges.append(args))
    return nudges


def work(nudges: list[tuple[Any, ...]]) -> None:
    """A worker does what it was nudged for."""
    known = {task.name: task for task in (tasks.check_set_up, tasks.fix_set_up)}
    while nudges:
        name, *args = nudges.pop(0)
        known[name](*args)


def page_of(browser: Client, road: Road, fragment: bool = True) -> str:
    path = f"/channels/{road.channel.pk}/"
    answer = browser.get(f"{path}check/", headers=HTMX) if fragment else browser.get(path)
    assert answer.status_code == 200
    return text_of(answer.content.decode())


def settings_of(simulator: Simulator) -> dict[str, str]:
    numbers = simulator.get("/control/numbers")["numbers"]
    return next(number for number in numbers if number["address"] == OUR_NUMBER)


def test_saving_asks_for_the_check(
    admin_page: Client,
    filled: Filled,
    ada: Extension,
    public_url: str,
    asked: list[tuple[Any, ...]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        admin_page.post(ADD, filled(rule(OUR_NUMBER, ada)))
    channel = Channel.objects.get()
    assert asked == [("channels.tasks.check_set_up", channel.pk)]
    assert preflight.is_running(channel)
    work(asked)
    channel.refresh_from_db()
    assert not preflight.is_running(channel)
    assert channel.set_up_results.get(check_name="webhook").outcome == "fail"


def test_page_shows_the_run_and_then_its_results(
    admin_page: Client, road: Road, simulator: Simulator, asked: list[tuple[Any, ...]]
) -> None:
    assert "Not checked yet." in page_of(admin_page, road, fragment=False)
    simulator.post("/control/settings", {"blocked_prefixes": ["+254"], "balance": "none"})
    answer = admin_page.post(f"/channels/{road.channel.pk}/check/", headers=HTMX)
    assert "0 checks are done so far." in text_of(answer.content.decode())
    assert 'hx-trigger="every 1s"' in answer.content.decode()
    work(asked)
    words = page_of(admin_page, road)
    assert "2 checks fail" not in words
    assert "1 check fails. Checked" in words
    assert (
        "Geographic permission Fail Texts to these countries are not enabled: KE. Enable the geographic "
        "permission for them, in the parent account. Open the page for it"
    ) in words
    assert "Balance Cannot tell Twilio does not say the balance." in words
    assert "The number belongs to the account Pass The account of this channel has the number." in words
    assert "A text message has arrived Cannot tell No text has arrived yet." in words


def test_page_that_is_up_to_date_is_not_sent_again(
    admin_page: Client, road: Road, asked: list[tuple[Any, ...]]
) -> None:
    preflight.run(road.channel.pk)
    path = f"/channels/{road.channel.pk}/check/"
    state = admin_page.get(path, headers=HTMX).context["checklist"].state
    assert admin_page.get(f"{path}?seen={state}", headers=HTMX).status_code == 204
    Channel.objects.update(last_inbound_at=timezone.now())
    answer = admin_page.get(f"{path}?seen={state}", headers=HTMX)
    assert "A text message has arrived Pass Texts reach PBX. Last:" in text_of(answer.content.decode())


def test_run_that_no_worker_takes_is_said(
    admin_page: Client, road: Road, asked: list[tuple[Any, ...]]
) -> None:
    actions.ask_for_check(road.channel)
    Channel.objects.update(check_asked_at=timezone.now() - timedelta(minutes=4))
    assert "No worker has finished the check yet." in page_of(admin_page, road)


def test_steps_of_the_guide_are_ticked(
    admin_page: Client, road: Road, simulator: Simulator, asked: list[tuple[Any, ...]]
) -> None:
    def ticks() -> list[bool]:
        answer = admin_page.get(f"/channels/{road.channel.pk}/")
        return [step.is_done for step in answer.context["page"].checklist.steps]

    assert [step.is_done for step in admin_page.get(ADD).context["page"].checklist.steps] == [False] * 4
    assert ticks() == [True, False, True, False]
    preflight.run(road.channel.pk)
    assert ticks() == [True, True, True, False]
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "sms_url": "https://other.example/"})
    preflight.run(road.channel.pk)
    assert ticks() == [True, False, True, False]
    Channel.objects.update(last_inbound_at=timezone.now())
    assert ticks() == [True, False, True, True]
    assert f"Text {OUR_NUMBER} from any phone" not in page_of(admin_page, road)


def test_without_a_script_the_button_leads_back_to_the_page(
    admin_page: Client, road: Road, asked: list[tuple[Any, ...]]
) -> None:
    answer = admin_page.post(f"/channels/{road.channel.pk}/check/")
    assert answer["Location"] == f"/channels/{road.channel.pk}/#set-up-check"
    assert len(asked) == 1


# --- daily ---


def test_beat_checks_daily_and_what_was_lost(road: Road, settings: Settings) -> None:
    assert tasks.check_due.name in settings.CELERY_BEAT_SCHEDULE
    now = timezone.now()

    def due(asked_h: float | None, finished_h: float | None) -> bool:
        def ago(hours: float | None) -> Any:
            return None if hours is None else now - timedelta(hours=hours)

        Channel.objects.update(check_asked_at=ago(asked_h), check_finished_at=ago(finished_h))
        SetUpResult.objects.all().delete()
        tasks.check_due()
        return SetUpResult.objects.exists()

    assert due(None, None)
    assert not preflight.is_running(Channel.objects.get())
    assert due(24.1, 24.05)
    assert due(1, 3)
    assert not due(23.9, 23.8)
    assert not due(0.01, 25)


def test_many_numbers_show_those_that_need_a_look(
    admin_page: Client, road: Road, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.set_up.checklist.GROUPS_SHOWN", 2)
    monkeypatch.setattr("channels.itsp.twilio.checks.ASKED_ONE_BY_ONE", 2)
    for address in ("+447700900123", "+447700900124", "+61255501234"):
        Number.objects.create(channel=road.channel, address=address, extension=road.number.extension)
    url = webhook_url_of(road.channel, ITSPS["twilio"])
    simulator.post("/control/numbers", {"address": "+447700900123", "sms_url": url})
    preflight.run(road.channel.pk)
    words = page_of(admin_page, road)
    assert "Number +447700900124 The number belongs to the account Fail" in words
    assert "Number +61255501234 The number belongs to the account Fail" in words
    assert "2 more numbers are not shown; those that need a look come first." in words


def test_results_of_what_is_no_longer_checked_go(road: Road, simulator: Simulator) -> None:
    preflight.run(road.channel.pk)
    road.number.archived_at = timezone.now()
    road.number.save()
    preflight.run(road.channel.pk)
    assert not SetUpResult.objects.exclude(number=None).exists()


def test_save_during_a_run_is_not_ended_by_it(road: Road, asked: list[tuple[Any, ...]]) -> None:
    actions.ask_for_check(road.channel)
    before = Channel.objects.get()
    actions.ask_for_check(road.channel)
    actions.finish_check(before)
    assert preflight.is_running(Channel.objects.get())


# --- fix it for me ---


@pytest.fixture
def broken(road: Road, simulator: Simulator) -> SetUpResult:
    """The number's texts go elsewhere; all has been checked."""
    elsewhere = {"sms_url": "https://old.example/", "sms_method": "GET", "sms_fallback_url": ""}
    simulator.post("/control/numbers", {"address": OUR_NUMBER, **elsewhere})
    preflight.run(road.channel.pk)
    return SetUpResult.objects.get(check_name="webhook")


def test_dialog_shows_before_and_after_and_changes_nothing(
    admin_page: Client, broken: SetUpResult, simulator: Simulator
) -> None:
    url = webhook_url_of(broken.channel, ITSPS["twilio"])
    bare = url.partition("#")[0]
    words = text_of(admin_page.get(f"/channels/check/{broken.pk}/fix/").content.decode())
    assert words.startswith(f"Change {OUR_NUMBER} at Twilio?")
    assert f"A message comes in Before https://old.example/ After {url} " in words
    assert "HTTP method Before GET After POST " in words
    assert f"Primary handler fails Before nothing After {bare} " in words
    assert settings_of(simulator)["sms_url"] == "https://old.example/"


def test_fix_changes_what_was_shown_and_checks_again(
    admin_page: Client, broken: SetUpResult, simulator: Simulator, asked: list[tuple[Any, ...]]
) -> None:
    path = f"/channels/check/{broken.pk}/fix/"
    shown = admin_page.get(path).context["result"].changes_digest
    answer = admin_page.post(path, {"shown": shown}, headers=HTMX)
    assert answer["HX-Trigger-After-Swap"] == '{"dialog:close": {}}'
    assert "checks are done so far" in text_of(answer.content.decode())
    work(asked)
    url = webhook_url_of(broken.channel, ITSPS["twilio"])
    now = settings_of(simulator)
    assert (now["sms_url"], now["sms_method"]) == (url, "POST")
    assert now["sms_fallback_url"] == url.partition("#")[0]
    assert SetUpResult.objects.get(check_name="webhook").outcome == "pass"
    assert not preflight.is_running(Channel.objects.get())
    assert admin_page.get(path).status_code == 404
    entry = AuditEntry.objects.get(action="fixed")
    assert (entry.username, entry.name) == ("root", f"{OUR_NUMBER} (Main)")
    assert set(entry.changes) == {"A message comes in", "HTTP method", "Primary handler fails"}
    assert broken.channel.webhook_addresses.get().token not in str(entry.changes)


def test_fix_of_what_has_changed_since_shows_it_anew(
    admin_page: Client, broken: SetUpResult, simulator: Simulator, asked: list[tuple[Any, ...]]
) -> None:
    path = f"/channels/check/{broken.pk}/fix/"
    shown = admin_page.get(path).context["result"].changes_digest
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "sms_url": "https://colleague.example/"})
    preflight.run(broken.channel_id)
    answer = admin_page.post(path, {"shown": shown}, headers=HTMX)
    assert (answer.status_code, answer["HX-Retarget"], asked) == (422, "#dialog-content", [])
    assert "Before https://colleague.example/" in text_of(answer.content.decode())


def test_fix_overwrites_nothing_that_was_not_shown(
    admin_page: Client, broken: SetUpResult, simulator: Simulator, asked: list[tuple[Any, ...]]
) -> None:
    path = f"/channels/check/{broken.pk}/fix/"
    admin_page.post(path, {"shown": broken.changes_digest}, headers=HTMX)
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "sms_url": "https://colleague.example/"})
    work(asked)
    assert settings_of(simulator)["sms_url"] == "https://colleague.example/"
    assert SetUpResult.objects.get(check_name="webhook").changes[0]["before"] == "https://colleague.example/"


def test_refused_fix_says_why(
    admin_page: Client, broken: SetUpResult, simulator: Simulator, asked: list[tuple[Any, ...]]
) -> None:
    path = f"/channels/check/{broken.pk}/fix/"
    admin_page.post(path, {"shown": broken.changes_digest}, headers=HTMX)
    simulator.post("/control/faults", {"kind": "403", "path": "/IncomingPhoneNumbers/"})
    work(asked)
    assert SetUpResult.objects.get(check_name="webhook").why.startswith("It could not be changed: ")
    assert not preflight.is_running(Channel.objects.get())


@pytest.mark.parametrize("overriding", ["application", "service"])
def test_override_is_fixed(
    admin_page: Client, road: Road, simulator: Simulator, asked: list[tuple[Any, ...]], overriding: str
) -> None:
    if overriding == "application":
        simulator.post("/control/numbers", {"address": OUR_NUMBER, "sms_application_sid": "AP" + "1" * 32})
    else:
        simulator.post("/control/services", {"friendly_name": "Support", "numbers": [OUR_NUMBER]})
    preflight.run(road.channel.pk)
    result = SetUpResult.objects.get(check_name="override")
    path = f"/channels/check/{result.pk}/fix/"
    admin_page.post(path, {"shown": result.changes_digest}, headers=HTMX)
    work(asked)
    assert SetUpResult.objects.get(check_name="override").outcome == "pass"


def test_nothing_to_fix_is_not_found(admin_page: Client, road: Road) -> None:
    preflight.run(road.channel.pk)
    result = SetUpResult.objects.get(check_name="webhook")
    assert admin_page.get(f"/channels/check/{result.pk}/fix/").status_code == 404


def test_list_says_how_many_checks_fail(admin_page: Client, road: Road, simulator: Simulator) -> None:
    assert "set-up check" not in text_of(admin_page.get("/channels/").content.decode())
    simulator.post("/control/settings", {"blocked_prefixes": ["+254"], "balance": "0"})
    preflight.run(road.channel.pk)
    answer = admin_page.get("/channels/").content.decode()
    assert "Connected 2 set-up checks fail" in text_of(answer)
    assert f'href="/channels/{road.channel.pk}/#set-up-check"' in answer


@pytest.mark.django_db(transaction=True)
def test_itsp_is_never_asked_within_a_transaction(
    road: Road, simulator: Simulator, asked: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "sms_url": "https://old.example/"})
    within: list[bool] = []
    original = HttpClient.request

    def noting(*args: Any, **kwargs: Any) -> Any:
        within.append(connection.in_atomic_block)
        return original(*args, **kwargs)

    monkeypatch.setattr(HttpClient, "request", noting)
    preflight.run(road.channel.pk)
    actions.ask_for_fix(SetUpResult.objects.get(check_name="webhook"))
    work(asked)
    assert SetUpResult.objects.get(check_name="webhook").outcome == "pass"
    assert len(within) > 12
    assert set(within) == {False}
