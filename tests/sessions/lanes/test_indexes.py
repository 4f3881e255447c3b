"""What is asked all the time must not read a channel's whole past: which index SQLite takes."""

import pytest
from django.db import connection
from django.utils import timezone

from channels.itsp.delivery import DeliveryStatus
from sessions.models import Attempt
from tests.factories import Road

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.mark.parametrize(
    ("asked", "order", "index"),
    [
        ({"status": DeliveryStatus.SENDING}, (), "attempt_claimed"),
        ({"status": DeliveryStatus.QUEUED}, (), "attempt_oldest"),
        ({"status": DeliveryStatus.QUEUED, "queued_at__lte": NOW}, ("queued_at", "pk"), "attempt_oldest"),
        ({"status": DeliveryStatus.UNKNOWN}, (), "attempt_unknown"),
        ({"claimed_at__gte": NOW}, (), "attempt_claims"),
        ({"counted_at__gte": NOW}, (), "attempt_counted"),
    ],
)
def test_question_about_a_channel_uses_its_index(
    road: Road, asked: dict[str, object], order: tuple[str, ...], index: str
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL decides by its statistics")
    plan = Attempt.objects.filter(channel=road.channel, **asked).order_by(*order).explain()
    assert f"USING INDEX {index} " in plan


def test_last_errors_use_their_index(road: Road) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL decides by its statistics")
    troubled = Attempt.objects.filter(channel=road.channel).exclude(reason="").order_by("-pk")
    assert "USING INDEX attempt_with_reason " in troubled.explain()


def test_lost_claims_are_found_among_those_in_flight(road: Road) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL decides by its statistics")
    lost = Attempt.objects.filter(status=DeliveryStatus.SENDING, claimed_at__lt=NOW)
    assert "USING INDEX attempt_claimed" in lost.explain()
