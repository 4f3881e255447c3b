"""Each status has its row in every table that says something of statuses."""

import pytest

from channels.itsp import delivery
from channels.itsp.delivery import MEANINGS, DeliveryStatus
from channels.itsp.twilio.tables import STATUSES
from sessions.inbox.thread_template_tags import TICKS

pytestmark = pytest.mark.once


def test_each_status_means_something_and_has_its_tick() -> None:
    assert [*MEANINGS] == [*DeliveryStatus]
    assert {*TICKS} == {*DeliveryStatus}
    assert {*STATUSES.values()} <= {*DeliveryStatus}


def test_ranks_are_a_strict_order() -> None:
    assert [status.rank for status in DeliveryStatus] == [*range(len(DeliveryStatus))]


def test_what_excludes_each_other_does() -> None:
    for status, meaning in MEANINGS.items():
        assert meaning.success + meaning.failure + meaning.waiting + meaning.in_flight <= 1, status
        assert not (meaning.retryable and meaning.cancellable), status
        assert meaning.retryable or not meaning.failure, status


def test_each_set_holds_these_statuses() -> None:
    named = {name: {*getattr(delivery, name)} for name in ("SUCCESS", "WAITING", "IN_FLIGHT", "REPORTED")}
    assert named == {
        "SUCCESS": {"sent", "delivered", "read"},
        "WAITING": {"scheduled", "queued"},
        "IN_FLIGHT": {"sending", "unknown"},
        "REPORTED": {"accepted", "sent"},
    }
    assert {*delivery.FAILURE} == {"failed", "undelivered"}
    assert {*delivery.RETRYABLE} == {"failed", "undelivered", "expired", "uncertain"}
    assert {*delivery.CANCELLABLE} == {"scheduled", "queued", "accepted"}
    assert {*delivery.MISSED} == {"failed", "undelivered", "expired", "uncertain"}
