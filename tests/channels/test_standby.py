"""A number with a standby: chosen, checked, told of, ordered, and gone."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry
from channels import actions
from channels.itsp.set_up import OF_NUMBERS, Check, CheckOutcome
from channels.models import Channel, Number, SetUpResult
from health.checks.channels import CHECKS
from routing.models import MessageQueue
from sessions.ending import archiving
from tests.channels.form import rule
from tests.factories import Road, make_queue, make_road
from tests.portal import text_of

pytestmark = pytest.mark.django_db

TELNYX = {"api_key": "KEY1", "messaging_profile_id": "p", "public_key": "k"}
OTHER_NUMBER = "+12015550999"


@pytest.fixture
def queue(db: None) -> MessageQueue:
    return make_queue()


@pytest.fixture
def road(queue: MessageQueue) -> Road:
    return make_road(queue)


@pytest.fixture
def second(queue: MessageQueue) -> Road:
    """A channel at another ITSP."""
    made = make_road(queue, name="Second", address=OTHER_NUMBER)
    Channel.objects.filter(pk=made.channel.pk).update(itsp="telnyx", credentials=TELNYX)
    made.channel.refresh_from_db()
    return made


@pytest.fixture
def stood_by(road: Road, second: Road) -> Road:
    Number.objects.filter(pk=road.number.pk).update(standby=second.channel)
    road.number.refresh_from_db()
    return road


def found(channel: Channel, number: Number, outcome: CheckOutcome, check: Check = Check.CAPABLE) -> None:
    """What the standby's own set-up check says of the number."""
    values = {
        "outcome": outcome,
        "why": f"It says {outcome}.",
        "what_to_do": "Mend that.",
        "checked_at": timezone.now(),
    }
    SetUpResult.objects.update_or_create(channel=channel, number=number, check_name=check, defaults=values)


def save(page: Client, road: Road, text: str, **values: Any) -> Any:
    typed = {name: value for name, value in json.loads(text).items() if value is not None}
    return page.post("/channels/rule/save/", {**typed, "channel": road.channel.pk, **values})


def shown(page: Client, channel: Channel) -> str:
    return text_of(page.get(f"/channels/{channel.pk}/").content.decode())


def test_standby_is_chosen_in_the_rule_and_kept(
    admin_page: Client, road: Road, second: Road, queue: MessageQueue
) -> None:
    dialog = admin_page.post(
        "/channels/rule/", {"rule": rule(road.number.address, queue), "channel": road.channel.pk}
    )
    options = text_of(dialog.content.decode().partition('name="standby"')[2].partition("</select>")[0])
    assert "Second" in options and "Main" not in options
    row = save(admin_page, road, rule(road.number.address, queue), standby=second.channel.pk)
    assert "Standby: Second" in text_of(row.content.decode())


def test_channel_of_the_same_account_is_no_standby(
    admin_page: Client, road: Road, queue: MessageQueue
) -> None:
    same = make_road(queue, name="Same", address=OTHER_NUMBER)
    answer = save(admin_page, road, rule(road.number.address, queue), standby=same.channel.pk)
    assert answer.status_code == 422
    assert "is the same account: both would fail together" in text_of(answer.content.decode())


@pytest.mark.parametrize(
    ("spoil", "outcome", "words"),
    [
        (lambda _second, _number: None, CheckOutcome.CANNOT_TELL, "has not said yet whether"),
        (
            lambda second, number: found(second, number, CheckOutcome.PASS),
            CheckOutcome.PASS,
            "if this channel failed",
        ),
        (
            lambda second, number: found(second, number, CheckOutcome.FAIL, Check.WEBHOOK),
            CheckOutcome.FAIL,
            "The number’s webhook is the Webhook URL – It says fail.",
        ),
        (lambda second, _number: actions.pause_channel(second), CheckOutcome.FAIL, "can’t send now"),
        (lambda second, _number: actions.disable_channel(second), CheckOutcome.FAIL, "can’t send now"),
        (
            lambda second, _number: actions.stop_channel(second.pk, reason="No."),
            CheckOutcome.FAIL,
            "can’t send now",
        ),
    ],
    ids=["unchecked", "passed", "failed", "paused", "disabled", "failing"],
)  # fmt: skip
def test_check_list_and_alarm_say_whether_it_would_work(
    admin_page: Client,
    stood_by: Road,
    second: Road,
    spoil: Callable[[Channel, Number], None],
    outcome: CheckOutcome,
    words: str,
) -> None:
    spoil(second.channel, stood_by.number)
    page = shown(admin_page, stood_by.channel)
    assert f"Standby {outcome.label} " in page
    assert words in page
    listed = text_of(admin_page.get("/channels/").content.decode())
    assert "Standby: " in listed
    assert ("1 standby would not work" in listed) == (outcome == CheckOutcome.FAIL)
    is_wrong = outcome == CheckOutcome.FAIL
    assert [one.state for one in CHECKS["standby"]()] == ["warning" if is_wrong else "ok"]  # both are new
    Channel.objects.update(created_at=timezone.now() - timedelta(hours=2))
    assert [one.state for one in CHECKS["standby"]()] == ["failing" if is_wrong else "ok"]


def test_order_is_obeyed_at_once_told_everywhere_and_taken_back(
    admin_page: Client, stood_by: Road, second: Road
) -> None:
    found(second.channel, stood_by.number, CheckOutcome.PASS)
    url = f"/channels/numbers/{stood_by.number.pk}/standby/"
    answer = admin_page.post(url, {"ordered": "1"}, headers={"HX-Request": "true"})
    assert "again" in text_of(answer.content.decode())
    stood_by.number.refresh_from_db()
    assert stood_by.number.sends_by == second.channel
    assert "1 number sends by its standby" in text_of(admin_page.get("/channels/").content.decode())
    assert [one.code for one in CHECKS["standby"]()] == ["ordered"]
    assert AuditEntry.objects.latest("pk").changes == {"standby_ordered": {"old": "No", "new": "Yes"}}
    admin_page.post(url, {"ordered": ""})
    stood_by.number.refresh_from_db()
    assert stood_by.number.sends_by == stood_by.channel


def test_standby_that_cannot_send_is_left_for_a_channel_that_can(stood_by: Road, second: Road) -> None:
    actions.order_standby(stood_by.number, ordered=True)
    actions.switch_numbers()
    actions.stop_channel(second.channel.pk, reason="No.")
    assert actions.switch_numbers() == 1
    stood_by.number.refresh_from_db()
    assert stood_by.number.sends_by == stood_by.channel
    actions.stop_channel(stood_by.channel.pk, reason="No.")
    assert actions.switch_numbers() == 0  # neither can


@pytest.mark.parametrize("check", OF_NUMBERS)
def test_standby_that_would_be_refused_the_number_is_not_tried(
    admin_page: Client, stood_by: Road, second: Road, check: Check
) -> None:
    """Its refusals would stop it for its own numbers. What is wrong with inbound alone keeps nothing back."""
    found(second.channel, stood_by.number, CheckOutcome.FAIL, check)
    is_tried = check in (Check.WEBHOOK, Check.OVERRIDE)
    assert (f"Send by {second.channel.name}" in shown(admin_page, stood_by.channel)) is is_tried
    actions.order_standby(stood_by.number, ordered=True)
    actions.stop_channel(stood_by.channel.pk, reason="No.")
    actions.switch_numbers()
    stood_by.number.refresh_from_db()
    assert (stood_by.number.sends_by == second.channel) is is_tried
    found(second.channel, stood_by.number, CheckOutcome.PASS, check)
    actions.switch_numbers()
    stood_by.number.refresh_from_db()
    assert stood_by.number.sends_by == second.channel
    found(second.channel, stood_by.number, CheckOutcome.FAIL, check)  # once it sends: what waits is kept back
    actions.switch_numbers()
    stood_by.number.refresh_from_db()
    assert (stood_by.number.sends_by == second.channel) is is_tried


@pytest.mark.parametrize("save_again", [{"standby": None}, {}], ids=["another", "the same"])
def test_saving_another_standby_ends_the_order_and_saving_the_same_does_not(
    stood_by: Road, second: Road, queue: MessageQueue, save_again: dict[str, None]
) -> None:
    actions.order_standby(stood_by.number, ordered=True)
    actions.switch_numbers()
    values = {"number": stood_by.number.address, "extension": None, "queue": queue, "number_rate": None}
    actions.import_rules(
        stood_by.channel, [{**values, "initiators": [], "standby": second.channel, **save_again}]
    )
    stood_by.number.refresh_from_db()
    assert stood_by.number.standby_ordered is not bool(save_again)
    assert bool(stood_by.number.on_standby_since) is not bool(save_again)


def test_deleting_the_standby_says_whose_it_is_and_leaves_the_number_to_its_own_channel(
    admin_page: Client, stood_by: Road, second: Road
) -> None:
    actions.order_standby(stood_by.number, ordered=True)
    actions.switch_numbers()
    dialog = text_of(admin_page.get(f"/channels/{second.channel.pk}/delete/").content.decode())
    assert "1 number loses its standby." in dialog
    archiving.archive_channel(second.channel)
    stood_by.number.refresh_from_db()
    assert (stood_by.number.standby, stood_by.number.sends_by) == (None, stood_by.channel)


def test_single_refusal_or_one_long_ago_is_no_outage(stood_by: Road, second: Road, settings: Any) -> None:
    settings.STANDBY_AFTER_S = 60
    now = timezone.now()
    ago = {minutes: now - timedelta(minutes=minutes) for minutes in (0, 1, 3, 20, 30)}
    for since, until, is_down in ((3, 3, False), (30, 20, False), (0, 0, False), (3, 0, True), (20, 1, True)):
        Channel.objects.filter(pk=stood_by.channel.pk).update(
            refused_since=ago[since], refused_until=ago[until], status=Channel.Status.CONNECTED
        )
        Number.objects.update(on_standby_since=None)
        actions.switch_numbers()
        stood_by.number.refresh_from_db()
        assert bool(stood_by.number.on_standby_since) is is_down, (since, until)


@pytest.mark.parametrize(
    "gone", [{"standby": None}, {"archived_at": timezone.now()}], ids=["standby", "number"]
)
def test_order_for_what_somebody_took_away_meanwhile_does_nothing(
    stood_by: Road, gone: dict[str, Any]
) -> None:
    Number.objects.filter(pk=stood_by.number.pk).update(**gone)
    actions.order_standby(stood_by.number, ordered=True)
    stood_by.number.refresh_from_db()
    assert (stood_by.number.standby_ordered, stood_by.number.on_standby_since) == (False, None)
