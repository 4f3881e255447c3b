"""An operator proves the counts, and mends them, while messages come and go."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from channels.itsp.delivery import DeliveryStatus
from sessions import actions
from sessions.lanes import progress, seats
from sessions.models import Attempt, CountedChange
from stats import counting
from stats.models import CountBucket, CountDay, CountHour, CountTotal, FailureBucket
from stats.queries import Counts, counts_by_channel
from tests.factories import CONTACT, Road, make_agent, make_queue, make_road
from tests.stats.test_counting import NOON

COUNTED = (CountBucket, CountHour, CountDay, CountTotal)
pytestmark = pytest.mark.django_db(transaction=True)  # a snapshot needs a transaction of its own


@pytest.fixture
def road() -> Road:
    """A channel with one text that was sent, counted and folded."""
    agent = make_agent("1001")
    road = make_road(make_queue(agent), agent)
    send(road)
    counting.fold()
    return road


def send(road: Road, status: DeliveryStatus = DeliveryStatus.SENT, **told: str) -> None:
    agent = road.number.initiators.get()
    message = actions.start_session(agent=agent, number=road.number, contact=CONTACT, body="Hi")
    attempt = Attempt.objects.select_related("message__session").get(message=message)
    with transaction.atomic():
        seats.lock([attempt.lane_id])
        progress.advance([progress.Move(attempt, status, **told)], at=NOON)  # type: ignore[arg-type]


def recount(*options: str) -> str:
    said = StringIO()
    call_command("recount", *options, stdout=said)
    return said.getvalue()


def complaints() -> list[str]:
    """What a check says, line by line; its failure is the last."""
    said = StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("recount", "--check", stdout=said)
    assert failed.value.returncode == 1
    return [*said.getvalue().splitlines(), str(failed.value)]


def test_right_counts_pass_folded_or_not(road: Road) -> None:
    send(road)
    assert CountedChange.objects.count() == 1
    assert recount("--check") == recount() == "All counts are right.\n"
    assert CountedChange.objects.count() == 1


def test_difference_is_named_left_alone_by_a_check_and_mended_without(road: Road) -> None:
    send(road)
    for model in COUNTED:
        model.objects.update(success=0, received=3, segments=5)
    name = f"{road.channel.name} (channel {road.channel.pk})"
    line = (
        f"{name}, quarter hour from 2026-11-22 12:00 UTC: "
        "counted 1 sent, 0 failed, 3 received; segments: 6, "
        "there are 2 sent, 0 failed, 0 received; segments: 2"
    )
    assert complaints() == [line, "Counts that differ: 1. Without --check they are mended."]
    assert {model.objects.get().received for model in COUNTED} == {3}
    assert recount() == f"{line}\nCounts that were mended: 1.\n"
    assert recount("--check") == "All counts are right.\n"
    counting.fold()
    assert counts_by_channel(NOON, None) == counts_by_channel(None, None)
    assert counts_by_channel(None, None) == {road.channel.pk: Counts(success=2, segments=2)}


def test_lost_bucket_and_wrong_total_are_mended(road: Road) -> None:
    CountBucket.objects.all().delete()
    CountTotal.objects.update(success=7)
    lines = complaints()
    assert [line.partition(", ")[2].partition(":")[0] for line in lines[:-1]] == [
        "quarter hour from 2026-11-22 12",
        "hour from 2026-11-22 12",
        "day from 2026-11-22 00",
        "total",
    ]
    recount()
    assert recount("--check") == "All counts are right.\n"
    assert counts_by_channel(None, None) == {road.channel.pk: Counts(success=1, segments=1)}


@pytest.mark.parametrize("model", [CountHour, CountDay], ids=["hour", "day"])
def test_wrong_sum_of_right_quarter_hours_is_mended(
    road: Road, model: type[CountHour] | type[CountDay]
) -> None:
    model.objects.update(failed=4)
    starts_at = NOON if model is CountHour else NOON.replace(hour=0)
    assert [line.partition(", ")[2].partition(":")[0] for line in complaints()[:-1]] == [
        f"{model.__name__.removeprefix('Count').lower()} from {starts_at:%Y-%m-%d %H}"
    ]
    recount()
    assert recount("--check") == "All counts are right.\n"
    assert counts_by_channel(NOON.replace(hour=0), None) == {road.channel.pk: Counts(success=1, segments=1)}


@pytest.mark.parametrize("folded", [False, True])
def test_failures_are_counted_by_code_and_beginning_of_numbers(road: Road, *, folded: bool) -> None:
    for code in ("30003", "30003", "30006"):
        send(road, DeliveryStatus.UNDELIVERED, error_code=code)
    if folded:
        counting.fold()
    assert recount("--check") == "All counts are right.\n"
    counting.fold()
    rows = FailureBucket.objects.order_by("error_code").values_list(
        "error_code", "country", "prefix", "failed", "starts_at"
    )
    us = ("US", CONTACT[:10])
    assert [*rows] == [("30003", *us, 2, NOON), ("30006", *us, 1, NOON)]
    FailureBucket.objects.filter(error_code="30006").update(error_code="30007", failed=5)
    where = "failures in the quarter hour from 2026-11-22 12:00 UTC"
    assert [line.partition(", ")[2] for line in complaints()[:-1]] == [
        f"{where}, code 30006, numbers +141555501… (US): counted 0, there are 1",
        f"{where}, code 30007, numbers +141555501… (US): counted 5, there are 0",
    ]
    recount()
    assert recount("--check") == "All counts are right.\n"
    assert [*rows.exclude(failed=0)] == [("30003", *us, 2, NOON), ("30006", *us, 1, NOON)]
