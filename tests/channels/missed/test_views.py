"""The page of missed texts: the button, what it asks for, and how the outcome is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import AuditEntry, User
from channels import actions
from channels.itsp.said import by_itsp
from channels.itsp.twilio import tables
from channels.itsp.twilio.itsp import Twilio
from channels.models import Channel, FetchGap
from tests.factories import Road
from tests.languages import made_up
from tests.portal import messages_of, rows_of, text_of

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    nudges: list[str] = []
    monkeypatch.setattr("channels.actions.gaps.nudge", nudges.append)
    return nudges


def path_of(road: Road) -> str:
    return f"/channels/{road.channel.pk}/missed/"


def finish(**values: Any) -> None:
    FetchGap.objects.update(finished_at=timezone.now(), **values)


def outcomes(browser: Client, road: Road) -> list[str]:
    return [row[2] for row in rows_of(browser.get(path_of(road)))]


def test_button_asks_for_the_last_day_at_once_and_is_audited(
    admin_page: Client,
    administrator: User,
    road: Road,
    asked: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    assert "Nothing yet: there was no gap." in text_of(admin_page.get(path_of(road)).content.decode())
    span_h = admin_page.get(path_of(road)).context["form"]["span_h"].value()
    with django_capture_on_commit_callbacks(execute=True):
        answer = admin_page.post(path_of(road), {"span_h": span_h}, follow=True)
    assert messages_of(answer) == ["Missed texts are asked for now. The outcome appears below."]
    gap = FetchGap.objects.get()
    assert abs(gap.until - gap.since - timedelta(days=1)) < timedelta(seconds=2)
    assert (gap.cause, gap.by) == ("by_hand", administrator)
    assert gap.due_at <= timezone.now()
    assert asked == ["sessions.tasks.fetch_missed"]
    entry = AuditEntry.objects.latest("pk")
    assert (entry.username, entry.action, entry.name) == ("root", "fetched", "Main")
    (row,) = rows_of(answer)
    assert row[1:] == ["Asked for by root", "Asking"]


@pytest.mark.parametrize("span_h", ["", "0", "169", "x"])
def test_other_spans_are_refused(admin_page: Client, road: Road, asked: list[str], span_h: str) -> None:
    assert admin_page.post(path_of(road), {"span_h": span_h}).status_code == 422
    assert not FetchGap.objects.exists()


def test_outcome_is_told_in_words(admin_page: Client, road: Road) -> None:
    now = timezone.localtime()
    actions.note_gap([road.channel.pk], since=now - timedelta(hours=1), cause=FetchGap.Cause.AWAY)
    assert outcomes(admin_page, road) == ["Asking"]
    page = admin_page.get(path_of(road), headers=HTMX).content.decode()
    assert 'hx-trigger="every 2s"' in page
    FetchGap.objects.update(fetched=1)
    assert outcomes(admin_page, road) == ["Asking Fetched 1 missed text so far"]
    FetchGap.objects.update(fetched=0, reason="The ITSP could not be reached.")
    assert outcomes(admin_page, road)[0].startswith("Not told yet The ITSP could not be reached. It is asked")
    finish()
    assert outcomes(admin_page, road) == ["Could not be fetched The ITSP could not be reached."]
    finish(reason="")
    at = f"{timezone.localtime():%-d %b, %H:%M}".replace("  ", " ")
    assert outcomes(admin_page, road) == [f"Done No text was missing, {at}"]
    finish(fetched=3)
    assert outcomes(admin_page, road) == [f"Done Fetched 3 missed texts, {at}"]
    assert "hx-trigger" not in admin_page.get(path_of(road), headers=HTMX).content.decode()
    of_channel = text_of(admin_page.get(f"/channels/{road.channel.pk}/").content.decode())
    assert f"Missed texts Fetched 3 missed texts, {at} (PBX was not there)" in of_channel


def test_outcome_is_told_in_the_readers_language(
    admin_page: Client, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up(monkeypatch, "nl")
    actions.note_gap([road.channel.pk], since=timezone.now(), cause=FetchGap.Cause.AWAY)
    actions.finish_gap(FetchGap.objects.get(), reason=by_itsp("twilio", "20003", tables.words_for("20003")))
    words = tables.words_for("20003")
    assert outcomes(admin_page, road) == [f"Could not be fetched {words}"]
    with translation.override("nl"):
        assert outcomes(admin_page, road) == [f"[Could not be fetched] [{words}]"]


def test_itsp_without_a_list_says_so(admin_page: Client, road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Twilio, "can_list_received", False)
    page = text_of(admin_page.get(path_of(road)).content.decode())
    assert "This ITSP has no list of received texts, so none can be fetched." in page
    assert admin_page.post(path_of(road), {"span_h": "24"}).status_code == 422
    assert not FetchGap.objects.exists()


def test_few_gaps_are_kept(road: Road) -> None:
    for _number in range(25):
        actions.note_gap([road.channel.pk], since=timezone.now(), cause=FetchGap.Cause.AWAY)
        actions.finish_gap(FetchGap.objects.get(finished_at=None))
    assert FetchGap.objects.count() == 20
    assert Channel.objects.get().fetch_gaps.filter(finished_at=None).count() == 0
