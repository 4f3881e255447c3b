"""How attempts get on: forward only, counted once, told to their message."""

from datetime import UTC, datetime
from typing import Any

import pytest

from channels.itsp.delivery import IN_FLIGHT, REPORTED, DeliveryStatus
from routing.models import Extension
from sessions import actions
from sessions.lanes import progress, seats
from sessions.models import Attempt, CountedChange, Event
from tests.factories import CONTACT, Road

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
Status = DeliveryStatus


@pytest.fixture
def attempt(road: Road, agents: list[Extension]) -> Attempt:
    message = actions.start_session(agent=agents[0], number=road.number, contact=CONTACT, body="Hi")
    return message.attempts.get()


def move(attempt: Attempt, status: DeliveryStatus, **others: Any) -> list[Attempt]:
    seats.lock([attempt.lane_id])
    fresh = Attempt.objects.select_related("message__session").get(pk=attempt.pk)
    return progress.advance([progress.Move(fresh, status, **others)], at=NOON)


@pytest.mark.parametrize("was", DeliveryStatus)
@pytest.mark.parametrize("now", DeliveryStatus)
def test_status_moves_forward_only_but_for_what_is_given_back(
    attempt: Attempt, was: DeliveryStatus, now: DeliveryStatus
) -> None:
    Attempt.objects.update(status=was)
    is_given_back = now == Status.QUEUED and was in IN_FLIGHT
    moves = now.rank > was.rank or is_given_back
    assert bool(move(attempt, now)) == moves
    assert Attempt.objects.get().status == (now if moves else was)


def test_what_is_given_back_is_claimed_no_more(attempt: Attempt) -> None:
    Attempt.objects.update(status=Status.SENDING, claimed_at=NOON)
    move(attempt, Status.QUEUED)
    assert Attempt.objects.get().claimed_at is None


@pytest.mark.parametrize("status", DeliveryStatus)
def test_itsp_is_asked_where_a_report_is_to_come(attempt: Attempt, status: DeliveryStatus) -> None:
    Attempt.objects.update(status=Status.SCHEDULED)
    move(attempt, status)
    is_asked = status in REPORTED or status == Status.UNKNOWN
    assert (Attempt.objects.get().check_at is not None) == is_asked


def test_text_counts_once_at_the_moment_that_it_first_counted(attempt: Attempt) -> None:
    for status in (Status.SENT, Status.SENT, Status.UNDELIVERED):
        move(attempt, status)
    changes = CountedChange.objects.order_by("pk").values_list("success", "failed", "segments", "at")
    assert [*changes] == [(1, 0, 1, NOON), (-1, 0, -1, NOON), (0, 1, 0, NOON)]
    assert Attempt.objects.get().counted_at == NOON


def test_message_tells_of_its_latest_attempt_only(attempt: Attempt, agents: list[Extension]) -> None:
    move(attempt, Status.FAILED, error_code="30003", reason="It is off.")
    message = attempt.message
    message.refresh_from_db()
    assert (message.status, message.error_code, message.reason) == ("failed", "30003", "It is off.")
    actions.retry(message, agent=agents[0])
    told = Event.objects.count()
    move(attempt, Status.DELIVERED)
    message.refresh_from_db()
    assert (message.status, Event.objects.count()) == ("queued", told)
