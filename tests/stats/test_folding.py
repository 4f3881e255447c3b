"""Folding is exact in all sums, while several fold and others write, and of what was there before."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from channels.itsp.delivery import DeliveryStatus
from channels.models import Channel
from sessions import actions, counts
from sessions.lanes import progress, seats
from sessions.models import Attempt, CountedChange
from stats import counting, recounting
from stats.carriers import carrier_of, name_carriers
from stats.models import CountBucket, CountDay, CountHour, CountTotal, FailureBucket, PrefixCarrier
from tests.factories import Road, make_agent, make_queue, make_road

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SUMMED = (CountBucket, CountHour, CountDay, CountTotal)


@pytest.fixture
def road(transactional_db: None) -> Road:
    agent = make_agent("1001")
    return make_road(make_queue(agent), agent)


def sums() -> list[tuple[int, ...]]:
    """Of all channels, as each table has it."""
    return [
        tuple(model.objects.aggregate(**{name: Sum(name) for name in counts.MEASURES}).values())
        for model in SUMMED
    ]


def test_several_fold_at_once_while_others_write(road: Road) -> None:
    other = Channel.objects.create(name="Other", itsp="twilio", credentials={})

    def work(worker: int) -> None:
        try:
            for n in range(12):
                at = NOON + timedelta(minutes=7 * n)
                failure = counts.Failure.of(f"3000{n % 3}", f"+25472200{worker:04}")
                with transaction.atomic():
                    counts.note(
                        [
                            counts.Change(road.channel.pk, at, success=1, segments=2),
                            counts.Change(other.pk, at, received=3),
                            counts.Change(road.channel.pk, at, failed=1, failure=failure),
                        ]
                    )
                if n % 2 == worker % 2:
                    counting.fold()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    counting.fold()
    assert CountedChange.objects.count() == 0
    assert sums() == [(48, 48, 144, 96)] * len(SUMMED)
    assert FailureBucket.objects.aggregate(n=Sum("failed"))["n"] == 48
    assert PrefixCarrier.objects.values_list("prefix", flat=True).get() == "+254722000"


def test_a_batch_of_failures_costs_one_statement(road: Road) -> None:
    failures = [counts.Failure.of(code, "+254722000111") for code in ("1", "2", "1", "2", "1")]
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        counts.note([counts.Change(road.channel.pk, NOON, failed=1, failure=one) for one in failures])
    assert ["INSERT" in query["sql"] for query in captured if "counted" in query["sql"]] == [True]
    rows = CountedChange.objects.order_by("error_code")
    values = rows.values_list("error_code", "failed", "country", "prefix")
    assert [*values] == [("1", 3, "KE", "+254722000"), ("2", 2, "KE", "+254722000")]


def test_what_was_counted_before_is_summed_up_by_the_update(road: Road) -> None:
    agent = road.number.initiators.get()
    for n, (status, code) in enumerate([("sent", ""), ("delivered", ""), ("undelivered", "30006")]):
        message = actions.start_session(
            agent=agent, number=road.number, contact=f"+44740012345{n}", body="Hello " * 60
        )
        attempt = Attempt.objects.select_related("message__session").get(message=message)
        with transaction.atomic():
            seats.lock([attempt.lane_id])
            move = progress.Move(attempt, DeliveryStatus(status), error_code=code)
            progress.advance([move], at=NOON + timedelta(hours=5 * n))
    counting.fold()
    for model in (CountHour, CountDay, FailureBucket, PrefixCarrier):
        model._default_manager.all().delete()
    for summed in (CountBucket, CountTotal):
        summed.objects.update(segments=0)
    assert recounting.differences(road.channel) != []
    update = import_module("stats.migrations.0004_figures")
    for step in (update.count_segments, update.sum_up, update.count_failures):
        step(apps, None)
    assert recounting.differences(road.channel) == []
    assert sums() == [(2, 1, 0, 6)] * len(SUMMED)
    assert (name_carriers(), PrefixCarrier.objects.get().name) == (1, "Three")


@pytest.mark.parametrize(
    ("prefix", "name"),
    [
        ("+254722000", "Safaricom"),
        ("+447400123", "Three"),
        ("+141555501", ""),  # the plan does not say
        ("+999999999", ""),
    ],
)
def test_carrier_is_told_by_the_longest_prefix_that_is_known(prefix: str, name: str) -> None:
    assert carrier_of(prefix) == name
