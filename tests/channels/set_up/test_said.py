"""What the set-up check found: stored by its codes, told, and mended, in the language of whoever asks."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import CharField
from django.db.models.functions import Cast
from django.http import QueryDict
from django.test import Client
from django.utils import timezone, translation

from channels import actions
from channels.itsp.errors import Advice, ItspError
from channels.itsp.set_up import AccountNumber, Change, Check, CheckOutcome, Finding
from channels.itsp.twilio import check_words, tables
from channels.models import Channel, SetUpResult
from channels.numbers.offered import Line, Offered
from channels.set_up import preflight
from health import checks
from health.alarms import looking
from health.models import Alarm
from pbx_messaging.said import code_of
from tests.channels.set_up.test_check_views import HTMX, asked, broken, page_of, settings_of, work
from tests.factories import Road
from tests.languages import made_up
from tests.portal import text_of
from tests.servers import Simulator

pytestmark = pytest.mark.django_db
__all__ = ["asked", "broken"]
ELSEWHERE = "Texts to the number go to https://old.example/."
PASTE = "Paste the Webhook URL at “A message comes in” of the number."


@pytest.fixture(autouse=True)
def dutch(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(monkeypatch, "nl")


def test_finding_is_told_in_any_language(admin_page: Client, road: Road, broken: SetUpResult) -> None:
    stored = SetUpResult.objects.filter(pk=broken.pk).values_list(Cast("why", CharField()), flat=True)
    assert stored.get() == '{"said":"twilio-goes-elsewhere","url":"https://old.example/"}'
    assert f"{ELSEWHERE} {PASTE}" in page_of(admin_page, road)
    with translation.override("nl"):
        assert f"[{ELSEWHERE}] [{PASTE}]" in page_of(admin_page, road)


def test_change_that_was_approved_in_one_language_is_made_in_another(
    admin_page: Client, broken: SetUpResult, simulator: Simulator, asked: list[tuple[Any, ...]]
) -> None:
    path = f"/channels/check/{broken.pk}/fix/"
    with translation.override("nl"):
        dialog = admin_page.get(path)
        assert "[A message comes in]" in text_of(dialog.content.decode())
        admin_page.post(path, {"shown": dialog.context["result"].changes_digest}, headers=HTMX)
    work(asked)
    assert settings_of(simulator)["sms_method"] == "POST"
    assert SetUpResult.objects.get(check_name="webhook").outcome == "pass"


def test_change_that_could_not_be_made_says_so_in_any_language(
    admin_page: Client, road: Road, broken: SetUpResult
) -> None:
    words = tables.words_for("20003")
    actions.note_unfixed(broken, ItspError(Advice.STOP, words, "20003"))
    assert f"It could not be changed: {words}" in page_of(admin_page, road)
    with translation.override("nl"):
        assert f"[It could not be changed: [{words}]]" in page_of(admin_page, road)


def test_channel_that_a_finding_stops_tells_it_in_any_language(
    admin_page: Client, road: Road, simulator: Simulator
) -> None:
    simulator.post("/control/settings", {"account_status": "suspended"})
    preflight.run(road.channel.pk)
    road.channel.refresh_from_db()
    assert code_of(road.channel.status_reason) == "twilio-account-status"
    with translation.override("nl"):
        assert "[The Twilio account is suspended.]" in text_of(admin_page.get("/channels/").content.decode())


def test_alarm_of_a_finding_is_told_in_any_language(road: Road, broken: SetUpResult) -> None:
    Channel.objects.update(created_at=timezone.now() - timedelta(hours=2))
    looking.compare(checks.run(["set_up"]), now=timezone.now())
    alarm = Alarm.objects.get(check_name="set_up")
    number = road.number.address
    assert alarm.result.says == f"The number’s webhook is the Webhook URL: {number}: {ELSEWHERE}"
    with translation.override("nl"):
        alarm.refresh_from_db()
        assert alarm.result.says == (
            f"[[The number’s webhook is the Webhook URL]: [{number}: [{ELSEWHERE}]]]"
        )


def test_findings_of_before_are_shown_as_they_were(
    admin_page: Client, road: Road, broken: SetUpResult
) -> None:
    SetUpResult.objects.filter(pk=broken.pk).update(why="Said long ago.", what_to_do="Mend it.")
    with translation.override("nl"):
        assert "Said long ago. Mend it." in page_of(admin_page, road)


def test_finding_that_travels_in_a_form_keeps_its_code() -> None:
    change = Change("sms_url", check_words.COMES_IN(), "", "https://pbx.example.com/w/x/")
    why = check_words.GOES_ELSEWHERE(url="https://old.example/")
    finding = Finding(Check.WEBHOOK, CheckOutcome.FAIL, why, changes=[change])
    number = AccountNumber("+14155550100", "", can_text=True, can_picture=True, findings=[finding])
    form = QueryDict(mutable=True)
    form["offered"] = Line(number).signed
    (line,) = Offered.posted(form).lines
    assert line.number == number
    with translation.override("nl"):
        assert str(line.number.findings[0].why) == f"[{ELSEWHERE}]"
        assert str(line.changes[0].label) == "[A message comes in]"
