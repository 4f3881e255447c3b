"""How a channel is doing: said on top of all its pages, checked when it fails, and mended by itself."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from channels import actions, tasks
from channels.models import Channel, Number
from channels.set_up import preflight
from sessions import watch
from tests.factories import OUR_NUMBER, Road
from tests.portal import rows_of, text_of
from tests.servers import Simulator

pytestmark = pytest.mark.django_db

REFUSED = "The ITSP refused the channel's credentials."
NOW = datetime(2026, 3, 15, 10, 0, tzinfo=UTC)


@pytest.fixture
def nudges(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr("channels.actions.checking.nudge", lambda *args: asked.append(args))
    return asked


@pytest.fixture
def refuse(
    road: Road,
    nudges: list[tuple[Any, ...]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Callable[..., None]:
    """The ITSP refuses a text of the channel; then a worker does what it is nudged for."""

    def stop(reason: str = REFUSED) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            actions.stop_channel(road.channel.pk, reason=reason)
        for _name, pk in nudges:
            tasks.check_set_up(pk)
        nudges.clear()

    return stop


def pages_of(channel: Channel) -> list[str]:
    """The address of every page that a channel has."""
    patterns = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    named = {name for name in patterns if name.startswith("channel-")}
    paths = []
    for name in sorted(
        named
        - {"channel-add", "channel-itsp", "channel-list", "channel-list-export", "channel-import-example"}
    ):
        paths.append(reverse(name, args=[channel.pk]))
    return paths


def told(browser: Client, path: str) -> str:
    answer = browser.get(path, follow=True)
    if answer.status_code == 405:  # it only acts
        return ""
    html = answer.content.decode()
    return text_of(html.partition('id="channel-standing"')[2].partition("<form")[0].partition(">")[2])


def test_every_page_of_a_refused_channel_says_so(
    admin_page: Client, road: Road, refuse: Callable[..., None]
) -> None:
    refuse()
    said = {path: told(admin_page, path) for path in pages_of(road.channel)}
    looked_at = {path: words for path, words in said.items() if words}
    assert len(looked_at) >= 8
    assert all(words.startswith(f"Failing {REFUSED} ") for words in looked_at.values()), looked_at


def _wrong_token(road: Road, _simulator: Simulator) -> None:
    credentials = {**road.channel.credentials, "auth_token": "0" * 32}
    Channel.objects.filter(pk=road.channel.pk).update(credentials=credentials)


def _suspended(_road: Road, simulator: Simulator) -> None:
    simulator.post("/control/settings", {"account_status": "suspended"})


def _without_sms(_road: Road, simulator: Simulator) -> None:
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "sms": False})


def _not_owned(road: Road, _simulator: Simulator) -> None:
    Number.objects.filter(pk=road.number.pk).update(address="+12015550199")


@pytest.mark.parametrize(
    ("spoil", "step", "label"),
    [
        (_wrong_token, "Copy both anew from the dashboard of the account", "Enter the credentials"),
        (_suspended, "Ask Twilio why, or enter the credentials of another account.", "Enter the credentials"),
        (_without_sms, f"{OUR_NUMBER}: Purchase a number with SMS feature.", "Open Twilio"),
        (_not_owned, "+12015550199: Purchase the number with this account", "Open Twilio"),
    ],
)
def test_channel_that_becomes_failing_is_checked_and_says_the_next_step(
    admin_page: Client,
    road: Road,
    simulator: Simulator,
    refuse: Callable[..., None],
    spoil: Callable[[Road, Simulator], None],
    step: str,
    label: str,
) -> None:
    preflight.run(road.channel.pk)
    spoil(road, simulator)
    refuse()
    words = told(admin_page, f"/channels/{road.channel.pk}/")
    assert step in words
    assert f" {label} " in f"{words} "
    assert "PBX tries again by itself, next at " in words


def test_what_was_found_before_it_failed_is_no_reason(
    admin_page: Client, road: Road, simulator: Simulator, refuse: Callable[..., None]
) -> None:
    """The check that passes says nothing against the ITSP's refusal, and does not lift it at once."""
    preflight.run(road.channel.pk)
    refuse()
    words = told(admin_page, f"/channels/{road.channel.pk}/sending/")
    assert "The set-up check finds no cause." in words
    assert Channel.objects.get().status == "failing"


def test_refusal_that_is_over_is_lifted_by_itself_after_growing_waits(
    road: Road, simulator: Simulator, refuse: Callable[..., None]
) -> None:
    waits = []
    with time_machine.travel(NOW, tick=False) as clock:
        _suspended(road, simulator)
        refuse()
        for _try in range(8):
            channel = Channel.objects.get()
            assert channel.recheck_at is not None
            waits.append((channel.recheck_at - timezone.now()).total_seconds())
            clock.move_to(channel.recheck_at - timedelta(seconds=1))
            assert not watch.DUE["channels.tasks.check_due"]()
            clock.move_to(channel.recheck_at)
            assert watch.DUE["channels.tasks.check_due"]()
            tasks.check_due()
        assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600]
        simulator.post("/control/settings", {"account_status": "active"})
        clock.move_to(Channel.objects.get().recheck_at)
        tasks.check_due()
        channel = Channel.objects.get()
        assert (channel.status, channel.status_reason, channel.recheck_at) == ("connected", "", None)


def test_relapse_goes_on_where_the_last_wait_ended(road: Road, refuse: Callable[..., None]) -> None:
    """The check finds nothing while texts are refused: they are not tried every minute for ever."""
    with time_machine.travel(NOW, tick=False) as clock:
        waits = []
        for _try in range(4):
            refuse()
            channel = Channel.objects.get()
            assert channel.recheck_at is not None
            waits.append((channel.recheck_at - timezone.now()).total_seconds())
            clock.move_to(channel.recheck_at)
            tasks.check_due()
            assert Channel.objects.get().status == "connected"
            clock.shift(5)
        assert waits == [60, 120, 240, 480]
        clock.shift(timedelta(hours=2))
        refuse()
        channel = Channel.objects.get()
        assert channel.recheck_at == timezone.now() + timedelta(seconds=60)


def test_an_admins_check_connects_at_once(
    admin_page: Client, road: Road, refuse: Callable[..., None], nudges: list[tuple[Any, ...]]
) -> None:
    refuse()
    admin_page.post(f"/channels/{road.channel.pk}/check/")
    tasks.check_set_up(road.channel.pk)
    assert Channel.objects.get().status == "connected"


def test_channel_of_a_short_code_is_lifted_too(road: Road, refuse: Callable[..., None]) -> None:
    """No list of the ITSP has it, so that nothing can be told of it."""
    Number.objects.filter(pk=road.number.pk).update(address="72345")
    refuse()
    actions.ask_for_check_now(road.channel)
    preflight.run(road.channel.pk)
    assert Channel.objects.get().status == "connected"


def test_channel_that_could_not_be_verified_is_asked_about_again(road: Road) -> None:
    Channel.objects.update(
        status="never_verified", check_asked_at=timezone.now(), check_finished_at=timezone.now()
    )
    tasks.check_due()
    assert Channel.objects.get().status == "connected"


@pytest.mark.parametrize(
    ("changes", "label", "step"),
    [
        ({"paused_at": NOW}, "Paused", "Messages wait in its queue until somebody resumes it. Resume"),
        ({"disabled_at": NOW}, "Disabled", "Nobody can send new messages on it; inbound ones still arrive."),
        (
            {"status": "never_verified", "status_reason": "Twilio could not be reached."},
            "Never verified",
            "Twilio could not be reached. The ITSP has not accepted the credentials yet.",
        ),
        (
            {"status": "failing", "paused_at": NOW, "status_reason": "Refused."},
            "Failing Paused",
            "Refused. What is wrong was not checked yet. Check now",
        ),
    ],
)
def test_list_and_page_say_the_same_word(
    admin_page: Client, road: Road, changes: dict[str, Any], label: str, step: str
) -> None:
    Channel.objects.update(**changes)
    assert rows_of(admin_page.get("/channels/"))[0][3].startswith(label)
    html = admin_page.get(f"/channels/{road.channel.pk}/").content.decode()
    words = text_of(html.partition('id="channel-standing"')[2].partition("</section>")[0].partition(">")[2])
    assert words.startswith(f"{label} ")
    assert step in words


def test_channel_without_a_number_is_not_plainly_connected(admin_page: Client, road: Road) -> None:
    Number.objects.update(archived_at=timezone.now())
    assert rows_of(admin_page.get("/channels/"))[0][3] == "No number yet"
    page = admin_page.get(f"/channels/{road.channel.pk}/?tab=messaging")
    assert page.context["page"].first_tab == "messaging"


def test_channel_is_not_green_before_it_was_checked(
    admin_page: Client, road: Road, nudges: list[tuple[Any, ...]]
) -> None:
    actions.ask_for_first_check(road.channel)
    assert rows_of(admin_page.get("/channels/"))[0][3] == "Being checked"
    preflight.run(road.channel.pk)
    assert rows_of(admin_page.get("/channels/"))[0][3] == "Connected"
