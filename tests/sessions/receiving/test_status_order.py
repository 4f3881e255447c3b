"""However an ITSP's reports of a text are shuffled and repeated, they end in the same."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.itsp.delivery import FAILURE, SUCCESS, DeliveryStatus
from channels.itsp.twilio.tables import STATUSES, words_for
from routing.models import Extension
from sessions import actions
from sessions.models import Attempt, AttemptEvent, Message
from stats.queries import Counts, counts_by_channel
from tests.factories import ACCOUNT_SID, CONTACT, OUR_NUMBER, Road
from tests.sessions.conftest import sid_of, signed_post

pytestmark = pytest.mark.django_db

REPORTED = ("queued", "sending", "sent", "delivered", "undelivered", "failed", "read")
CODES = {"undelivered": ("30003", "30005", "30007"), "failed": ("30008", "99999", "")}
Report = tuple[str, str]  # Twilio's status and error code


@st.composite
def shuffled(draw: st.DrawFn) -> list[Report]:
    """Some of the reports that a text can have, each once or more, in any order."""
    chosen = draw(st.lists(st.sampled_from(REPORTED), min_size=1, unique=True))
    reports = [(status, draw(st.sampled_from(CODES.get(status, ("",))))) for status in chosen]
    again = draw(st.lists(st.sampled_from(reports), max_size=4))
    return draw(st.permutations([*reports, *again]))


@pytest.fixture
def attempt(road: Road, agents: list[Extension]) -> Attempt:
    message = actions.start_session(agent=agents[0], number=road.number, contact=CONTACT, body="Hi")
    Attempt.objects.update(status=DeliveryStatus.SENDING)
    return message.attempts.get()


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def expected(reports: list[Report]) -> tuple[str, str, str]:
    """The status that is furthest on, with its own code and words."""
    status, code = max(reports, key=lambda report: STATUSES[report[0]].rank)
    return STATUSES[status], code, words_for(code)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reports=shuffled())
def test_reports_end_in_the_same_however_they_come(
    client: Client, road: Road, attempt: Attempt, reports: list[Report]
) -> None:
    with undone():
        for status, code in reports:
            fields = {"MessageSid": sid_of(7), "MessageStatus": status, "AccountSid": ACCOUNT_SID}
            fields |= {"From": OUR_NUMBER, "To": CONTACT} | ({"ErrorCode": code} if code else {})
            assert signed_post(client, f"{road.path}?attempt={attempt.pk}", fields).status_code == 200
        message = Message.objects.get(pk=attempt.message_id)
        assert (message.status, message.error_code, message.reason) == expected(reports)
        status = DeliveryStatus(message.status)
        sent = int(status in SUCCESS)
        counts = Counts(success=sent, failed=int(status in FAILURE), segments=sent * attempt.segments)
        found = counts_by_channel(None, None).get(road.channel.pk, Counts())
        assert found == counts
        kept = AttemptEvent.objects.values_list("status", flat=True)
        assert sorted(kept) == sorted({STATUSES[status].value for status, _ in reports})
